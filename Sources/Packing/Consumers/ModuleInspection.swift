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
    package var module: Result<Module, Failure> { reading.map(\.module) }
    /// What is known of it beyond its sections, by the rules of Envoy; `nil` when nobody can read them.
    package let check: ModuleCheck?
    private let reading: Result<EnvoyReading, Failure>

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
        do throws(Failure) {
            reading = .success(
                try EnvoyReading(of: name, size: file.size) { (offset, count) throws(Failure) in
                    try file.read(at: offset, count: count)
                }
            )
        } catch {
            guard error.isAboutModule else { throw error }
            reading = .failure(error)
        }
        check = (try? reading.get()).map { ModuleCheck($0, host: .envoy) }
    }

    /// Whether it is a component, which is no module that proxies know.
    package var isComponent: Bool {
        if case .failure(let failure) = module { failure.code == .wasmComponent } else { false }
    }

    /// What a proxy will say of it, in the order in which it will trip over it.
    package func findings(in host: ProxyHost) -> [Finding] {
        switch reading {
        case .success(let reading):
            if let check, check.host == host {
                return check.findings
            }
            return ModuleCheck(reading, host: host).findings
        case .failure(let failure):
            let problem = failure.cause as? ModuleOutline.Problem
            return [
                Finding(
                    failure,
                    consumerMessage: problem?.consumerMessage(ofSize: identity.size),
                    offset: problem?.offset
                )
            ]
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
    package init(_ failure: Failure, consumerMessage: String? = nil, offset: Int? = nil) {
        self.init(
            failure.code.rawValue,
            .error,
            failure.message + (failure.why.map { ": \($0)" } ?? ""),
            consumerMessage: consumerMessage,
            try: failure.hints,
            offset: offset
        )
    }
}
