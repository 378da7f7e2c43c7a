import Diagnostics
import HostSystem
import OCI

/// A program that keeps credentials: `docker-credential-<suffix>`, as docker's configuration names it.
///
/// The protocol is that of docker-credential-helpers: one word as argument, the question on standard input, the answer
/// or the reason for a refusal on standard output.
///
/// All functions throw ``Failure/Code/helperMissing`` or ``Failure/Code/helperFailed``, which name the helper and the file
/// that asks for it, and ``Failure/Code/interrupted``.
struct CredentialHelper: Sendable {
    /// What a helper says when it has no credential, which is no error.
    private static let noCredential = "credentials not found in native keychain"
    /// What a helper may say about its input; no part of it comes from there.
    private static let sentences = [
        noCredential, "no credentials server URL", "no credentials username", "no usernames provided",
    ]
    /// The user name that says that the secret is an identity token.
    private static let tokenUser = "<token>"
    /// How long a helper may take.
    static let timeLimit = Duration.seconds(30)
    /// How much a helper may write, in bytes: 1 MiB.
    private static let outputLimit = 1024 * 1024
    /// What no other program needs to know.
    private static let ownSecrets = ["WASMPACK_PASSWORD", "DOCKER_AUTH_CONFIG"]

    /// The program's name.
    let program: String
    private let place: String
    private let environment: [String: String?]
    private let timeLimit: Duration

    /// What a helper is told to do.
    enum Action: String {
        case get
        case store
        case erase
    }

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
    init(suffix: String, namedBy place: String) throws(Failure) {
        try self.init(suffix: suffix, namedBy: place, environment: [:], timeLimit: Self.timeLimit)
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

    /// Throws ``Failure/Code/helperMissing`` if it is not on `PATH`; it is not started.
    func find(for action: Action) async throws(Failure) {
        guard await process(action).isOnPath else { throw missing(action) }
    }

    /// Gives the helper a credential to keep.
    func store(serverURL: String, username: String, secret: String) async throws(Failure) {
        try check(serverURL)
        let kept = Kept(ServerURL: serverURL, Username: username, Secret: secret)
        let outcome = try await run(.store, try CanonicalJSON.encode(kept))
        guard outcome.ending == .exited(0) else { throw refusal(.store, outcome) }
    }

    /// Has the helper forget a server's credential; one that it does not have is fine.
    func erase(serverURL: String) async throws(Failure) {
        try check(serverURL)
        let outcome = try await run(.erase, Array(serverURL.utf8))
        guard outcome.ending == .exited(0) || outcome.words == Self.noCredential else {
            // Each has its own words for having nothing to erase; how to say so when asked is agreed on.
            if try await hasNone(serverURL) { return }
            throw refusal(.erase, outcome)
        }
    }

    private func hasNone(_ serverURL: String) async throws(Failure) -> Bool {
        do throws(Failure) {
            return try await answer(to: serverURL).credential == nil
        } catch  where error.code != .interrupted {
            return false
        }
    }

    func answer(to serverURL: String) async throws(Failure) -> Answer {
        try check(serverURL)
        let outcome = try await run(.get, Array(serverURL.utf8))
        guard outcome.ending == .exited(0) else {
            guard outcome.words == Self.noCredential else { throw refusal(.get, outcome) }
            return Answer(credential: nil, remarks: [])
        }
        guard let kept = try? CredentialJSON.decode(Kept.self, from: outcome.output, as: "answer") else {
            // Nothing of it is shown: it may be a secret all the same.
            throw failed(.get, "its answer is not the JSON it has to be: ServerURL, Username and Secret")
        }
        let source = "\(program) (named by \(place))"
        let credential: Credential
        switch (kept.Username, kept.Secret) {
        case (_, ""): throw failed(.get, "its answer holds no secret")
        case ("", _): throw failed(.get, "its answer holds no user name")
        case (Self.tokenUser, let secret): credential = Credential(identityToken: secret, source: source)
        case (let username, let secret):
            credential = Credential(username: username, password: secret, source: source)
        }
        let remarks = Self.remarks(in: outcome.errors, without: kept.Secret).prefix(10)
        return Answer(
            credential: credential,
            remarks: remarks.map { "\(program): \($0.truncated(to: 400))" }
        )
    }

    /// The lines of a helper's standard error that show no line of the secret; none if they show the whole of it.
    private static func remarks(in errors: [UInt8], without secret: String) -> [String] {
        let lines = { (bytes: [UInt8]) in bytes.split { $0 == 0x0A || $0 == 0x0D } }
        let ownLines = lines(Array(secret.utf8))
        if ownLines.count > 1, errors.contains(secret.utf8) { return [] }
        return lines(errors).filter { line in !ownLines.contains { line.contains($0) } }
            .map { String(decoding: $0, as: UTF8.self) }
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

    private func process(_ action: Action) -> ChildProcess {
        var changes = environment
        for name in Self.ownSecrets { changes[name] = .some(nil) }
        return ChildProcess(
            program,
            [action.rawValue],
            environment: changes,
            outputLimit: Self.outputLimit,
            timeLimit: timeLimit
        )
    }

    private func run(_ action: Action, _ input: [UInt8]) async throws(Failure) -> ChildProcess.Outcome {
        do throws(ChildProcessError) {
            return try await process(action).run(input: input)
        } catch {
            switch error {
            case .interrupted: throw Failure(.interrupted, "interrupted")
            case .notFound: throw missing(action)
            case .notStarted(let words): throw failed(action, "it cannot be started: \(words)")
            case .timedOut(let limit): throw failed(action, "it took longer than \(limit), and was ended")
            case .outputTooLong(let limit): throw failed(action, "it wrote more than \(limit) bytes")
            case .lost(let words): throw failed(action, words)
            }
        }
    }

    private func refusal(_ action: Action, _ outcome: ChildProcess.Outcome) -> Failure {
        let errors = String(decoding: outcome.errors, as: UTF8.self).trimmed
        let said = outcome.words.isEmpty ? errors : outcome.words
        // A helper that breaks the protocol may print a credential where its reason should be; and what it was given
        // to keep it may show in any spelling.
        let isReason = action == .store ? Self.sentences.contains(said) : !said.isEmpty && !said.contains("{")
        let ended =
            switch outcome.ending {
            case .exited(let status): "it ended with status \(status)"
            case .killed(let signal): "signal \(signal) ended it"
            }
        return failed(action, isReason ? "\(ended): \"\(said.truncated(to: 400))\"" : ended)
    }

    private func failed(_ action: Action, _ why: String) -> Failure {
        let remedy =
            switch action {
            case .get, .erase: "try it alone: echo REGISTRY | \(program) \(action.rawValue)"
            case .store: "unlock or repair it, or remove that entry and run wasmpack login REGISTRY"
            }
        return Failure(
            .helperFailed,
            "the credential helper \(program), named by \(place), fails (\(action.rawValue))",
            why: why,
            try: [remedy]
        )
    }

    private func missing(_ action: Action) -> Failure {
        let remedy = "install it, or remove that entry"
        return Failure(
            .helperMissing,
            "\(place) names a credential helper, but \(program) is not on PATH",
            why: "usual after Docker Desktop was removed, or in CI or WSL",
            try: [action == .erase ? remedy : "\(remedy) and run wasmpack login REGISTRY"]
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
