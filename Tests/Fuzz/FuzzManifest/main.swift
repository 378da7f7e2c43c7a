import Fuzzing
import OCI

/// The manifest decoder, each kind of document, and what is asked of it before anything is fetched.
@_cdecl("LLVMFuzzerTestOneInput")
public func take(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let input = bytes(data, size)
    for type in [MediaType.imageManifest, .imageIndex, .dockerManifest, .dockerManifestList] {
        guard let document = try? ManifestDocument(decoding: input, mediaType: type) else { continue }
        _ = document.successors
    }
    return 0
}

runFuzzer(take)
