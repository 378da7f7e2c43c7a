package import Diagnostics
package import HostSystem
import OCI
package import ProxyWasm
package import Wasm

/// A module by its own bytes: what it is, and what each proxy will say of it.
package struct ModuleInspection: Sendable {
    /// The module's own digest and size.
    package let identity: ModuleIdentity
    /// What its sections say, or why nobody can read them.
    package let module: Result<Module, Failure>
    /// What is known of it beyond its sections, by the rules of Envoy; `nil` when nobody can read them.
    package let check: ModuleCheck?
    /// The first eight bytes, or as many as there are.
    private let preamble: [UInt8]

    /// Reads a module; what is wrong with it is part of the answer.
    ///
    /// - Parameters:
    ///   - name: what it is called in messages.
    ///   - file: its bytes, which are read twice.
    /// - Throws: what reading the file throws.
    package init(of name: String, in file: borrowing ReadableFile) throws(Failure) {
        var hasher = DigestHasher()
        try file.forEachPiece { piece in hasher.update(piece) }
        identity = ModuleIdentity(digest: hasher.digest(), size: hasher.byteCount)
        preamble = try file.read(at: 0, count: 8)
        do throws(Failure) {
            module = .success(
                try Module(of: name, size: file.size) { (offset, count) throws(Failure) in
                    try file.read(at: offset, count: count)
                }
            )
        } catch {
            guard error.isAboutModule else { throw error }
            module = .failure(error)
        }
        check = (try? module.get()).map { ModuleCheck($0, host: .envoy) }
    }

    /// Whether it is a component, which is no module that proxies know.
    package var isComponent: Bool {
        if case .failure(let failure) = module { failure.code == .wasmComponent } else { false }
    }

    /// What a proxy will say of it, in the order in which it will trip over it.
    package func findings(in host: ProxyHost) -> [Finding] {
        switch module {
        case .success(let module):
            if let check, check.host == host {
                check.findings
            } else {
                ModuleCheck(module, host: host).findings
            }
        case .failure(let failure):
            [Finding(failure, saying: saying(of: failure), offset: offset(of: failure))]
        }
    }

    /// What Envoy says of a file that has no sections to read.
    private func saying(of failure: Failure) -> String? {
        guard failure.code != .moduleTooLarge, !preamble.isEmpty else { return nil }
        // Envoy steps over sections that it does not know, and reads a component's as if they were a module's: what it says
        // depends on what else is there.
        if failure.cause is ModuleOutline.UnknownSection { return nil }
        if failure.code == .wasmComponent, identity.size > preamble.count { return nil }
        let isWhole = preamble.count == 8
        if failure.code == .wasmComponent || !isWhole { return "Missing or unknown Proxy-Wasm ABI version" }
        let isModule = preamble.starts(with: [0x00, 0x61, 0x73, 0x6D])
        let isVersion1 = preamble.suffix(4).elementsEqual([1, 0, 0, 0])
        return isModule && !isVersion1
            ? "Failed to load Wasm bytecode" : "Failed to parse corrupted Wasm module"
    }

    /// Where the magic number or the version is wrong, in bytes; the message itself names any other place.
    private func offset(of failure: Failure) -> Int? {
        switch failure.code {
        case .notWasm: 0
        case .wasmComponent: 4
        case .wasmMalformed where !preamble.suffix(4).elementsEqual([1, 0, 0, 0]): 4
        default: nil
        }
    }
}

extension Failure {
    /// Whether it says what a module is not, rather than that it cannot be read.
    package var isAboutModule: Bool {
        [.notWasm, .wasmComponent, .wasmMalformed, .moduleTooLarge].contains(code)
    }
}

extension Finding {
    /// The finding that a failure is to whoever asked what is wrong.
    package init(_ failure: Failure, saying: String? = nil, offset: Int? = nil) {
        self.init(
            failure.code.rawValue,
            .error,
            failure.message + (failure.why.map { ": \($0)" } ?? ""),
            saying: saying,
            try: failure.hints,
            offset: offset
        )
    }
}
