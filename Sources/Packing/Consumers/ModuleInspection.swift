package import Diagnostics
package import HostSystem
import OCI
package import ProxyWasm
package import Wasm

/// A module that was read, and the findings of each proxy about it.
package struct ModuleInspection: Sendable {
    /// The module's digest and size.
    package let identity: ModuleIdentity
    /// The module as its sections describe it, or the failure to read them.
    package var module: Result<Module, Failure> { reading.map(\.module) }
    /// The check by the rules of Envoy; `nil` if the sections cannot be read.
    package let check: ModuleCheck?
    private let reading: Result<EnvoyReading, Failure>

    /// Reads a module; an invalid module is part of the result, not an error.
    ///
    /// - Parameters:
    ///   - name: the name of the module in messages.
    ///   - file: the module's file, which is read twice.
    /// - Throws: errors of reading the file, and ``Failure/Code/interrupted``.
    package init(of name: String, in file: borrowing ReadableFile) throws(Failure) {
        var hasher = DigestHasher()
        let size = file.size
        try file.forEachPiece { piece in
            hasher.update(piece)
            Work.report(.hashing, name, bytes: hasher.byteCount, of: size)
        }
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
        // A canceled check is incomplete.
        try checkCancellation()
    }

    /// Whether it is a component, which proxies do not support.
    package var isComponent: Bool {
        if case .failure(let failure) = module { failure.code == .wasmComponent } else { false }
    }

    /// The findings for Envoy, in the order of its load steps.
    package var findings: [Finding] { check?.findings ?? unreadable }

    /// Returns the findings for a proxy, or for one release of it, in the order of its load steps.
    ///
    /// Throws ``Failure/Code/interrupted``.
    package func findings(in host: ProxyHost, _ release: EnvoyRelease? = nil) throws(Failure) -> [Finding] {
        guard case .success(let reading) = reading else { return unreadable }
        if let check, check.host == host, check.release == release { return check.findings }
        let findings = ModuleCheck(reading, host: host, release: release).findings
        // A canceled check is incomplete.
        try checkCancellation()
        return findings
    }

    /// The finding about a module that cannot be read.
    private var unreadable: [Finding] {
        guard case .failure(let failure) = reading else { return [] }
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

extension Failure {
    /// Whether the failure is about the module's content, not about reading the file.
    package var isAboutModule: Bool {
        [.notWasm, .wasmComponent, .wasmMalformed, .moduleTooLarge].contains(code)
    }
}

extension Finding {
    /// Creates a finding from a failure.
    package init(_ failure: Failure, consumerMessage: String? = nil, offset: Int? = nil) {
        self.init(
            failure.code.rawValue,
            .error,
            failure.message + (failure.why.map { ": \(Self.omitting(consumerMessage, from: $0))" } ?? ""),
            consumerMessage: consumerMessage,
            try: failure.hints,
            offset: offset
        )
    }

    /// Returns a cause without its quotation of the consumer's message, which the finding has as a value.
    private static func omitting(_ consumerMessage: String?, from why: String) -> String {
        guard let consumerMessage else { return why }
        return why.replacing(" and would say \"\(consumerMessage)\"", with: "")
    }
}
