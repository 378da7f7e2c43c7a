package import Diagnostics

/// A file or folder of a layer to write.
package struct LayerEntry {
    /// The kind of the entry, and the bytes of a file.
    package enum Content {
        /// A folder.
        case folder
        /// A regular file, opened when it is written; returns its bytes and their number.
        case file(_ open: () throws(Failure) -> (bytes: any ByteSource, size: Int))

        /// Opens a regular file and returns its bytes and their number; `nil` for a folder.
        package func opened() throws(Failure) -> (bytes: any ByteSource, size: Int)? {
            switch self {
            case .folder: nil
            case .file(let open): try open()
            }
        }
    }

    /// The name in the layer, without a leading `/` or `./` and without a trailing `/`.
    package let name: String
    /// The permissions in the layer: a mode without the file type.
    package let permissions: UInt16
    /// The kind of the entry, and the bytes of a file.
    package let content: Content

    /// Creates an entry.
    package init(_ name: String, permissions: UInt16, _ content: Content) {
        self.name = name
        self.permissions = permissions
        self.content = content
    }
}
