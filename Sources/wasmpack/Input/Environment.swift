import Diagnostics
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The environment variables of this process; an empty variable counts as unset.
///
/// Values are bytes: a path keeps them, and a text must be UTF-8, because `String` would silently replace other bytes.
struct Environment {
    /// The environment of this process.
    static var current: Environment { Environment() }

    /// The number of active processors.
    static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// Returns the text of a variable; throws ``Failure/Code/configurationInvalid`` if it is not valid UTF-8.
    subscript(name: String) -> String? {
        get throws(Failure) {
            guard let value = value(name) else { return nil }
            guard let text = String(validatingCString: value) else {
                throw Failure(
                    .configurationInvalid,
                    "$\(name) is not valid UTF-8",
                    try: ["correct the variable, or unset it"]
                )
            }
            return text
        }
    }

    /// Whether a variable is set.
    func isSet(_ name: String) -> Bool { value(name) != nil }

    /// Returns the path that a variable names.
    func path(_ name: String) -> FilePath? { value(name).map { FilePath(platformString: $0) } }

    /// Returns the bytes of a variable.
    func bytes(_ name: String) -> [UInt8]? {
        value(name).map { [UInt8](UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
    }

    private func value(_ name: String) -> UnsafeMutablePointer<CChar>? {
        getenv(name).flatMap { $0.pointee == 0 ? nil : $0 }
    }
}
