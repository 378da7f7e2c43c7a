package import SystemPackage

/// A PEM file of certificate authorities, with the source that named it.
package struct AuthorityFile: Sendable {
    /// The path of the file.
    package let path: FilePath
    /// The source for messages: an option, a variable or a folder.
    package let source: String

    /// Creates a description of a file, which is read when a transport is created.
    package init(_ path: FilePath, from source: String) {
        self.path = path
        self.source = source
    }

    /// Reads the certificates; throws ``TransferError/Kind/authorityFileUnusable`` for a file without
    /// certificates.
    func certificates() throws(TransferError) -> [UInt8] {
        let content: [UInt8]
        do {
            content = try PEMFile.read(path)
        } catch {
            throw TransferError(.authorityFileUnusable, "\(source): \"\(path)\" cannot be read: \(error)")
        }
        guard String(decoding: content, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----") else {
            throw TransferError(
                .authorityFileUnusable,
                "\(source): \"\(path)\" does not contain a PEM certificate"
            )
        }
        return content
    }
}
