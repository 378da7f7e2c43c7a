import Diagnostics
import OCI
import Registry

/// How the registries of a copy are reached, and which credentials each of them is shown.
///
/// What says nothing of a registry holds for both: `--plain-http`, `--ca-file`, and an `--authfile`, which has an entry for
/// each. What belongs to a command's one registry is refused when there are two.
struct CopyRegistries {
    /// For the registry of FROM.
    let from: RegistryOptions
    /// For the registry of TO.
    let to: RegistryOptions
    /// For FROM and for TO; `nil` where only one of them is a registry.
    ///
    /// The same, when they are one registry and ask for nothing of their own: standard input is read once.
    let credentials: (from: CredentialChain, to: CredentialChain)?

    /// Judges the options; throws ``Failure/Code/usage`` for those that fit no registry, or not just one.
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
                "\(side.name) is no registry",
                why: "--\(side.name.lowercased())-plain-http, -ca-file and -authfile are for registries"
            )
        }
        from = options.for(sides.from)
        to = options.for(sides.to)
        try Self.refuseTLSOptions(
            [(from, source), (to, destination)].compactMap { $1 == nil ? nil : $0.connection },
            sides
        )
        guard let source, let destination else {
            credentials = nil
            return
        }
        guard source.registry == destination.registry else {
            try Self.refuseSharing(options, from, to, environment)
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

    /// Where no registry speaks TLS, an option about TLS is a mistake.
    private static func refuseTLSOptions(
        _ connections: [ConnectionOptions],
        _ sides: SideOptions
    ) throws(Failure) {
        guard !connections.isEmpty, connections.allSatisfy(\.plainHttp) else { return }
        let flag = sides.fromPlainHttp ? "--from-plain-http" : "--to-plain-http"
        for connection in connections {
            if connection.clientCert != nil {
                throw Failure(.usage, "\(flag) and --client-cert exclude each other")
            }
            if connection.tlsSkipVerify {
                throw Failure(.usage, "\(flag) and --tls-skip-verify exclude each other")
            }
        }
    }

    /// A secret without the name of its registry would be shown to both.
    private static func refuseSharing(
        _ options: RegistryOptions,
        _ from: RegistryOptions,
        _ to: RegistryOptions,
        _ environment: Environment
    ) throws(Failure) {
        let variables = ["WASMPACK_USERNAME", "WASMPACK_PASSWORD"].filter { environment[$0] != nil }
        let asksVariables = [from, to].contains {
            $0.credentials.authfile == nil && !$0.credentials.anonymous
        }
        let ownerless =
            if options.credentials.username != nil {
                "--username"
            } else if options.credentials.identityTokenStdin {
                "--identity-token-stdin"
            } else if options.connection.clientCert != nil {
                "--client-cert"
            } else if let variable = variables.first, asksVariables {
                "$\(variable)"
            } else {
                String?.none
            }
        guard let ownerless else { return }
        throw Failure(
            .usage,
            "\(ownerless) is for one registry, and here are two",
            why: "what belongs to one registry is never shown to another",
            try: ownerless == "--client-cert"
                ? ["two steps: copy to a layout or an archive, and from there"]
                : ["--from-authfile FILE --to-authfile FILE, or log in to both registries"]
        )
    }
}

extension RegistryOptions {
    /// The options for one side: what is said of it alone is stronger.
    fileprivate func `for`(_ side: SideOptions.Side) -> RegistryOptions {
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
