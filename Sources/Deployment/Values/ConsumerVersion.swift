package import Diagnostics

/// A consumer, and possibly its version: `istio`, `istio@1.29`.
package struct ConsumerVersion: Sendable, Equatable, CustomStringConvertible {
    /// A program that reads generated documents.
    package enum Consumer: String, Sendable, CaseIterable {
        case istio
        case asm
        case envoyGateway = "envoy-gateway"
        case higress
        case envoy

        /// The name in messages.
        package var title: String {
            switch self {
            case .istio: "Istio"
            case .asm: "ASM"
            case .envoyGateway: "Envoy Gateway"
            case .higress: "Higress"
            case .envoy: "Envoy"
            }
        }
    }

    package let consumer: Consumer
    /// The major and the minor number; `nil` for the newest version.
    private let numbers: [Int]?

    package var description: String { consumer.title + (version.map { " \($0)" } ?? "") }

    /// The version as `MAJOR.MINOR`; `nil` for the newest version.
    package var version: String? { numbers.map { $0.map(String.init).joined(separator: ".") } }

    /// Reads `CONSUMER` or `CONSUMER@MAJOR.MINOR[.PATCH]`; throws ``Failure/Code/usage`` otherwise.
    package init(parsing text: String) throws(Failure) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init
        )
        guard let name = parts.first, let consumer = Consumer(rawValue: name) else {
            throw Failure(
                .usage,
                "--for \"\(text.truncated(to: 40))\" is not a known consumer",
                why: "the consumers are \(Consumer.allCases.map(\.rawValue).joined(separator: ", "))",
                try: ["--for istio@1.29"]
            )
        }
        self.consumer = consumer
        guard parts.count == 2 else {
            numbers = nil
            return
        }
        let version = parts[1].hasPrefix("v") ? parts[1].dropFirst() : parts[1][...]
        // The text after a "-" names a build, as in ASM's v1.18.2.42-g….
        let digits = version.prefix { $0 != "-" }.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = digits.map { $0.utf8.count <= 9 && $0.allSatisfy(\.isASCII) ? Int($0) : nil }
        guard digits.count >= 2, let major = numbers[0], let minor = numbers[1], !numbers.contains(nil),
            major >= 0, minor >= 0
        else {
            throw Failure(
                .usage,
                "--for \"\(text.truncated(to: 40))\" is not a version of \(consumer.title)",
                why: "a version is MAJOR.MINOR",
                try: ["--for \(name)@1.29"]
            )
        }
        self.numbers = [major, minor]
    }

    /// The versions whose rules this program knows, as `MAJOR.MINOR`; the first and the last.
    private var known: (first: [Int], last: [Int]?) {
        switch consumer {
        case .istio: ([1, 26], [1, 31])
        case .asm: ([1, 18], nil)
        case .envoyGateway: ([1, 5], [1, 9])
        case .higress: ([2, 2], [2, 2])
        case .envoy: ([1, 36], [1, 40])
        }
    }

    /// The warning for a version whose rules this program does not know; `nil` for another one.
    package var warning: String? {
        guard let numbers else { return nil }
        func text(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ".") }
        let (first, last) = known
        guard numbers.lexicographicallyPrecedes(first) || last?.lexicographicallyPrecedes(numbers) == true
        else { return nil }
        let range =
            last.map { $0 == first ? text(first) : "\(text(first)) to \(text($0))" }
            ?? "\(text(first)) and later"
        return
            "wasmpack knows \(consumer.title) \(range), not \(text(numbers)); compare the document with the "
            + "documentation of your version"
    }

    /// Throws ``Failure/Code/usage`` if the consumer does not read documents of a kind.
    package func check(for kind: DocumentKind) throws(Failure) {
        guard !kind.readers.contains(consumer) else { return }
        throw Failure(
            .usage,
            "--for \(consumer.rawValue) does not apply to \(kind.rawValue)",
            why: "it is read by \(kind.readers.map(\.rawValue).joined(separator: ", "))"
        )
    }

    /// The minor number of a version 1.x; `nil` if no version was given.
    package var minor: Int? {
        guard let numbers, numbers.count == 2, numbers[0] == 1 else { return nil }
        return numbers[1]
    }

    /// Whether the version is the given one or newer; the newest if none was given.
    func isAtLeast(_ major: Int, _ minor: Int) -> Bool {
        guard let numbers else { return true }
        return !numbers.lexicographicallyPrecedes([major, minor])
    }
}
