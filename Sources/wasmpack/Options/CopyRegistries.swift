import Diagnostics
import OCI
import Registry

/// The options and credentials of the registries of a copy.
///
/// Options that name no registry apply to both: `--plain-http`, `--ca-file`, and an `--authfile`, which has an entry for
/// each. Credentials and certificates for one registry are rejected if there are two.
struct CopyRegistries {
    /// The options for the registry of FROM.
    let from: RegistryOptions
    /// The options for the registry of TO.
    let to: RegistryOptions
    /// The credentials for FROM and for TO; `nil` if only one of them is a registry.
    ///
    /// Both are the same chain for one registry without `--from-authfile` and `--to-authfile`: standard input is
    /// read once.
    let credentials: (from: CredentialChain, to: CredentialChain)?

    /// Checks the options.
    ///
    /// Throws ``Failure/Code/usage`` for an option for a side that is not a registry, and for one that applies to a
    /// single registry if there are two.
    init(
        _ options: RegistryOptions,
        _ sides: SideOptions,
        from source: Reference?,
        to destination: Reference?,
        _ environment: Environment
    ) async throws(Failure) {
        for (side, reference) in [(sides.from, source), (sides.to, destination)]
        where reference == nil && !side.isEmpty {
            throw Failure(
                .usage,
                "\(side.name) is not a registry",
                why: "--\(side.name.lowercased())-plain-http, -ca-file and -authfile apply to registries only"
            )
        }
        from = options.for(sides.from)
        to = options.for(sides.to)
        try Self.rejectTLSOptions(
            [(from, source), (to, destination)].compactMap { $1 == nil ? nil : $0.connection },
            sides
        )
        guard let source, let destination else {
            credentials = nil
            return
        }
        guard source.registry == destination.registry else {
            try Self.rejectSharing(options, from, to, [source.registry, destination.registry], environment)
            credentials = try await Self.separate(from, to, environment)
            return
        }
        guard sides.from.authfile == nil, sides.to.authfile == nil else {
            credentials = try await Self.separate(from, to, environment)
            return
        }
        let shared = try await options.credentials.store(environment, usesTLS: !to.connection.plainHttp)
        credentials = (shared, shared)
    }

    private static func separate(
        _ from: RegistryOptions,
        _ to: RegistryOptions,
        _ environment: Environment
    ) async throws(Failure) -> (from: CredentialChain, to: CredentialChain) {
        (
            try await from.credentials.store(environment, usesTLS: !from.connection.plainHttp, for: "FROM"),
            try await to.credentials.store(environment, usesTLS: !to.connection.plainHttp, for: "TO")
        )
    }

    /// Throws for a TLS option if no registry uses TLS.
    private static func rejectTLSOptions(
        _ connections: [ConnectionOptions],
        _ sides: SideOptions
    ) throws(Failure) {
        guard !connections.isEmpty, connections.allSatisfy(\.plainHttp) else { return }
        let flag = sides.fromPlainHttp ? "--from-plain-http" : "--to-plain-http"
        for connection in connections {
            if connection.clientCert != nil {
                throw Failure(.usage, "\(flag) and --client-cert cannot be used together")
            }
            if connection.tlsSkipVerify {
                throw Failure(.usage, "\(flag) and --tls-skip-verify cannot be used together")
            }
        }
    }

    /// Throws for a secret without a registry, which would be sent to both.
    private static func rejectSharing(
        _ options: RegistryOptions,
        _ from: RegistryOptions,
        _ to: RegistryOptions,
        _ registries: [RegistryName],
        _ environment: Environment
    ) throws(Failure) {
        let variables = ["WASMPACK_USERNAME", "WASMPACK_PASSWORD"].filter(environment.isSet)
        let readsVariables = [from, to].contains {
            $0.credentials.authfile == nil && !$0.credentials.anonymous
        }
        guard let unassigned = options.secretOption(orAnyOf: readsVariables ? variables : []) else { return }
        throw Failure(
            .usage,
            "\(unassigned) is for one registry, but FROM and TO are in two",
            why: "credentials for one registry are never sent to another",
            try: unassigned == "--client-cert"
                ? ["copy to a layout or an archive first, and from there to TO"]
                : registries.map { "wasmpack login \($0)" } + ["use --from-authfile FILE --to-authfile FILE"]
        )
    }
}

extension RegistryOptions {
    /// Returns the options for one side; options for that side alone take precedence.
    func `for`(_ side: SideOptions.Side) -> RegistryOptions {
        var own = self
        if side.usesPlainHTTP { own.connection.plainHttp = true }
        if let caFile = side.caFile { own.connection.caFile = caFile }
        if let authfile = side.authfile {
            own.credentials.authfile = authfile
            own.credentials.anonymous = false
            own.credentials.username = nil
            own.credentials.passwordStdin = false
            own.credentials.identityTokenStdin = false
        }
        return own
    }
}
