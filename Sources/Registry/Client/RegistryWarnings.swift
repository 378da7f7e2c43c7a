import HTTPTransport
import Synchronization

/// What a registry says besides its answers (distribution spec, "Warnings"): each thing once, and not without end.
final class RegistryWarnings: Sendable {
    /// How many bytes of warnings a registry should send at most, by the specification; more is not listened to.
    private static let limit = 4096

    private struct State {
        var said: Set<String> = []
        var left = RegistryWarnings.limit
    }

    private let state = Mutex(State())

    /// The texts that are new.
    func new(in response: Response) -> [String] {
        response.headers.all("Warning").compactMap(Self.text).filter { text in
            state.withLock { state in
                guard text.utf8.count <= state.left, state.said.insert(text).inserted else { return false }
                state.left -= text.utf8.count
                return true
            }
        }
    }

    /// The text of `299 - "text"`; `nil` for anything else.
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
