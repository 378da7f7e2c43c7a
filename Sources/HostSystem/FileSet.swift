package import Diagnostics
package import SystemPackage

/// Several small files that are written into one folder together.
package struct FileSet: Sendable {
    private let files: [(name: String, content: [UInt8])]

    /// Creates a set of files, each with its name in the folder.
    package init(_ files: [(name: String, content: [UInt8])]) { self.files = files }

    /// Writes the files, and makes the folder if it is missing.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - mayReplace: whether files with other content may be replaced.
    /// - Throws: ``Failure/Code/fileExists`` before anything is written, and errors of writing.
    package func write(to folder: FilePath, replacing mayReplace: Bool) throws(Failure) {
        try Directory.create(folder)
        // All files are checked before the first one is written.
        var changed: [(name: String, content: [UInt8])] = []
        for file in files where try !isUnchanged(file, at: folder.appending(file.name), mayReplace) {
            changed.append(file)
        }
        for file in changed {
            let output = try OutputFile(at: folder.appending(file.name))
            try file.content.withUnsafeBytesTyped { (bytes) throws(Failure) in try output.write(bytes) }
            try output.commit()
        }
    }

    private func isUnchanged(_ file: (name: String, content: [UInt8]), at path: FilePath, _ mayReplace: Bool)
        throws(Failure) -> Bool
    {
        guard Directory.type(of: path) != nil else { return false }
        if let old = try? ReadableFile.contents(of: path, limit: file.content.count), old == file.content {
            return true
        }
        guard mayReplace else {
            throw Failure(
                existing: path,
                why: "nothing was written",
                try: ["add --force to replace it", "choose another directory"]
            )
        }
        return false
    }
}
