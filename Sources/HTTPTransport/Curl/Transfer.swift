import CCurl
import Diagnostics

/// A running exchange: the easy handle and the state of its callbacks.
///
/// Only the transport's thread uses it. libcurl holds an unretained pointer to it as the callbacks' context.
/// ``CurlTransport`` keeps it alive from before the handle is added to the multi handle until after it is removed.
final class Transfer {
    let pending: PendingTransfer
    private(set) var easy: EasyHandle
    private let body: BodyReader?
    private let proxy: Proxy?
    private let addressCheck: AddressCheck?
    private var head = HeadReader()
    /// The final head and its connection, when the head is complete.
    private var response: Response?
    /// The error with which one of our callbacks ended the transfer.
    private var callbackError: TransferError?

    init(_ pending: PendingTransfer, settings: TransferSettings) throws(TransferError) {
        self.pending = pending
        easy = try EasyHandle()
        proxy = settings.proxy(for: pending.request)
        addressCheck = proxy == nil ? AddressCheck(pending.request) : nil
        body =
            try pending.request.hasBody
            ? BodyReader(pending.request.body, inspect: pending.request.inspectBody) : nil
        try settings.apply(to: &easy, for: pending.request, bodySize: body?.size)

        let context = Unmanaged.passUnretained(self).toOpaque()
        try easy.set(CURLOPT_PRIVATE, toPointer: context)
        try easy.set(CURLOPT_HEADERDATA, toPointer: context)
        try easy.set(CURLOPT_HEADERFUNCTION, to: onHeaderLine)
        try easy.set(CURLOPT_WRITEDATA, toPointer: context)
        try easy.set(CURLOPT_WRITEFUNCTION, to: onBodyBytes)
        try easy.set(CURLOPT_READDATA, toPointer: context)
        try easy.set(CURLOPT_READFUNCTION, to: onBodyWanted)
        try easy.set(CURLOPT_SEEKDATA, toPointer: context)
        try easy.setSeekCallback(onBodyRewound)
        try addressCheck?.apply(to: &easy)
    }

    /// Returns the result of the transfer, which libcurl has ended with a code.
    func outcome(_ code: CURLcode) -> Result<Response, TransferError> {
        if let callbackError = callbackError ?? addressCheck?.error(for: code) {
            return .failure(callbackError)
        }
        guard code == CURLE_OK else {
            return .failure(
                TransferError(code: code, of: easy, through: proxy, headIsComplete: head.response != nil)
            )
        }
        guard let response else {
            return .failure(TransferError(.protocolViolation, "the response has no head"))
        }
        return .success(response)
    }

    fileprivate func receiveHeaderLine(_ line: UnsafeRawBufferPointer) -> Int {
        runStep(line.count, failed: 0) { () throws(TransferError) in
            // The connection's version: this request may share an HTTP/2 connection that another request opened.
            guard var response = try head.read(line, isHTTP2: isHTTP2) else { return }
            if response.status == 407, let proxy, proxy.answers(pending.request) {
                throw TransferError(
                    .proxyFailed,
                    "\(proxy.description): it requires a user name and a password (407)"
                )
            }
            response.connection = connection
            self.response = response
            try pending.sink.begin(response)
        }
    }

    fileprivate func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        runStep(bytes.count, failed: 0) { () throws(TransferError) in
            try pending.sink.receive(bytes)
        }
    }

    fileprivate func sendBody(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let body else { return 0 }
        var count = 0
        return runStep(count, failed: Int(CURL_READFUNC_ABORT)) { () throws(TransferError) in
            count = try body.read(into: buffer)
            pending.request.uploadProgress?(body.offset)
        }
    }

    fileprivate func rewindBody(to offset: Int, from origin: Int32) -> Int32 {
        guard !pending.request.sendsBodyOnce else {
            callbackError = TransferError(
                .connectionLost,
                "the connection ended during the upload of the body"
            )
            return CURL_SEEKFUNC_FAIL
        }
        guard origin == SEEK_SET, let body, body.seek(to: offset) else { return CURL_SEEKFUNC_FAIL }
        return CURL_SEEKFUNC_OK
    }

    /// Whether the connection uses HTTP/2.
    ///
    /// Only TLS negotiates it here; libcurl also accepts a version in the status line.
    private var isHTTP2: Bool {
        pending.request.url.origin.scheme == .https
            && easy.number(CURLINFO_HTTP_VERSION) == CURL_HTTP_VERSION_2_0
    }

    /// The connection; only during the transfer, because another transfer may use it later.
    private var connection: Connection {
        let address = easy.text(CURLINFO_PRIMARY_IP) ?? ""
        return Connection(
            isNew: easy.number(CURLINFO_NUM_CONNECTS) > 0,
            address: address.bracketedHost
                + ":\(easy.number(CURLINFO_PRIMARY_PORT))",
            tlsVersion: easy.tlsVersion(),
            isHTTP2: isHTTP2,
            proxy: proxy?.name,
            certificates: easy.certificates()
        )
    }

    /// Runs one step of a callback; keeps an error and returns the value that stops libcurl.
    private func runStep(
        _ succeeded: @autoclosure () -> Int,
        failed: Int,
        _ step: () throws(TransferError) -> Void
    ) -> Int {
        do {
            try step()
            return succeeded()
        } catch {
            callbackError = error
            return failed
        }
    }
}

extension Transfer {
    /// Returns the transfer of a callback's context, which ``CurlTransport`` keeps alive.
    static func of(_ context: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }
}

private func onHeaderLine(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    return Transfer.of(context).receiveHeaderLine(UnsafeRawBufferPointer(start: bytes, count: size * count))
}

private func onBodyBytes(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    return Transfer.of(context).receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
}

private func onBodyWanted(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    return Transfer.of(context).sendBody(
        into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    )
}

private func onBodyRewound(_ context: UnsafeMutableRawPointer?, _ offset: Int64, _ origin: Int32)
    -> Int32
{
    guard let context else { return CURL_SEEKFUNC_FAIL }
    return Transfer.of(context).rewindBody(to: Int(offset), from: origin)
}
