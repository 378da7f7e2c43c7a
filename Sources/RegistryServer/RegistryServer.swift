package import Diagnostics
package import HTTPServer
package import OCI
import Storage

/// An OCI registry (distribution spec 1.1) over a store of layouts: answers requests.
package struct RegistryServer: Sendable {
    /// What a registry allows.
    package struct Options: Sendable {
        /// Whether only reading is allowed.
        package var isReadOnly = false
        /// The largest blob, in bytes; the default is the largest that wasmpack transfers.
        package var sizeLimit = Descriptor.sizeLimit
        /// Who may do what.
        package var access = Access.open
        /// Deliberate faults.
        package var faults: [Fault] = []
        /// The pace of deliberately slow transfers; `nil` for full speed.
        package var pace: Pace?
        /// A deliberate delay of each response.
        package var delay: Duration?
        /// Whether clients connect with TLS, and have verified the server's name.
        package var isEncrypted = false

        /// Creates the defaults.
        package init() {}
    }

    let store: RepositoryStore
    let options: Options
    let host: RegistryName
    let manifestGate = ManifestGate()
    /// Not the same: a list must not wait for many pushes.
    let referrersGate = ManifestGate()
    private let faults: FaultPlan
    private let events: any EventSink

    /// Creates a registry.
    ///
    /// - Parameters:
    ///   - store: the repositories.
    ///   - options: what it allows.
    ///   - host: the name that full names get if a request does not name the registry.
    ///   - events: receives one detail per request.
    package init(_ store: RepositoryStore, _ options: Options, host: RegistryName, events: any EventSink) {
        self.store = store
        self.options = options
        self.host = host
        self.events = events
        faults = FaultPlan(options.faults)
    }

    /// Answers a request.
    package func respond(to request: ServerRequest, _ body: RequestBody) async -> ServerResponse {
        if let delay = options.delay { try? await Task.sleep(for: delay) }
        var response: ServerResponse
        if let status = faults.status(for: request) {
            response = RegistryError(status, .unknown, "this fault was requested by --fail").response
        } else {
            do throws(RegistryError) {
                response = try await answer(request, PacedBody(body, options.pace))
            } catch {
                response = error.response
            }
        }
        response.fields.append(("Docker-Distribution-Api-Version", "registry/2.0"))
        if let pace = options.pace { response.body = pace.slowed(response.body) }
        let size = request.method == "HEAD" ? "" : "  \(ByteCount(response.body.length))"
        let target = request.target.truncated(to: 400)
        events.record(.detail("\(request.method) \(target)  \(response.status)\(size)"))
        return response
    }

    private func answer(_ request: ServerRequest, _ body: PacedBody) async throws(RegistryError)
        -> ServerResponse
    {
        try rejectWebPages(request)
        let route = try Route(request.path)
        if case .token = route { return try await options.access.token(for: request, body) }
        let isReading = request.method == "GET" || request.method == "HEAD"
        try options.access.check(
            request,
            route,
            isReading ? .pull : request.method == "DELETE" ? .delete : .push
        )
        guard isReading || !options.isReadOnly else {
            throw RegistryError(405, .unsupported, "the registry is read-only", [("Allow", "GET, HEAD")])
        }
        return switch (route, request.method) {
        case (.base, "GET"), (.base, "HEAD"): Self.json("{}")
        case (.catalog, "GET"), (.catalog, "HEAD"): try await catalog(request)
        case (.tags(let name), "GET"), (.tags(let name), "HEAD"): try await tags(name, request)
        case (.referrers(let name, let digest), "GET"), (.referrers(let name, let digest), "HEAD"):
            try await referrers(name, Self.digest(digest), request)
        case (.manifest(let name, let reference), "GET"), (.manifest(let name, let reference), "HEAD"):
            try await manifest(name, reference)
        case (.manifest(let name, let reference), "PUT"): try await put(name, reference, request, body)
        case (.manifest(let name, let reference), "DELETE"): try await delete(name, reference)
        case (.blob(let name, let digest), "GET"), (.blob(let name, let digest), "HEAD"):
            try await blob(name, Self.digest(digest), request)
        case (.blob(let name, let digest), "DELETE"): try await deleteBlob(name, Self.digest(digest))
        case (.startUpload(let name), "POST"): try await startUpload(name, request, body)
        case (.upload(let name, let identifier), "PATCH"): try await patch(name, identifier, request, body)
        case (.upload(let name, let identifier), "PUT"): try await finish(name, identifier, request, body)
        case (.upload(let name, let identifier), "GET"), (.upload(let name, let identifier), "HEAD"):
            try uploadStatus(name, upload(identifier, in: name), 204)
        case (.upload(let name, let identifier), "DELETE"): try cancel(identifier, in: name)
        default:
            throw RegistryError(
                405,
                .unsupported,
                "the endpoint has no method \(request.method.truncated(to: 20))",
                [("Allow", route.methods.joined(separator: ", "))]
            )
        }
    }

    /// Rejects what a page of the web may have sent with the browser of this machine's user.
    ///
    /// A page can give its own host name the registry's address (DNS rebinding). It cannot do so with an address or
    /// `localhost`, and it has neither an account nor a certificate for the name.
    private func rejectWebPages(_ request: ServerRequest) throws(RegistryError) {
        guard request[field: "Origin"] == nil else {
            throw RegistryError(403, .denied, "requests of web pages are rejected")
        }
        // HTTP/1.0 has no Host, and browsers do not use it.
        guard !request.authority.isEmpty else { return }
        guard let name = try? RegistryName(parsing: request.authority) else {
            throw RegistryError(400, .unknown, "the request's Host is not a host with a port")
        }
        if case .address = IPAddress.Host(name.host) { return }
        guard
            name.isLoopback || name.host == host.host || options.isEncrypted || options.access.requiresAccount
        else {
            throw RegistryError(
                403,
                .denied,
                "without an account and TLS, the registry has no host name: use \(host)"
            )
        }
    }

    static func json(_ text: String) -> ServerResponse {
        ServerResponse(200, [("Content-Type", "application/json")], body: .bytes(Array(text.utf8)))
    }

    static func digest(_ text: String) throws(RegistryError) -> Digest {
        do throws(Failure) {
            return try Digest(parsing: text)
        } catch {
            throw RegistryError(400, .digestInvalid, error)
        }
    }

    /// Returns a repository; throws `NAME_UNKNOWN` if it does not exist.
    func repository(_ name: RepositoryName) async throws(RegistryError) -> Repository {
        guard
            let repository = try await serving({ () async throws(Failure) in try await store.repository(name)
            })
        else {
            throw RegistryError(404, .nameUnknown, "the registry has no repository \(name)")
        }
        return repository
    }

    /// Runs work whose failures are the server's.
    func serving<Result>(_ work: () async throws(Failure) -> Result) async throws(RegistryError) -> Result {
        do throws(Failure) {
            return try await work()
        } catch {
            throw RegistryError(error)
        }
    }
}

extension String {
    /// Creates a random number in hexadecimal; `bits` is a multiple of 64.
    init(randomBits bits: Int) {
        self = (0..<bits / 64).map { _ in String(UInt64.random(in: .min ... .max), digits: 16) }.joined()
    }

    /// Parses a whole number that is not negative and has no sign.
    var wholeNumber: Int? {
        !isEmpty && utf8.allSatisfy(\.isDigit) ? Int(self) : nil
    }
}
