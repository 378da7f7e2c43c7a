import HTTPTransport

extension RegistryClient {
    /// A registry's response, with the final URL after redirects.
    struct Answer: Sendable {
        /// The final request after redirects, without credentials.
        let request: Request
        let response: Response
        /// The registry's error message, if the response is an error.
        let rejection: RegistryErrorBody

        var method: HTTPMethod { request.method }
        var url: HTTPURL { request.url }
        var status: Int { response.status }

        var challenges: [AuthChallenge] { AuthChallenge.all(in: response.headers.all("WWW-Authenticate")) }
    }
}

extension Response {
    var isSuccess: Bool { (200..<300).contains(status) }

    /// Returns the target of a redirect; methods other than GET and HEAD are redirected only by 307 and 308.
    func redirectTarget(for method: HTTPMethod) -> String? {
        switch status {
        case 301, 302, 303: method == .get || method == .head ? headers["Location"] : nil
        case 307, 308: headers["Location"]
        default: nil
        }
    }
}
