import Diagnostics
package import HTTPServer

/// Checks that a server answers the same bytes in the same way, wherever the network cuts them.
package enum SplitCheck {
    /// Inputs up to this size, in bytes, also arrive byte by byte.
    private static let smallSize = 256

    /// Returns what is wrong with the answers to the bytes of one connection; `nil` if nothing is.
    ///
    /// A server must also end each connection: after its client has, or when its client sends no more.
    package static func problem(of input: [UInt8], _ respond: @escaping HTTPServer.Responder) throws
        -> String?
    {
        let whole = try Replay.exchange([input[...]], respond)
        guard whole.hasEnded else { return "whole: the server does not end the connection" }
        var ways = [pieces(of: input)]
        if input.count <= smallSize { ways.append(input.indices.map { input[$0...$0] }) }
        for way in ways where way.count > 1 {
            let split = try Replay.exchange(way, respond)
            let sizes = way.map(\.count)
            guard split.hasEnded else { return "in \(sizes): the server does not end the connection" }
            guard comparable(split.response) == comparable(whole.response) else {
                return """
                    whole: \(String(decoding: whole.response, as: UTF8.self))
                    in \(sizes): \(String(decoding: split.response, as: UTF8.self))
                    """
            }
        }
        return try problem(ofIdle: input, respond)
    }

    private static func problem(ofIdle input: [UInt8], _ respond: @escaping HTTPServer.Responder) throws
        -> String?
    {
        let connection = try Replay(respond)
        connection.settle()
        connection.send(input)
        connection.settle()
        guard connection.hasEnded || connection.isReading else {
            return "the server neither reads nor ends the connection"
        }
        // A slow client may have a time for its request, and another one for the rest that is discarded.
        for _ in 0..<3 where !connection.hasEnded { connection.pass(61) }
        return connection.hasEnded ? nil : "the server keeps an idle connection"
    }

    /// Cuts bytes at up to eight places, which depend on the bytes.
    package static func pieces(of input: [UInt8]) -> [ArraySlice<UInt8>] {
        var state = input.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        var cuts: Set<Int> = []
        for _ in 0..<(state % 8 + 1) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            cuts.insert(Int((state >> 33) % UInt64(max(1, input.count))))
        }
        var start = 0
        var result: [ArraySlice<UInt8>] = []
        for cut in cuts.sorted() + [input.count] where cut > start {
            result.append(input[start..<cut])
            start = cut
        }
        return result
    }

    /// Returns a response without what differs from second to second.
    package static func comparable(_ response: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var line: [UInt8] = []
        for byte in response {
            line.append(byte)
            guard byte == UInt8(ascii: "\n") else { continue }
            if !line.starts(with: "Date: ".utf8) { result += line }
            line = []
        }
        return result + line
    }

    /// Answers each request with everything that the server has read of it.
    package static let echo: HTTPServer.Responder = { request, body async -> ServerResponse in
        do throws(Failure) {
            let bytes = try await body.bytes(limit: 1 << 16)
            let fields = request.allFields.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
            let text = "\(request.method) \(request.target) \(request.authority) \(fields) "
            return ServerResponse(200, body: .bytes(Array(text.utf8) + bytes))
        } catch {
            return ServerResponse(400, error)
        }
    }
}
