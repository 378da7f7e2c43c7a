package import HTTPTransport

/// Sends fields along with every request to the registry itself, as docker's `HttpHeaders` ask for.
///
/// They may hold secrets, so no other origin ever sees them: no token service elsewhere, no redirect's target.
package struct HeaderTransport: Transport {
    private let base: any Transport
    private let fields: [HeaderFields.Field]
    private let origins: [Origin]

    /// Fields that are not the user's: what this client calls itself, and what the transport writes on its own.
    private static var reserved: Set<String> {
        [
            "user-agent", "host", "content-length", "transfer-encoding", "connection", "expect",
            "accept-encoding",
        ]
    }

    /// Sends these fields to a registry; ``Origin`` by origin, as it is dialled.
    package init(_ base: any Transport, sending headers: HeaderFields, to endpoint: RegistryEndpoint) {
        self.base = base
        fields = headers.fields.filter { !Self.reserved.contains($0.name.lowercased()) }
        origins = endpoint.origins
    }

    /// Sends a request, with the fields that it does not have already if it goes to the registry.
    package func send(_ request: Request, into sink: some ResponseSink) async throws(TransferError)
        -> Response
    {
        var sent = request
        if origins.contains(request.url.origin) {
            for field in fields where request.headers[field.name] == nil {
                sent.headers.add(field.name, field.value)
            }
        }
        return try await base.send(sent, into: sink)
    }
}
