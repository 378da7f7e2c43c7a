package import Diagnostics
import HostSystem
package import SystemPackage

/// Finds and reads manifests in files and directories.
package struct ManifestSearch: Sendable {
    /// The largest file, in bytes: 16 MiB.
    package static let sizeLimit = 16 << 20
    /// The most entries of directories, and the deepest directory.
    private static let entryLimit = 100_000
    private static let depthLimit = 32
    /// The most bytes of all manifests together: 64 MiB.
    private static let totalLimit = 64 << 20

    /// The files that were read; those of directories only if they can have an object that `lint` knows.
    package private(set) var files: [ManifestFile] = []
    private var entryCount = 0
    private var byteCount = 0
    private var seen: Set<FilePath> = []

    package init() {}

    /// Reads a file, or the files of a directory and of those in it with the endings `.yaml`, `.yml` and `.json`.
    ///
    /// Hidden directories and links to directories are skipped. What cannot be read there becomes a finding. Throws
    /// ``Failure/Code/fileMissing`` and ``Failure/Code/fileUnreadable`` for the path itself, and ``Failure/Code/interrupted``.
    package mutating func read(_ path: FilePath) throws(Failure) {
        guard Directory.exists(path) else {
            let bytes = try ReadableFile.contents(of: path, limit: Self.sizeLimit)
            return try add(path, ManifestFile(path.string, bytes))
        }
        try walk(path, Directory.entries(in: path), depth: 0)
    }

    /// Adds manifests from standard input.
    package mutating func add(standardInput bytes: [UInt8]) { files.append(ManifestFile("-", bytes)) }

    private mutating func add(_ path: FilePath, _ file: ManifestFile) throws(Failure) {
        try checkCancellation()
        guard seen.insert(Directory.resolved(path)).inserted else { return }
        byteCount += file.bytes.count
        guard byteCount <= Self.totalLimit else {
            throw Failure(
                .fileUnreadable,
                "the manifests are larger than \(Self.totalLimit >> 20) MiB together",
                try: ["lint fewer files at a time"]
            )
        }
        files.append(file)
    }

    private mutating func walk(_ folder: FilePath, _ names: [FilePath.Component], depth: Int) throws(Failure)
    {
        try checkCancellation()
        for name in names.sorted(by: { $0.string < $1.string }) {
            entryCount += 1
            guard entryCount <= Self.entryLimit, depth < Self.depthLimit else {
                return files.append(
                    ManifestFile(
                        folder.string,
                        unreadable: Failure(
                            .fileUnreadable,
                            "there are more than \(Self.entryLimit) files, or more than \(Self.depthLimit) directories in each other; "
                                + "the rest was not read",
                            try: ["lint the directories that have manifests"]
                        )
                    )
                )
            }
            let path = folder.appending(name)
            switch (try? path.stat(followTargetSymlink: false))?.type {
            case .directory?:
                guard !name.string.hasPrefix(".") else { continue }
                let names: [FilePath.Component]
                do throws(Failure) {
                    names = try Directory.entries(in: path)
                } catch {
                    addUnreadable(path, error)
                    continue
                }
                try walk(path, names, depth: depth + 1)
            case .regular?, .symbolicLink?:
                guard ["yaml", "yml", "json"].contains(path.extension), Directory.type(of: path) == .regular
                else {
                    continue
                }
                try readEntry(path)
            default: continue
            }
        }
    }

    /// Reads an entry of a directory.
    mutating func readEntry(_ path: FilePath) throws(Failure) {
        let bytes: [UInt8]
        do throws(Failure) {
            bytes = try ReadableFile.contents(of: path, limit: Self.sizeLimit)
        } catch {
            try checkCancellation()
            return addUnreadable(path, error)
        }
        let isRelevant = ManifestFile.isRelevant(bytes)
        guard isRelevant || ManifestFile.mayBeNamed(bytes) else { return }
        let file = ManifestFile(path.string, bytes)
        // Many other files contain the words, such as templates; they have nothing to do with plugins.
        if isRelevant || file.objects.contains(where: { $0.kind.consumer == nil }) { try add(path, file) }
    }

    /// Adds the finding for an entry of a directory; one that vanished meanwhile has none.
    private mutating func addUnreadable(_ path: FilePath, _ failure: Failure) {
        if failure.code != .fileMissing { files.append(ManifestFile(path.string, unreadable: failure)) }
    }
}
