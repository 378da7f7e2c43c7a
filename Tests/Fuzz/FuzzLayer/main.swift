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

/// The layer reader: tar and bare module, packed with gzip, zstd or not at all.
@_cdecl("LLVMFuzzerTestOneInput")
public func take(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    var contents = LayerReader.Contents()
    _ = try? LayerReader.read(Input(bytes(data, size)), into: &contents, extracting: .named("plugin.wasm"))
    return 0
}

runFuzzer(take)
