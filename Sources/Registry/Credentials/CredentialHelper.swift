import Diagnostics
import HostSystem
import OCI

/// A program that stores credentials: `docker-credential-<suffix>`, named by docker's configuration.
///
/// The protocol is that of docker-credential-helpers: the action is the argument, the request goes to
/// standard input, and the response or the reason for an error comes from standard output.
///
/// All functions throw ``Failure/Code/helperMissing`` or ``Failure/Code/helperFailed``, which name the helper
/// and the file that configures it, and ``Failure/Code/interrupted``.
struct CredentialHelper: Sendable {
    /// The message of a helper that has no credential for a server; this is not an error.
    private static let noCredential = "credentials not found in native keychain"
    /// The fixed messages of the protocol, which cannot contain a secret.
    private static let fixedMessages = [
        noCredential, "no credentials server URL", "no credentials username", "no usernames provided",
    ]
    /// The user name that marks the secret as an identity token.
    private static let tokenUser = "<token>"
    /// The time limit for a run of a helper.
    static let timeLimit = Duration.seconds(30)
    /// The limit for a helper's output, in bytes: 1 MiB.
    private static let outputLimit = 1024 * 1024
    /// Variables with secrets, which are removed from a helper's environment.
    private static let secretVariables = ["WASMPACK_PASSWORD", "DOCKER_AUTH_CONFIG"]

    /// The program's name.
    let program: String
    private let configuration: String
    private let environment: [String: String?]
    private let timeLimit: Duration

    /// An action of the protocol.
    enum Action: String {
        case get
        case store
        case erase
    }

    /// The response of a helper to `get`.
    struct Response: Sendable {
        let credential: Credential?
        /// The lines of its standard error.
        let remarks: [String]
    }

    /// Creates a helper from its name.
    ///
    /// - Parameters:
    ///   - suffix: the part of the program's name after `docker-credential-`, such as `ecr-login`.
    ///   - configuration: the file and member that name the helper, such as `~/.docker/config.json (credsStore)`.
    /// - Throws: ``Failure/Code/configurationInvalid`` for a suffix that is not a plain file name.
    init(suffix: String, namedBy configuration: String) throws(Failure) {
        try self.init(suffix: suffix, namedBy: configuration, environment: [:], timeLimit: Self.timeLimit)
    }

    init(
        suffix: String,
        namedBy configuration: String,
        environment: [String: String?],
        timeLimit: Duration
    ) throws(Failure) {
        guard !suffix.isEmpty, suffix.utf8.allSatisfy(\.isAllowedInHelperName), !suffix.contains("..") else {
            throw Failure(
                .configurationInvalid,
                "invalid name of a credential helper in \(configuration): \"\(suffix.truncated(to: 80))\"",
                why: "only letters, digits, \".\", \"_\" and \"-\" can follow \"docker-credential-\""
            )
        }
        program = "docker-credential-\(suffix)"
        self.configuration = configuration
        self.environment = environment
        self.timeLimit = timeLimit
    }

    /// Throws ``Failure/Code/helperMissing`` if the program is not on `PATH`; does not start it.
    func find(for action: Action) async throws(Failure) {
        guard await process(action).isOnPath else { throw missing(action) }
    }

    /// Stores a credential in the helper.
    func store(serverURL: String, username: String, secret: String) async throws(Failure) {
        try check(serverURL)
        let message = HelperMessage(ServerURL: serverURL, Username: username, Secret: secret)
        let outcome = try await run(.store, try CanonicalJSON.encode(message))
        guard outcome.ending == .exited(0) else { throw failed(.store, outcome) }
    }

    /// Erases a server's credential from the helper; a missing credential is not an error.
    func erase(serverURL: String) async throws(Failure) {
        try check(serverURL)
        let outcome = try await run(.erase, Array(serverURL.utf8))
        guard outcome.ending == .exited(0) || outcome.message == Self.noCredential else {
            // For a missing credential, only the message of `get` is standardized, so `get` decides.
            if try await hasNoCredential(serverURL) { return }
            throw failed(.erase, outcome)
        }
    }

    private func hasNoCredential(_ serverURL: String) async throws(Failure) -> Bool {
        do throws(Failure) {
            return try await response(for: serverURL).credential == nil
        } catch  where error.code != .interrupted {
            return false
        }
    }

    /// Gets the credential for a server from the helper.
    func response(for serverURL: String) async throws(Failure) -> Response {
        try check(serverURL)
        let outcome = try await run(.get, Array(serverURL.utf8))
        guard outcome.ending == .exited(0) else {
            guard outcome.message == Self.noCredential else { throw failed(.get, outcome) }
            return Response(credential: nil, remarks: [])
        }
        guard
            let message = try? CredentialJSON.decode(HelperMessage.self, from: outcome.output, as: "response")
        else {
            // The output is never shown, because it may contain a secret.
            throw failed(.get, "its response is not a JSON object with ServerURL, Username and Secret")
        }
        let source = "\(program) (named by \(configuration))"
        let credential: Credential
        switch (message.Username, message.Secret) {
        case (_, ""): throw failed(.get, "its response has no secret")
        case ("", _): throw failed(.get, "its response has no user name")
        case (Self.tokenUser, let secret): credential = Credential(identityToken: secret, source: source)
        case (let username, let secret):
            credential = Credential(username: username, password: secret, source: source)
        }
        let remarks = Self.remarks(in: outcome.errors, without: message.Secret).prefix(10)
        return Response(
            credential: credential,
            remarks: remarks.map { "\(program): \($0.truncated(to: 400))" }
        )
    }

    /// Returns the lines of a helper's standard error without lines of the secret; none if it contains the
    /// whole secret.
    private static func remarks(in errors: [UInt8], without secret: String) -> [String] {
        let lines = { (bytes: [UInt8]) in bytes.split { $0 == 0x0A || $0 == 0x0D } }
        let secretLines = lines(Array(secret.utf8))
        if secretLines.count > 1, errors.contains(secret.utf8) { return [] }
        return lines(errors).filter { line in !secretLines.contains { line.contains($0) } }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private func check(_ serverURL: String) throws(Failure) {
        // A line break would change the request to a helper that reads lines.
        guard !serverURL.isEmpty, serverURL.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw Failure(
                .configurationInvalid,
                "cannot ask \(program) for credentials for \"\(serverURL.truncated(to: 160))\""
            )
        }
    }

    private func process(_ action: Action) -> ChildProcess {
        var changes = environment
        for name in Self.secretVariables { changes[name] = .some(nil) }
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
            case .interrupted: throw .interrupted
            case .notFound: throw missing(action)
            case .notStarted(let reason): throw failed(action, "it cannot be started: \(reason)")
            case .timedOut(let limit): throw failed(action, "it did not finish within \(limit)")
            case .outputTooLong(let limit): throw failed(action, "it wrote more than \(limit) bytes")
            case .lost(let reason): throw failed(action, reason)
            }
        }
    }

    private func failed(_ action: Action, _ outcome: ChildProcess.Outcome) -> Failure {
        let errors = String(decoding: outcome.errors, as: UTF8.self).trimmed
        let message = outcome.message.isEmpty ? errors : outcome.message
        // A faulty helper may print a credential in place of a reason, and may print a credential to store in
        // any encoding.
        let canBeShown =
            action == .store
            ? Self.fixedMessages.contains(message) : !message.isEmpty && !message.contains("{")
        let ending =
            switch outcome.ending {
            case .exited(let status): "it exited with status \(status)"
            case .killed(let signal): "signal \(signal) ended it"
            }
        return failed(action, canBeShown ? "\(ending): \"\(message.truncated(to: 400))\"" : ending)
    }

    private func failed(_ action: Action, _ why: String) -> Failure {
        let remedy =
            switch action {
            case .get, .erase: "echo REGISTRY | \(program) \(action.rawValue)"
            case .store:
                "unlock or repair it, or remove it from the configuration and run wasmpack login REGISTRY"
            }
        return Failure(
            .helperFailed,
            "the credential helper \(program) failed to \(action.rawValue) credentials (named by \(configuration))",
            why: why,
            try: [remedy]
        )
    }

    private func missing(_ action: Action) -> Failure {
        let remedy = "install \(program), or remove it from the configuration"
        return Failure(
            .helperMissing,
            "the credential helper \(program) is not on PATH (named by \(configuration))",
            why: "this is common after Docker Desktop was removed, and in CI and WSL",
            try: [action == .erase ? remedy : "\(remedy) and run wasmpack login REGISTRY"]
        )
    }
}

/// A JSON message of the protocol; the members have the names of the protocol.
private struct HelperMessage: Codable {
    var ServerURL: String?
    let Username: String
    let Secret: String
}

extension ChildProcess.Outcome {
    fileprivate var message: String { String(decoding: output, as: UTF8.self).trimmed }
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
    fileprivate var isAllowedInHelperName: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
