import Diagnostics
import NIOCore
import NIOHTTP1

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One connection: reads requests one after the other, and answers each before it reads the next.
struct Connection: Sendable {
    typealias Channel = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    let channel: Channel
    let limits: ServerLimits
    let respond: HTTPServer.Responder

    /// The size of the pieces in which a body is sent, in bytes.
    private static let pieceSize = 128 * 1024

    /// Serves requests until the client or an error ends the connection.
    func run() async {
        // Errors of the connection concern only its client.
        try? await channel.executeThenClose { inbound, outbound in
            let body = RequestBody(inbound.makeAsyncIterator(), outbound)
            do {
                while try await answerNext(body, outbound) {}
            } catch let error as HTTPParserError {
                try await send(Self.rejection(of: error), version: .http1_1, outbound)
            }
            await finishSending()
            // Closing with unread bytes would reset the connection before the client has read the response.
            if !body.isComplete { _ = await body.discard(limit: limits.discarded) }
        }
    }

    /// Waits until the responses have been sent, because closing drops the rest, and ends the sending side.
    ///
    /// A client that reads no more is a matter of ``ConnectionTimer``.
    private func finishSending() async {
        let channel = channel.channel
        await withTaskCancellationHandler {
            try? await channel.eventLoop.flatSubmit {
                let timer = try? channel.pipeline.syncOperations.handler(type: ConnectionTimer.self)
                return timer?.sent ?? channel.eventLoop.makeSucceededVoidFuture()
            }.get()
            try? await channel.close(mode: .output).get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    /// Answers one request; returns whether the connection stays open.
    private func answerNext(_ body: RequestBody, _ outbound: RequestBody.Outbound) async throws -> Bool {
        guard let head = try await body.nextHead() else { return false }
        var response: ServerResponse
        do throws(Failure) {
            let request = try ServerRequest(head, client: channel.channel.remoteAddress?.ipAddress ?? "")
            response = await respond(request, body)
        } catch {
            response = ServerResponse(400, error)
            response.closesConnection = true
        }
        // The rest of a small body is read first, so that the connection can be kept.
        let isRead = await body.finish(limit: limits.unread)
        // The decoder reads no request after one with Upgrade: another protocol could follow.
        let mayContinue = head.isKeepAlive && !head.headers.contains(name: "Upgrade")
        let isKept = isRead && mayContinue && !response.closesConnection
        response.closesConnection = !isKept
        try await send(response, version: head.version, isHead: head.method == .HEAD, outbound)
        return isKept
    }

    private func send(
        _ response: ServerResponse,
        version: HTTPVersion,
        isHead: Bool = false,
        _ outbound: RequestBody.Outbound
    ) async throws {
        var head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: response.status))
        for field in response.fields { head.headers.add(name: field.name, value: field.value) }
        let length = response.body.length
        head.headers.replaceOrAdd(name: "Content-Length", value: "\(length)")
        head.headers.add(name: "Date", value: Self.date)
        if response.closesConnection {
            head.headers.add(name: "Connection", value: "close")
        } else if version == .http1_0 {
            head.headers.add(name: "Connection", value: "keep-alive")
        }
        guard !isHead, length > 0, HTTPResponseStatus(statusCode: response.status).mayHaveResponseBody else {
            try await outbound.write(contentsOf: [.head(head), .end(nil)])
            return
        }
        switch response.body {
        case .bytes(let bytes):
            try await outbound.write(
                contentsOf: [.head(head), .body(.byteBuffer(ByteBuffer(bytes: bytes))), .end(nil)]
            )
        case .stream(_, let read):
            try await outbound.write(.head(head))
            var offset = 0
            while offset < length {
                let piece = try await read(offset, min(Self.pieceSize, length - offset))
                // The length is announced; only a broken connection tells the client that bytes are missing.
                guard !piece.isEmpty else { throw Failure(.fileUnreadable, "a file has become shorter") }
                try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: piece))))
                offset += piece.count
                // The writer knows only then whether the client is slower, and waits; otherwise pieces pile up in memory.
                try await channel.channel.eventLoop.submit {}.get()
            }
            try await outbound.write(.end(nil))
        }
    }

    private static func rejection(of error: HTTPParserError) -> ServerResponse {
        var response =
            error == .headerOverflow
            ? ServerResponse(431, text: "the request's header fields are too large or too many")
            : ServerResponse(400, text: "the request is not valid HTTP")
        response.closesConnection = true
        return response
    }

    /// The time now as RFC 9110, section 5.6.7, writes it.
    private static var date: String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 64)
        let length = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
        return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
