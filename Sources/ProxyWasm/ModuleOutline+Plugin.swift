package import Diagnostics
package import Wasm

extension ModuleOutline {
    /// The largest module that consumers load, in bytes: 256 MiB less the 1536 bytes that its tar adds.
    ///
    /// Istio and Envoy Gateway stop reading a layer's tar at 256 MiB.
    package static let sizeLimit = 268_433_920

    /// Reads the outline of a module for proxies; of a large one only some bytes per section are read.
    ///
    /// - Parameters:
    ///   - name: what the module is called in messages.
    ///   - size: the size of the whole, in bytes.
    ///   - read: gives up to `count` bytes at an offset; fewer only at the end.
    /// - Throws: ``Failure/Code/moduleTooLarge``; ``Failure/Code/notWasm``, ``Failure/Code/wasmComponent`` or
    ///   ``Failure/Code/wasmMalformed``, each with a ``Problem`` as its cause; and whatever `read` throws.
    package init(
        of name: String,
        size: Int,
        reading read: ByteFetch
    ) throws(Failure) {
        guard size <= Self.sizeLimit else {
            throw Failure(
                .moduleTooLarge,
                "\(name) is too large: \(size) bytes",
                why: "proxies read at most 256 MiB, which leaves \(Self.sizeLimit) bytes for the module",
                try: [
                    "build it optimised and without debug information, for example wasm-opt -Oz --strip-debug"
                ]
            )
        }
        do throws(ReadError<Problem>) {
            try self.init(size: size, reading: read)
        } catch {
            switch error {
            case .failure(let failure): throw failure
            case .problem(let problem): throw Failure(problem, of: name)
            }
        }
    }
}

extension ModuleOutline.Problem {
    /// What Envoy says of a file of a size that has no sections to be read; `nil` when it says nothing, or what depends on
    /// bytes that are not looked at.
    package func consumerMessage(ofSize size: Int) -> String? {
        switch self {
        case .notWasm(let start) where start.isEmpty: nil
        case .notWasm(let start) where start.count < Preamble.size: Self.unknownABI
        case .cutPreamble: Self.unknownABI
        // Envoy steps over sections that it does not know, and reads a component's as if they were a module's: what it says
        // depends on what else is there.
        case .component: size > Preamble.size ? nil : Self.unknownABI
        case .unknownSection: nil
        case .unknownVersion: "Failed to load Wasm bytecode"
        case .notWasm, .tooManySections, .unreadableLength, .cutSection:
            "Failed to parse corrupted Wasm module"
        }
    }

    /// Where the magic number or the version is wrong, in bytes; the message itself names any other place.
    package var offset: Int? {
        switch self {
        case .notWasm: 0
        case .component, .cutPreamble, .unknownVersion: 4
        case .tooManySections, .unreadableLength, .unknownSection, .cutSection: nil
        }
    }

    private static let unknownABI = "Missing or unknown Proxy-Wasm ABI version"
}
