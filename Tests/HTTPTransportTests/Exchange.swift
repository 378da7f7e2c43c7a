import HTTPTransport

/// Sends a request and returns the response with its whole body.
func exchange(
    _ method: HTTPMethod = .get,
    _ url: HTTPURL,
    headers: HeaderFields = [:],
    body: Body = .none,
    over transport: CurlTransport,
    limit: Int = 16 * 1024 * 1024
) async throws(TransferError) -> (response: Response, body: BodyBuffer) {
    let buffer = BodyBuffer(limit: limit)
    let request = Request(method: method, url: url, headers: headers, body: body)
    return (try await transport.send(request, into: buffer), buffer)
}

/// Sends a request that must fail, and returns the error.
func failure(
    of url: HTTPURL,
    over transport: CurlTransport,
    limit: Int = 16 * 1024 * 1024
) async -> TransferError? {
    do {
        _ = try await exchange(.get, url, over: transport, limit: limit)
        return nil
    } catch {
        return error
    }
}
