import Diagnostics
import HTTPTransport
import OCI

/// The steps up to the first answer of the registry.
extension RegistryProbe {
    /// Requests `/v2/` without credentials; returns the answer of a registry, and `nil` if there is none.
    ///
    /// Throws ``Failure/Code/interrupted``.
    func reach() async throws(Failure) -> RegistryClient.Answer? {
        let client = RegistryClient(subject.connection, nil, .pull, scope: .none) {
            CredentialLookup(nil, sources: [])
        }
        let answer: RegistryClient.Answer
        do throws(Failure) {
            answer = try await client.retrying("\(registry)") { _ throws(RequestFailure) in
                let answer = try await client.baseAnswer()
                guard answer.status != 429, answer.status < 500, answer.status != 408,
                    !answer.rejection.wantsTLS
                else {
                    throw try await client.failure(for: answer, doing: "reach")
                }
                return answer
            }
        } catch {
            if error.code == .interrupted { throw error }
            report(failed: error, client.origin)
            return nil
        }
        report(answer.response.connection, client.origin)
        if let failure = notRegistry(answer) {
            report(ProbeStep(.api, failure))
            return nil
        }
        report(ProbeStep(.api, "\(answer.url.redacted) answers \(answer.status), as a registry does"))
        return answer
    }

    /// Reports the steps that a failed request has passed, and the one that failed.
    private func report(failed failure: Failure, _ origin: Origin) {
        let passed: [ProbeStep.Kind]
        let kind: ProbeStep.Kind
        switch (failure.cause as? TransferError)?.kind {
        case .proxyFailed?: (passed, kind) = ([], .proxy)
        case .addressUnknown?: (passed, kind) = ([], .dns)
        case .connectionRefused?, .unreachable?, .connectTimedOut?, .addressRejected?:
            (passed, kind) = ([.dns], .tcp)
        case .notTLS?, .unknownAuthority?, .certificateInvalid?, .tlsFailed?, .clientCertificateRejected?:
            (passed, kind) = ([.dns, .tcp], .tls)
        default: (passed, kind) = ([.dns, .tcp], .api)
        }
        if kind != .proxy { reportProxy() }
        if subject.proxy == nil {
            for step in passed {
                report(
                    step == .dns
                        ? ProbeStep(.dns, "\(origin.host) is known")
                        : ProbeStep(.tcp, "port \(origin.port) accepts connections")
                )
            }
        }
        report(ProbeStep(kind, failure))
    }

    private func reportProxy() {
        let text = subject.proxy.map { "requests go through the \($0)" } ?? "none for \(registry)"
        report(ProbeStep(.proxy, text))
    }

    /// Reports the steps of a connection.
    private func report(_ connection: Connection?, _ origin: Origin) {
        reportProxy()
        if let connection, subject.proxy == nil {
            let address = connection.address.lastIndex(of: ":").map { connection.address[..<$0] } ?? ""
            let isAddress = address == origin.host || address == "[\(origin.host)]"
            report(ProbeStep(.dns, isAddress ? "not needed for an address" : "\(origin.host) is \(address)"))
            report(ProbeStep(.tcp, "connected to \(connection.address)"))
        }
        guard origin.scheme == .https else {
            report(
                ProbeStep(
                    .tls,
                    warning: "not used: anyone on the network path can read and modify the traffic"
                        + (registry.isLoopback ? ", which is this machine" : "")
                )
            )
            return
        }
        report(tls(connection))
    }

    /// The number of days before its end at which a certificate is worth a warning.
    private static let noticeableDays = 21

    private func tls(_ connection: Connection?) -> ProbeStep {
        let version = connection?.tlsVersion.map { "\($0), " } ?? ""
        guard let own = connection?.certificates.first else { return ProbeStep(.tls, version + "verified") }
        let chain = connection?.certificates.dropFirst().map { "\($0.subject) until \($0.validUntil)" } ?? []
        let names =
            own.names.isEmpty
            ? own.subject : own.names.split(separator: ", ").withoutDuplicates.joined(separator: ", ")
        var text =
            version + "for \(names) until \(own.validUntil)"
            + (chain.isEmpty ? "" : "; signed by \(chain.joined(separator: ", signed by "))")
        var hints: [String] = []
        if let first = connection?.certificates.min(by: { $0.daysLeft < $1.daysLeft }),
            first.daysLeft < Self.noticeableDays
        {
            text += "; \(first.subject) ends in \(first.daysLeft) day\(first.daysLeft == 1 ? "" : "s")"
            hints.append("ask the registry's administrator to renew the certificate")
        }
        if subject.secret != nil, subject.trustsMoreAuthorities {
            text += "; a proxy in the cluster does not know the CA that is trusted here"
            hints += [
                "add the CA to the proxy's image or mount it there; Envoy Gateway has tls.caCertificateRef",
                "Istio's WASM_INSECURE_REGISTRIES=\(registry) skips the verification instead",
            ]
        }
        return hints.isEmpty ? ProbeStep(.tls, text) : ProbeStep(.tls, warning: text, try: hints)
    }

    /// Returns the failure for an answer that is not a registry's.
    private func notRegistry(_ answer: RegistryClient.Answer) -> Failure? {
        let why: String
        switch answer.status {
        case 200 where answer.response.isWebPage: why = "\(answer.url.redacted) is a web page"
        case 200, 401, 403: return nil
        default: why = "\(answer.url.redacted) answers \(answer.status)"
        }
        return .notRegistry(registry, why)
    }
}
