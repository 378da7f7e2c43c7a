import Archive
import Diagnostics
import Fuzzing
import OCI

/// Gives the bytes of one input.
final class Input: ByteSource {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let piece = rest.prefix(buffer.count)
        buffer.copyBytes(from: piece)
        rest = rest.dropFirst(piece.count)
        return piece.count
    }
}

/// The layer reader: tar, bare and gzipped.
@_cdecl("LLVMFuzzerTestOneInput")
public func take(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let input = bytes(data, size)
    for compression in [LayerReader.Compression.none, .gzip] {
        _ = try? LayerReader.read(Input(input), compression: compression, lookingFor: "plugin.wasm")
    }
    return 0
}

runFuzzer(take)
