public import SystemPackage

/// How the other side of a TLS connection is proven.
///
/// TLS 1.2 is always the least.
public struct TLSOptions: Sendable {
    /// A PEM file of authorities that are trusted in addition to the system's.
    public var authorityFile: FilePath?
    /// Whether the certificate and its host name are verified; `false` is for who said so on the command line.
    public var verifiesPeer: Bool

    /// Describes whom to trust; by default the system's authorities alone.
    public init(authorityFile: FilePath? = nil, verifiesPeer: Bool = true) {
        self.authorityFile = authorityFile
        self.verifiesPeer = verifiesPeer
    }
}
