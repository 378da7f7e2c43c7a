/// The usual cause of an error status that does not come with the registry's own error code, and the remedy.
///
/// Such a response is often a web page of a proxy in front of the registry, which tells a user nothing.
struct StatusAdvice {
    let why: String
    let hints: [String]

    /// Returns the advice for a status; `nil` for a status with many causes.
    ///
    /// `isSending` is whether the request sends content.
    init?(status: Int, isSending: Bool) {
        let administrator = "contact the registry's administrator"
        switch status {
        case 405:
            why =
                "the registry, or a proxy in front of it, does not allow this method: it may be a read-only mirror"
            hints = [isSending ? "push to the registry that the mirror copies" : administrator]
        case 411:
            why =
                "a proxy in front of the registry requires a Content-Length, and another one may have removed it"
            hints = ["contact the administrator of the proxy: uploads must reach the registry unchanged"]
        case 413:
            why = "a proxy in front of the registry, or the registry itself, limits the size of a request"
            hints = [
                "raise the limit of the proxy, which nginx calls client_max_body_size",
                "make the module smaller: \(Self.smaller)",
            ]
        case 415:
            why = "the registry, or a proxy in front of it, accepts other media types only"
            hints = ["use --format docker", administrator]
        case 431:
            why =
                "a proxy in front of the registry limits the size of the request's header, for example of a token"
            hints = ["raise the limit of the proxy, which nginx calls large_client_header_buffers"]
        case 502:
            why = "a proxy in front of the registry cannot reach it, or does not understand its answer"
            hints = ["check that the registry is running", administrator]
        case 503:
            why = "the registry is overloaded, under maintenance or not running behind its proxy"
            hints = ["try again later", administrator]
        case 504:
            why = "the registry did not answer the proxy in front of it in time"
            hints = [
                "raise the time limit of the proxy, which nginx calls proxy_read_timeout", "try again later",
            ]
        case 507:
            why = "the registry's storage, or the quota of this account, is full"
            hints = ["delete images that are not needed", administrator]
        default: return nil
        }
    }

    /// Returns the remedies for a status that comes with the registry's own error code, which says the cause.
    static func remedies(for status: Int) -> [String] {
        switch status {
        case 405: ["contact the registry's administrator"]
        case 413: ["make the module smaller: \(smaller)", "contact the registry's administrator"]
        default: []
        }
    }

    private static let smaller = "wasm-opt -Oz --strip-debug plugin.wasm -o plugin.wasm"
}
