import Diagnostics
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension HTTPServer {
    /// The addresses of this machine's network interfaces, without zones.
    package static var addressesOfThisMachine: [String] {
        ((try? System.enumerateDevices()) ?? []).compactMap { device in
            device.address?.ipAddress.map { String($0.prefix { $0 != "%" }) }
        }
    }

    /// The name of this machine; empty if it has none that can be in a certificate.
    package static var nameOfThisMachine: String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return "" }
        let name = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let isValid = name.utf8.allSatisfy { byte in
            let character = Character(Unicode.Scalar(byte))
            return byte < 0x80 && (character.isLetter || character.isNumber || ".-".contains(character))
        }
        return isValid ? name.lowercased() : ""
    }
}
