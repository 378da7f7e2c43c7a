public import Diagnostics
import HostSystem
import OCI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A program that keeps credentials: `docker-credential-<suffix>`, as docker's configuration names it.
///
/// The protocol is that of docker-credential-helpers: one word as argument, the question on standard input, the answer
/// or the reason for a refusal on standard output.
///
/// All functions throw ``Failure/Code/helperMissing`` or ``Failure/Code/helperFailed``, which name the helper and the file
/// that asks for it, and ``Failure/Code/interrupted``.
public struct CredentialHelper: Sendable {
    /// What a helper says when it has no credential, which is no error.
    private static let noCredential = "credentials not found in native keychain"
    /// The user name that says that the secret is an identity token.
    private static let tokenUser = "<token>"
    /// How much a helper may write, in bytes: 1 MiB.
    private static let outputLimit = 1024 * 1024
    /// What no other program needs to know.
    private static let ownSecrets = ["WASMPACK_PASSWORD", "DOCKER_AUTH_CONFIG"]

    /// The program's name.
    let program: String
    private let place: String
    private let environment: [String: String?]
    private let timeLimit: Duration

    /// What a helper said to `get`.
    struct Answer: Sendable {
        let credential: Credential?
        /// What it wrote to its standard error meanwhile, line by line.
        let remarks: [String]
    }

    /// Names a helper.
    ///
    /// - Parameters:
    ///   - suffix: the helper's own part of the program's name, such as `ecr-login`.
    ///   - place: who asks for it, for people, such as `~/.docker/config.json (credsStore)`.
    /// - Throws: ``Failure/Code/configurationInvalid`` for a suffix that could lead elsewhere.
    public init(suffix: String, namedBy place: String) throws(Failure) {
        try self.init(suffix: suffix, namedBy: place, environment: [:], timeLimit: .seconds(30))
    }

    init(
        suffix: String,
        namedBy place: String,
        environment: [String: String?],
        timeLimit: Duration
    ) throws(Failure) {
        guard !suffix.isEmpty, suffix.utf8.allSatisfy(\.isOfHelperName), !suffix.contains("..") else {
            throw Failure(
                .configurationInvalid,
                "\(place) names a credential helper that is none: \"\(suffix.truncated(to: 80))\"",
                why: "the name is put behind \"docker-credential-\": letters, digits, \".\", \"_\" and \"-\""
            )
        }
        program = "docker-credential-\(suffix)"
        self.place = place
        self.environment = environment
        self.timeLimit = timeLimit
    }

    /// Asks for the credential of a server; `nil` when the helper has none.
    public func get(_ serverURL: String) async throws(Failure) -> Credential? {
        try await answer(to: serverURL).credential
    }

    /// Gives the helper a credential to keep.
    public func store(serverURL: String, username: String, secret: String) async throws(Failure) {
        try check(serverURL)
        let kept = Kept(ServerURL: serverURL, Username: username, Secret: secret)
        let outcome = try await run("store", try CanonicalJSON.encode(kept))
        guard outcome.ending == .exited(0) else { throw refusal("store", outcome, hiding: [secret]) }
    }

    /// Has the helper forget a server's credential; one that it does not have is fine.
    public func erase(serverURL: String) async throws(Failure) {
        try check(serverURL)
        let outcome = try await run("erase", Array(serverURL.utf8))
        guard outcome.ending == .exited(0) || outcome.words == Self.noCredential else {
            throw refusal("erase", outcome)
        }
    }

    func answer(to serverURL: String) async throws(Failure) -> Answer {
        try check(serverURL)
        let outcome = try await run("get", Array(serverURL.utf8))
        guard outcome.ending == .exited(0) else {
            guard outcome.words == Self.noCredential else { throw refusal("get", outcome) }
            return Answer(credential: nil, remarks: [])
        }
        guard let kept = try? JSONDecoder().decode(Kept.self, from: Data(outcome.output)) else {
            // Nothing of it is shown: it may be a secret all the same.
            throw failed("get", "its answer is not the JSON it has to be: ServerURL, Username and Secret")
        }
        let source = "\(program) (named by \(place))"
        let credential: Credential
        switch (kept.Username, kept.Secret) {
        case (_, ""): throw failed("get", "its answer holds no secret")
        case ("", _): throw failed("get", "its answer holds no user name")
        case (Self.tokenUser, let secret): credential = Credential(identityToken: secret, source: source)
        case (let username, let secret):
            credential = Credential(username: username, password: secret, source: source)
        }
        let remarks = String(decoding: outcome.errors, as: UTF8.self).split(whereSeparator: \.isNewline)
            .filter { !$0.contains(kept.Secret) }.prefix(10)
        return Answer(
            credential: credential,
            remarks: remarks.map { "\(program): \(String($0).truncated(to: 400))" }
        )
    }

    private func check(_ serverURL: String) throws(Failure) {
        // One line, or a helper that reads lines would be asked something else.
        guard !serverURL.isEmpty, serverURL.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw Failure(
                .configurationInvalid,
                "\(program) cannot be asked for \"\(serverURL.truncated(to: 160))\""
            )
        }
    }

    private func run(_ action: String, _ input: [UInt8]) async throws(Failure) -> ChildProcess.Outcome {
        var changes = environment
        for name in Self.ownSecrets { changes[name] = .some(nil) }
        let process = ChildProcess(
            program,
            [action],
            environment: changes,
            outputLimit: Self.outputLimit,
            timeLimit: timeLimit
        )
        do throws(ChildProcessError) {
            return try await process.run(input: input)
        } catch {
            switch error {
            case .interrupted: throw Failure(.interrupted, "interrupted")
            case .notFound:
                throw Failure(
                    .helperMissing,
                    "\(place) names a credential helper, but \(program) is not on PATH",
                    why: "usual after Docker Desktop was removed, or in CI or WSL",
                    try: ["install it, or remove that entry and run wasmpack login REGISTRY"]
                )
            case .notStarted(let words): throw failed(action, "it cannot be started: \(words)")
            case .timedOut(let limit): throw failed(action, "it took longer than \(limit), and was ended")
            case .outputTooLong(let limit): throw failed(action, "it wrote more than \(limit) bytes")
            case .lost(let words): throw failed(action, words)
            }
        }
    }

    private func refusal(
        _ action: String,
        _ outcome: ChildProcess.Outcome,
        hiding secrets: [String] = []
    ) -> Failure {
        let errors = String(decoding: outcome.errors, as: UTF8.self).trimmed
        let said = outcome.words.isEmpty ? errors : outcome.words
        // A helper that breaks the protocol may print a credential where its reason should be.
        let isReason = !said.contains("{") && !secrets.contains { said.contains($0) }
        let ended =
            switch outcome.ending {
            case .exited(let status): "it ended with status \(status)"
            case .killed(let signal): "signal \(signal) ended it"
            }
        return failed(
            action,
            said.isEmpty || !isReason ? ended : "\(ended): \"\(said.truncated(to: 400))\""
        )
    }

    private func failed(_ action: String, _ why: String) -> Failure {
        Failure(
            .helperFailed,
            "the credential helper \(program), named by \(place), fails (\(action))",
            why: why,
            try: ["try it alone: echo REGISTRY | \(program) get"]
        )
    }
}

/// What goes over the pipe; the members are named as there.
private struct Kept: Codable {
    var ServerURL: String?
    let Username: String
    let Secret: String
}

extension ChildProcess.Outcome {
    fileprivate var words: String { String(decoding: output, as: UTF8.self).trimmed }
}

extension String {
    fileprivate var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}

extension UInt8 {
    fileprivate var isOfHelperName: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
