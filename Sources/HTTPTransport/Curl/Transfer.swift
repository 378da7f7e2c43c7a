import CCurl

/// One exchange while it runs: the easy handle and what its callbacks need.
///
/// It lives on the transport's thread only. libcurl holds an unretained pointer to it as the callbacks' context.
/// ``CurlTransport`` keeps it alive from before the handle is added to the multi handle until after it was removed.
final class Transfer {
    let job: Job
    private(set) var easy: EasyHandle
    private let body: BodyReader?
    private let proxy: Proxy?
    private let addressCheck: AddressCheck?
    private var head = HeadReader()
    /// The final head, once it is complete, and what it came over.
    private var response: Response?
    /// Why one of our own callbacks ended the transfer.
    private var refusal: TransferError?

    init(_ job: Job, settings: TransferSettings) throws(TransferError) {
        self.job = job
        easy = try EasyHandle()
        proxy = settings.proxy(for: job.request)
        addressCheck = proxy == nil ? AddressCheck(job.request) : nil
        body =
            try job.request.hasBody
            ? BodyReader(job.request.body, inspect: job.request.inspectBody) : nil
        try settings.apply(to: &easy, for: job.request, bodySize: body?.size)

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

    /// What came out of it, once libcurl says that it has ended.
    func outcome(_ code: CURLcode) -> Result<Response, TransferError> {
        if let refusal = refusal ?? addressCheck?.error(for: code) { return .failure(refusal) }
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

    fileprivate func takeHeaderLine(_ line: UnsafeRawBufferPointer) -> Int {
        unlessRefused(line.count, refused: 0) { () throws(TransferError) in
            guard var response = try head.take(line) else { return }
            if response.status == 407, let proxy, proxy.answers(job.request) {
                throw TransferError(
                    .proxyFailed,
                    "\(proxy.description): it wants a user and a password (407)"
                )
            }
            response.connection = connection
            self.response = response
            try job.sink.begin(response)
        }
    }

    fileprivate func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        unlessRefused(bytes.count, refused: 0) { () throws(TransferError) in
            try job.sink.receive(bytes)
        }
    }

    fileprivate func giveBody(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let body else { return 0 }
        var count = 0
        return unlessRefused(count, refused: Int(CURL_READFUNC_ABORT)) { () throws(TransferError) in
            count = try body.read(into: buffer)
            job.request.uploadProgress?(body.offset)
        }
    }

    fileprivate func rewindBody(to offset: Int, from origin: Int32) -> Int32 {
        guard !job.request.sendsBodyOnce else {
            refusal = TransferError(.connectionLost, "the connection ended while the body was on its way")
            return CURL_SEEKFUNC_FAIL
        }
        guard origin == SEEK_SET, let body, body.seek(to: offset) else { return CURL_SEEKFUNC_FAIL }
        return CURL_SEEKFUNC_OK
    }

    /// Only known while the transfer runs: afterwards its connection may be another's.
    private var connection: Connection {
        let address = easy.text(CURLINFO_PRIMARY_IP) ?? ""
        return Connection(
            isNew: easy.number(CURLINFO_NUM_CONNECTS) > 0,
            address: (address.contains(":") ? "[\(address)]" : address)
                + ":\(easy.number(CURLINFO_PRIMARY_PORT))",
            tlsVersion: easy.tlsVersion(),
            proxy: proxy?.name
        )
    }

    /// Runs one step of a callback; what it throws is kept, and libcurl told to stop.
    private func unlessRefused(
        _ accepted: @autoclosure () -> Int,
        refused: Int,
        _ step: () throws(TransferError) -> Void
    ) -> Int {
        do {
            try step()
            return accepted()
        } catch {
            refusal = error
            return refused
        }
    }
}

extension Transfer {
    /// The transfer that a callback's context stands for; see the type's comment for why it is alive.
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
    return Transfer.of(context).takeHeaderLine(UnsafeRawBufferPointer(start: bytes, count: size * count))
}

private func onBodyBytes(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    return Transfer.of(context).takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
}

private func onBodyWanted(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    return Transfer.of(context).giveBody(
        into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    )
}

private func onBodyRewound(_ context: UnsafeMutableRawPointer?, _ offset: Int64, _ origin: Int32)
    -> Int32
{
    guard let context else { return CURL_SEEKFUNC_FAIL }
    return Transfer.of(context).rewindBody(to: Int(offset), from: origin)
}
