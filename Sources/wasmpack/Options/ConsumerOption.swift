import ArgumentParser
import Packing

/// A value of `--for`: one consumer, or `all`.
struct ConsumerChoice: ExpressibleByArgument {
    /// The value for every consumer that loads modules into a proxy.
    private static let all = "all"

    let consumers: [any Consumer]

    init?(argument: String) {
        if argument == Self.all {
            consumers = Consumers.proxies
        } else if let consumer = Consumers.all.first(where: { $0.name == argument }) {
            consumers = [consumer]
        } else {
            return nil
        }
    }

    static var allValueStrings: [String] { Consumers.all.map(\.name) + [all] }

    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }

    /// Returns the consumers of the choices, each once; without a choice, those of `all`.
    static func consumers(of choices: [ConsumerChoice]) -> [any Consumer] {
        guard !choices.isEmpty else { return Consumers.proxies }
        let names = Set(choices.flatMap(\.consumers).map(\.name))
        return Consumers.all.filter { names.contains($0.name) }
    }
}
