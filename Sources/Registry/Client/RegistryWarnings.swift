import HTTPTransport
import Synchronization

/// The warnings of a registry (distribution spec, "Warnings"): each text once, up to a total size.
final class RegistryWarnings: Sendable {
    /// The most bytes of warnings that a registry should send by the specification; further ones are ignored.
    private static let limit = 4096

    private struct State {
        var known: Set<String> = []
        var remaining = RegistryWarnings.limit
    }

    private let state = Mutex(State())

    /// Returns the texts of a response that have not been returned before.
    func new(in response: Response) -> [String] {
        response.headers.all("Warning").compactMap(Self.text).filter { text in
            state.withLock { state in
                guard text.utf8.count <= state.remaining, state.known.insert(text).inserted else {
                    return false
                }
                state.remaining -= text.utf8.count
                return true
            }
        }
    }

    /// Returns the text of `299 - "text"`; `nil` for other values.
    static func text(of field: String) -> String? {
        let start = "299 - \""
        guard field.hasPrefix(start) else { return nil }
        var text = ""
        var isEscaped = false
        for character in field.unicodeScalars.dropFirst(start.unicodeScalars.count) {
            switch character {
            case "\"" where !isEscaped: return text.isEmpty ? nil : text
            case "\\" where !isEscaped: isEscaped = true
            default:
                text.unicodeScalars.append(character)
                isEscaped = false
            }
        }
        return nil
    }
}
