import Testing

@testable import Wasm

@Suite struct LEB128Tests {
    static let unsigned: [(bytes: [UInt8], bits: Int, value: UInt64?, why: String)] = [
        ([0], 32, 0, "zero"),
        ([0x7F], 32, 127, "one byte"),
        ([0x80, 1], 32, 128, "two bytes"),
        ([0x80, 0x80, 0x80, 0x80, 0], 32, 0, "as long as may be"),
        ([0xFF, 0xFF, 0xFF, 0xFF, 0x0F], 32, 0xFFFF_FFFF, "the largest"),
        ([0xFF, 0xFF, 0xFF, 0xFF, 0x1F], 32, nil, "33 bits"),
        ([0x80, 0x80, 0x80, 0x80, 0x80, 0], 32, nil, "six bytes"),
        ([0x80], 32, nil, "cut off"),
        ([], 32, nil, "nothing"),
        ([0xFF, 0xFF, 0xFF, 0xFF, 0x03], 30, 0x3FFF_FFFF, "the largest of 30 bits"),
        ([0xFF, 0xFF, 0xFF, 0xFF, 0x07], 30, nil, "31 bits"),
        ([UInt8](repeating: 0xFF, count: 9) + [1], 64, .max, "the largest of 64 bits"),
        ([UInt8](repeating: 0xFF, count: 9) + [3], 64, nil, "65 bits"),
    ]

    @Test("reads unsigned numbers", arguments: unsigned)
    func readsUnsigned(bytes: [UInt8], bits: Int, value: UInt64?, why: String) {
        let number = LEB128.unsigned(bytes, bits: bits)
        #expect(number?.value == value, "\(why)")
        #expect(number?.byteCount == (value == nil ? nil : bytes.count), "\(why)")
    }

    static let signed: [(bytes: [UInt8], bits: Int, value: Int64?, why: String)] = [
        ([0], 32, 0, "zero"),
        ([0x3F], 32, 63, "the largest of one byte"),
        ([0x40], 32, -64, "the least of one byte"),
        ([0x7F], 32, -1, "minus one"),
        ([0xFF, 0], 32, 127, "a redundant sign byte"),
        ([0xFF, 0xFF, 0xFF, 0xFF, 0x07], 32, Int64(Int32.max), "the largest"),
        ([0x80, 0x80, 0x80, 0x80, 0x78], 32, Int64(Int32.min), "the least"),
        ([0xFF, 0xFF, 0xFF, 0xFF, 0x7F], 32, -1, "minus one in five bytes"),
        ([0xFF, 0xFF, 0xFF, 0xFF, 0x0F], 32, nil, "bits that do not repeat the sign"),
        ([0xFF, 0xFF, 0xFF, 0xFF, 0x4F], 32, nil, "the same below zero"),
        ([0x80, 0x80, 0x80, 0x80, 0x80, 0], 32, nil, "six bytes"),
        ([0xFF], 32, nil, "cut off"),
        ([0xFF, 0xFF, 0xFF, 0xFF, 0x0F], 33, 0xFFFF_FFFF, "33 bits hold it"),
        ([UInt8](repeating: 0xFF, count: 9) + [0x7F], 64, -1, "minus one in ten bytes"),
        ([UInt8](repeating: 0x80, count: 9) + [0x7F], 64, .min, "the least of 64 bits"),
        ([UInt8](repeating: 0xFF, count: 9) + [0], 64, .max, "the largest of 64 bits"),
        ([UInt8](repeating: 0xFF, count: 9) + [0x3F], 64, nil, "65 bits"),
        ([UInt8](repeating: 0xFF, count: 10) + [0], 64, nil, "eleven bytes"),
    ]

    @Test("reads signed numbers", arguments: signed)
    func readsSigned(bytes: [UInt8], bits: Int, value: Int64?, why: String) {
        let number = LEB128.signed(bytes, bits: bits)
        #expect(number?.value == value, "\(why)")
        #expect(number?.byteCount == (value == nil ? nil : bytes.count), "\(why)")
    }
}
