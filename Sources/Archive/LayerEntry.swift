public import Diagnostics

/// A file or folder of a layer.
public struct LayerEntry {
    /// What it is.
    public enum Content {
        /// A folder.
        case folder
        /// A regular file, opened when its turn comes: its bytes, and how many there are.
        case file(_ open: () throws(Failure) -> (bytes: any ByteSource, size: Int))
    }

    /// Its name in the layer: no `/` or `./` at its start, and none at its end.
    public let name: String
    /// Its permissions in the layer: a mode without the type.
    public let permissions: UInt16
    /// What it is.
    public let content: Content

    /// Describes an entry.
    public init(_ name: String, permissions: UInt16, _ content: Content) {
        self.name = name
        self.permissions = permissions
        self.content = content
    }
}
