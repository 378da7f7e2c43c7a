#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension [UInt8] {
    /// Decodes a text; `nil` if it is not valid Base64.
    init?(base64 text: String) {
        guard let data = Data(base64Encoded: text) else { return nil }
        self.init(data)
    }

    /// The bytes in Base64.
    var base64: String { Data(self).base64EncodedString() }
}
