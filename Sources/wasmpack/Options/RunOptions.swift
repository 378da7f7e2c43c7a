import ArgumentParser
import Deployment
import Diagnostics
import EnvoyRunner
import HTTPTransport
import HostSystem
import SystemPackage

/// The options of `run` about the plugin: what a mesh would configure.
struct RunPluginOptions: ParsableArguments {
    /// The largest configuration, in bytes.
    private static let configurationLimit = 4 << 20

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Configuration of the plugin, or the file that contains it",
            valueName: "text|@file"
        ),
        completion: FileArgument.completion
    )
    var pluginConfig: String?

    @Option(
        help: ArgumentHelp("Environment variable of the plugin; may be repeated", valueName: "name[=value]")
    )
    var env: [String] = []

    @Option(help: ArgumentHelp("What to do with traffic if the plugin fails", valueName: "strategy"))
    var failStrategy: FailStrategy?

    @Option(help: ArgumentHelp("Root ID, for a module with several plugins", valueName: "id"))
    var rootId: String?

    @Option(help: "Kind of plugin: http (the default) or network")
    var type: PluginType?

    /// The chain in which the plugin runs.
    var chain: PluginListener.Plugin.Chain {
        switch type {
        case .network: .network
        case .http, nil: .http
        }
    }

    /// Returns the settings of the plugin.
    ///
    /// Throws ``Failure/Code/usage`` for an invalid value, and errors of reading the file of the configuration.
    func settings(_ environment: Environment) throws(Failure) -> PluginSettings {
        var settings = PluginSettings()
        settings.configuration = try pluginConfig.map { text throws(Failure) in
            try Self.text(text, option: "--plugin-config", limit: Self.configurationLimit)
        }
        settings.rootID = rootId ?? ""
        if let failStrategy,
            let strategy = PluginSettings.FailStrategy(rawValue: "FAIL_\(failStrategy.rawValue.uppercased())")
        {
            settings.failStrategy = strategy
        }
        for variable in env {
            let name = String(variable.prefix { $0 != "=" })
            guard !name.isEmpty else {
                throw Failure(
                    .usage,
                    "--env \"\(variable.truncated(to: 60))\" has no name",
                    try: ["--env NAME=VALUE"]
                )
            }
            // A name alone takes the value of this environment, as a mesh takes it from the proxy's.
            settings.environment[name] =
                variable.contains("=")
                ? String(variable.dropFirst(name.count + 1)) : try environment[name] ?? ""
        }
        return settings
    }

    private static func text(_ text: String, option: String, limit: Int) throws(Failure) -> String {
        let bytes = try Self.bytes(text, option: option, limit: limit)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.usage, "the file of \(option) is not UTF-8")
        }
        return text
    }

    /// Returns the bytes of a text, or of the file after `@`.
    static func bytes(_ text: String, option: String, limit: Int) throws(Failure) -> [UInt8] {
        guard text.hasPrefix("@") else { return Array(text.utf8) }
        let path = FilePath(String(text.dropFirst()))
        guard !path.isEmpty else {
            throw Failure(.usage, "\(option) @ names no file", try: ["\(option) @FILE"])
        }
        return try ReadableFile.contents(of: path, limit: limit)
    }
}

/// The options of `run` for one request, after which it ends.
struct RunRequestOptions: ParsableArguments {
    private static let methods: Set = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
    ]

    /// The largest body, in bytes.
    private static let bodyLimit = 64 << 20

    @Option(help: ArgumentHelp("Send one request, print the response, and end", valueName: "method path"))
    var request: String?

    @Option(help: ArgumentHelp("Header field of --request; may be repeated", valueName: "name:value"))
    var header: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Body of --request, or the file that contains it", valueName: "text|@file"),
        completion: FileArgument.completion
    )
    var body: String?

    @Flag(help: "With --request: also show the response without the plugin")
    var compare = false

    func validate() throws {
        guard request == nil else { return }
        if !header.isEmpty { throw ValidationError("--header needs --request.") }
        if body != nil { throw ValidationError("--body needs --request.") }
        if compare { throw ValidationError("--compare needs --request.") }
    }

    /// Returns the request; `nil` without `--request`.
    ///
    /// Throws ``Failure/Code/usage`` for an invalid value, and errors of reading the file of the body.
    func proxyRequest() throws(Failure) -> ProxyRequest? {
        guard let request else { return nil }
        let words = request.split(separator: " ", omittingEmptySubsequences: false)
        var result = ProxyRequest()
        // A path alone is requested by GET.
        result.method = words.count == 2 ? String(words[0]) : "GET"
        result.path = String(words.last ?? "")
        guard words.count <= 2, result.method.isFieldName, result.path.hasPrefix("/"),
            result.path.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F })
        else {
            throw Failure(
                .usage,
                "--request \"\(request.truncated(to: 60))\" is not METHOD PATH",
                try: ["--request \"GET /status/418\""]
            )
        }
        // Methods are case-sensitive (RFC 9110, section 9.1), and Envoy rejects these without a reason.
        let method = result.method.uppercased()
        guard result.method == method || !Self.methods.contains(method) else {
            throw Failure(
                .usage,
                "the method \(result.method) is not in capitals",
                try: ["--request \"\(method) \(result.path)\""]
            )
        }
        for field in header {
            let name = String(field.prefix { $0 != ":" })
            let value = field.dropFirst(name.count + 1).drop { $0 == " " }
            guard field.contains(":"), name.isFieldName,
                value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
            else {
                throw Failure(
                    .usage,
                    "--header \"\(name.truncated(to: 60))\" is not NAME:VALUE",
                    try: ["--header \"allow: true\""]
                )
            }
            result.headers.append((name, String(value)))
        }
        result.body = try body.map { text throws(Failure) in
            try RunPluginOptions.bytes(text, option: "--body", limit: Self.bodyLimit)
        }
        return result
    }
}
