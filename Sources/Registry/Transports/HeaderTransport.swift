package import HTTPTransport

/// A transport that adds header fields to every request to the registry, for docker's `HttpHeaders`.
///
/// The fields may contain secrets, so they are never sent to another origin, such as a token service or the
/// target of a redirect.
package struct HeaderTransport: Transport {
    private let base: any Transport
    private let fields: [HeaderFields.Field]
    private let origins: [Origin]

    /// Fields that the user cannot set: the client's name, and the fields that the transport writes.
    private static var reserved: Set<String> {
        [
            "user-agent", "host", "content-length", "transfer-encoding", "connection", "expect",
            "accept-encoding",
        ]
    }

    /// Creates a transport that sends header fields to the origins of a registry.
    package init(_ base: any Transport, sending headers: HeaderFields, to endpoint: RegistryEndpoint) {
        self.base = base
        fields = headers.fields.filter { !Self.reserved.contains($0.name.lowercased()) }
        origins = endpoint.origins
    }

    /// Sends a request; adds missing fields if the request goes to the registry.
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
