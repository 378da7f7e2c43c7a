package import SystemPackage

/// A PEM file of certificate authorities, and who named it.
package struct AuthorityFile: Sendable {
    /// Where it is.
    package let path: FilePath
    /// What named it, for messages: an option, a variable, a folder.
    package let source: String

    /// Names a file that is read when a transport is made.
    package init(_ path: FilePath, from source: String) {
        self.path = path
        self.source = source
    }

    /// The certificates; throws ``TransferError/Kind/authorityFileUnusable`` for a file without any.
    func certificates() throws(TransferError) -> [UInt8] {
        let content: [UInt8]
        do {
            content = try PEMFile.read(path)
        } catch {
            throw TransferError(.authorityFileUnusable, "\(source): \"\(path)\" cannot be read: \(error)")
        }
        guard String(decoding: content, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----") else {
            throw TransferError(.authorityFileUnusable, "\(source): \"\(path)\" holds no PEM certificate")
        }
        return content
    }
}
