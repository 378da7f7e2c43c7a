import ArgumentParser
import Deployment
import Packing
import ProxyWasm

/// A value of `--for`: one consumer, possibly with its version (`istio@1.29`), or `all`.
struct ConsumerChoice: ExpressibleByArgument {
    /// The value for every consumer that pulls images and loads their modules.
    private static let all = "all"

    /// The consumers, and the release that was asked for.
    let consumers: [ConsumerRelease]
    /// The warning for a version that this program does not know; `nil` for another one.
    let warning: String?

    init?(argument: String) {
        // ASM loads plugins as Istio does, but counts its versions otherwise.
        let argument = argument == ConsumerVersion.Consumer.asm.rawValue ? "istio" : argument
        let name = argument.prefix { $0 != "@" }
        guard argument != Self.all else {
            consumers = Consumers.proxies.map { ConsumerRelease($0, nil) }
            warning = nil
            return
        }
        guard let consumer = Consumers.all.first(where: { $0.name == name }) else { return nil }
        guard name != argument else {
            consumers = [ConsumerRelease(consumer, nil)]
            warning = nil
            return
        }
        guard let version = try? ConsumerVersion(parsing: argument) else { return nil }
        consumers = [ConsumerRelease(consumer, version.release, version: version.version)]
        warning = version.release == nil || version.warning != nil ? version.untried : nil
    }

    /// What a version must look like, for a value with one that is not valid; `nil` for another value.
    static func versionRule(for value: String) -> String? {
        let name = value.prefix { $0 != "@" }
        guard name.count < value.count, allValueStrings.contains(String(name)) else { return nil }
        return ConsumerVersion.Consumer(rawValue: String(name)) == nil
            ? "\(name) has no versions" : "a version is MAJOR.MINOR, as in istio@1.29"
    }

    /// Returns a value with the forgotten `@` before its version: `istio@1.29` for `istio1.29`; `nil` for another value.
    static func separated(_ value: String) -> String? {
        var consumer = value.prefix { !$0.isNumber }
        let version = value.dropFirst(consumer.count)
        while let last = consumer.last, "-:=v".contains(last) { consumer.removeLast() }
        let written = "\(consumer.lowercased())@\(version)"
        return !version.isEmpty && ConsumerChoice(argument: written) != nil ? written : nil
    }

    static var allValueStrings: [String] { Consumers.all.map(\.name) + [all] }

    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }

    /// Returns the consumers of the choices, each once; without a choice, those of `all`.
    static func consumers(of choices: [ConsumerChoice]) -> [ConsumerRelease] {
        guard !choices.isEmpty else { return Consumers.proxies.map { ConsumerRelease($0, nil) } }
        let chosen = choices.flatMap(\.consumers)
        return Consumers.all.flatMap { consumer in
            var names: Set<String> = []
            return chosen.filter { $0.consumer.name == consumer.name && names.insert($0.name).inserted }
        }
    }
}

extension ConsumerVersion {
    /// The release of Envoy in this version; `nil` if no version was given or its Envoy is not known.
    var release: EnvoyRelease? {
        guard consumer == .envoy else { return EnvoyRelease.ofMesh("\(self)") }
        return minor.map { EnvoyRelease(minor: $0) }
    }

    /// The warning for a version whose Envoy this program does not know, or was not compared with.
    fileprivate var untried: String {
        consumer == .envoy
            ? "check was compared with Envoy 1.36 to 1.40, not with \(self)"
            : "the Envoy in \(self) is not known, so functions that some Envoys lack are warnings; with its version, "
                + "--for envoy@1.N knows more"
    }
}
