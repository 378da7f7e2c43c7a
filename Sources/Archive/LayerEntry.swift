package import Diagnostics

/// A file or folder of a layer.
package struct LayerEntry {
    /// What it is.
    package enum Content {
        /// A folder.
        case folder
        /// A regular file, opened when its turn comes: its bytes, and how many there are.
        case file(_ open: () throws(Failure) -> (bytes: any ByteSource, size: Int))

        /// The bytes of a regular file, and how many there are; `nil` for a folder.
        package func opened() throws(Failure) -> (bytes: any ByteSource, size: Int)? {
            switch self {
            case .folder: nil
            case .file(let open): try open()
            }
        }
    }

    /// Its name in the layer: no `/` or `./` at its start, and none at its end.
    package let name: String
    /// Its permissions in the layer: a mode without the type.
    package let permissions: UInt16
    /// What it is.
    package let content: Content

    /// Describes an entry.
    package init(_ name: String, permissions: UInt16, _ content: Content) {
        self.name = name
        self.permissions = permissions
        self.content = content
    }
}
