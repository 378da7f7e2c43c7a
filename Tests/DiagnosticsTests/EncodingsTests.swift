import Diagnostics
import Testing

@Suite struct EncodingsTests {
    @Test func `writes two hexadecimal digits per byte`() {
        #expect([0x00, 0x0A, 0xFF].hexadecimal() == "000aff")
        #expect([0x00, 0x0A, 0xFF].hexadecimal(separator: ":") == "00:0a:ff")
        #expect([UInt8]().hexadecimal(separator: " ") == "")
    }

    @Test func `pads a number to the requested digits`() {
        #expect(String(0x1F, digits: 4) == "001f")
        #expect(String(0x1F, digits: 4, isUpperCase: true) == "001F")
        #expect(String(0x12345, digits: 4) == "12345")
    }

    @Test func `percent-encodes all bytes except the kept ones`() {
        #expect("aZ09-._~".percentEncoded(keeping: "-._~") == "aZ09-._~")
        #expect("a/b c+%\n".percentEncoded(keeping: "/") == "a/b%20c%2B%25%0A")
        #expect("é/".percentEncoded(keeping: "", isUpperCase: false) == "%c3%a9%2f")
    }
}
