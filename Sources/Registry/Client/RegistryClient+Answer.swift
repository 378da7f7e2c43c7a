import HTTPTransport

extension RegistryClient {
    /// What a registry answered, and which URL it was in the end.
    struct Answer: Sendable {
        /// The request as it was in the end, without credentials.
        let request: Request
        let response: Response
        /// The registry's words, if it is a refusal.
        let refusal: RegistryErrorBody

        var method: HTTPMethod { request.method }
        var url: HTTPURL { request.url }
        var status: Int { response.status }

        var challenges: [AuthChallenge] { AuthChallenge.all(in: response.headers.all("WWW-Authenticate")) }
    }
}

extension Response {
    var isSuccess: Bool { (200..<300).contains(status) }

    /// Where to go instead; only a GET or HEAD goes anywhere, and everything else only when the method stays (307, 308).
    func redirectTarget(for method: HTTPMethod) -> String? {
        switch status {
        case 301, 302, 303: method == .get || method == .head ? headers["Location"] : nil
        case 307, 308: headers["Location"]
        default: nil
        }
    }
}
