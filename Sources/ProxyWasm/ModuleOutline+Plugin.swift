package import Diagnostics
package import Wasm

extension ModuleOutline {
    /// The largest module that consumers load, in bytes: 256 MiB minus the 1536 bytes that its tar adds.
    ///
    /// Istio and Envoy Gateway stop reading a layer's tar at 256 MiB.
    package static let sizeLimit = 268_433_920

    /// Reads the outline of a module for proxies; reads only some bytes per section.
    ///
    /// - Parameters:
    ///   - name: the name of the module in messages.
    ///   - size: the size of the module, in bytes.
    ///   - read: returns up to `count` bytes at an offset; fewer only at the end.
    /// - Throws: ``Failure/Code/moduleTooLarge``; ``Failure/Code/notWasm``, ``Failure/Code/wasmComponent`` or
    ///   ``Failure/Code/wasmMalformed``, each with a ``Problem`` as its cause; and what `read` throws.
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
                    "optimize it and remove debug information: wasm-opt -Oz --strip-debug plugin.wasm -o plugin.wasm"
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
    /// Returns Envoy's message for a file of this size; `nil` if Envoy prints none, or if the message depends on bytes
    /// that were not read.
    package func consumerMessage(ofSize size: Int) -> String? {
        switch self {
        case .notWasm(let start) where start.isEmpty: nil
        case .notWasm(let start) where start.count < Preamble.size: Self.unknownABI
        case .cutPreamble: Self.unknownABI
        // Envoy skips unknown sections, and reads a component's sections as a module's. Its message depends on the rest
        // of the file.
        case .component: size > Preamble.size ? nil : Self.unknownABI
        case .unknownSection: nil
        case .unknownVersion: "Failed to load Wasm bytecode"
        case .notWasm, .tooManySections, .unreadableLength, .cutSection:
            "Failed to parse corrupted Wasm module"
        }
    }

    /// The offset of a wrong magic number or version, in bytes; messages name any other offset themselves.
    package var offset: Int? {
        switch self {
        case .notWasm: 0
        case .component, .cutPreamble, .unknownVersion: 4
        case .tooManySections, .unreadableLength, .unknownSection, .cutSection: nil
        }
    }

    private static let unknownABI = "Missing or unknown Proxy-Wasm ABI version"
}
