package import Diagnostics
import EnvoyRunner
import HostSystem
import OCI
package import SystemPackage
import YAML

extension TestFile {
    /// The most cases of a file.
    package static let caseLimit = 10_000

    /// Reads a test file: YAML if its name ends in `.yaml` or `.yml`, else JSON.
    ///
    /// - Parameter path: the file; other files that it names are relative to its folder.
    /// - Throws: ``Failure/Code/testFileInvalid`` with the line, the column and the path of the first mistake,
    ///   ``Failure/Code/fileMissing`` and ``Failure/Code/fileUnreadable``.
    package init(reading path: FilePath) throws(Failure) {
        let bytes = try ReadableFile.contents(of: path, limit: CaseSource.sizeLimit)
        try self.init(bytes, at: path)
    }

    /// Reads the text of a test file.
    package init(_ bytes: [UInt8], at path: FilePath) throws(Failure) {
        let source = CaseSource(path: path, bytes: bytes)
        let root = CaseReader(source: source, node: try Self.tree(source), path: "")
        let object = try root.object(["$schema", "plugin", "envoy", "defaults", "cases"])
        name = path.string
        plugin = try object["plugin"]?.nonEmptyString()
        pluginPlace = (object["plugin"] ?? root).location
        envoys = try object["envoy"]?.versions() ?? []
        let defaults = try CaseDefaults(object["defaults"])
        let list = try object.required("cases")
        let readers = try list.list()
        guard (1...Self.caseLimit).contains(readers.count) else {
            throw list.failure("a file has 1 to \(Self.caseLimit) cases, not \(readers.count)")
        }
        var cases: [TestCase] = []
        var names: Set<String> = []
        for reader in readers {
            try checkCancellation()
            let testCase = try TestCase(reader, defaults)
            guard names.insert(testCase.name).inserted else {
                throw reader.failure("a second case has the name \(testCase.name.quotedForReport)")
            }
            cases.append(testCase)
        }
        self.cases = cases
    }

    private static func tree(_ source: CaseSource) throws(Failure) -> CaseNode {
        if let kind = source.foreignKind {
            throw Failure(
                .testFileInvalid,
                "\(source.path) is \(kind.name), not a test file",
                try: ["wasmpack test \(kind.option)=\(source.path) FILE"]
            )
        }
        guard source.isYAML else {
            do {
                return try CaseNode.reading(json: source.bytes)
            } catch {
                throw Failure(.testFileInvalid, "\(source.path) is not valid JSON", why: error.description)
            }
        }
        do {
            return try CaseNode.reading(yaml: source.bytes)
        } catch {
            throw Failure(
                .testFileInvalid,
                "\(source.path):\(error.place.line):\(error.place.column): not valid YAML",
                why: error.message.truncated(to: 200)
            )
        }
    }
}

/// What cases have if they do not say otherwise.
struct CaseDefaults {
    fileprivate static let keys = ["config", "env", "rootId", "failStrategy", "upstream", "timeout"]

    fileprivate var settings = PluginSettings()
    fileprivate var upstream = UpstreamResponse()
    fileprivate var timeLimit: Duration?

    init(_ reader: CaseReader?) throws(Failure) {
        guard let reader else { return }
        try read(reader.object(Self.keys))
    }

    /// Changes what the members of an object name.
    fileprivate mutating func read(_ object: CaseObject) throws(Failure) {
        if let config = object["config"] { settings.configuration = config.configuration }
        if let rootID = object["rootId"] { settings.rootID = try rootID.string() }
        if let strategy = object["failStrategy"] { settings.failStrategy = try strategy.failStrategy() }
        if let environment = object["env"] { settings.environment = try environment.environment() }
        if let upstream = object["upstream"] { self.upstream = try upstream.upstreamResponse() }
        if let timeout = object["timeout"] { timeLimit = .seconds(try timeout.integer(1...3600)) }
    }
}

extension TestCase {
    init(_ reader: CaseReader, _ defaults: CaseDefaults) throws(Failure) {
        let keys = ["name"] + CaseDefaults.keys + ["request", "steps", "expect"]
        let object = try reader.object(keys)
        name = try object.required("name").nonEmptyString()
        var own = defaults
        try own.read(object)
        settings = own.settings
        timeLimit = own.timeLimit
        let load = try object["expect"].map { (expect) throws(Failure) in try expect.load() } ?? nil
        expectsRejection = load == .rejected
        log = expectsRejection ? try object["expect"]?.logOfRejected() ?? [] : []
        steps = try Self.steps(object, load, own.upstream)
    }

    private static func steps(_ object: CaseObject, _ load: Load?, _ upstream: UpstreamResponse)
        throws(Failure) -> [TestStep]
    {
        let reader = object.reader
        guard object["request"] == nil || object["steps"] == nil else {
            throw reader.failure(
                "request and steps cannot be used together",
                why: "each step has its own request"
            )
        }
        if load == .rejected, let extra = object["request"] ?? object["steps"] {
            throw extra.failure("a rejected plugin gets no requests")
        }
        if let request = object["request"] {
            let expectation = try object["expect"].map { (expect) throws(Failure) in try expect.expectation()
            }
            return [
                TestStep(
                    request: try request.request(),
                    upstream: upstream,
                    expectation: expectation ?? Expectation(),
                    count: 1
                )
            ]
        }
        guard let list = object["steps"] else {
            guard let load else {
                throw reader.failure(
                    "the case has neither request nor steps",
                    try: reader.source.isYAML
                        ? "write request: {path: /}, or expect: {load: rejected}"
                        : "write \"request\": {\"path\": \"/\"}, or \"expect\": {\"load\": \"rejected\"}"
                )
            }
            if load == .accepted { _ = try object["expect"]?.object(["load"]) }
            return []
        }
        if let expect = object["expect"] { _ = try expect.object(["load"]) }
        return try list.list().map { (step) throws(Failure) in try step.step(upstream) }
    }
}

/// Whether Envoy loads the plugin with its configuration.
enum Load: String, CaseIterable {
    case accepted
    case rejected
}

extension CaseReader {
    fileprivate func nonEmptyString() throws(Failure) -> String {
        let text = try string()
        guard !text.isEmpty else { throw failure("the text is empty") }
        return text
    }

    /// A version of Envoy, or a list of versions.
    fileprivate func versions() throws(Failure) -> [String] {
        guard case .array = node.value else { return [try version()] }
        return try list().map { (reader) throws(Failure) in try reader.version() }
    }

    private func version() throws(Failure) -> String {
        if case .number(let text) = node.value {
            throw failure(
                "a version is a string, not a number",
                why: "as a number, 1.30 equals 1.3",
                try: "write \"\(text.truncated(to: 20))\", with the quotation marks"
            )
        }
        return try nonEmptyString()
    }

    /// A text, verbatim; another value as compact JSON with sorted keys.
    fileprivate var configuration: String? {
        switch node.value {
        case .null: nil
        case .string(let text): text
        default: node.json
        }
    }

    fileprivate func failStrategy() throws(Failure) -> PluginSettings.FailStrategy {
        try choice(PluginSettings.FailStrategy.allCases.map { ($0.rawValue, $0) })
    }

    /// One of several words.
    fileprivate func choice<Value>(_ values: [(name: String, value: Value)]) throws(Failure) -> Value {
        let text = try string()
        guard let found = values.first(where: { $0.name == text }) else {
            throw failure(
                "\(text.quotedForReport) is not a valid value",
                why: "the values are \(values.map(\.name).joined(separator: ", "))"
            )
        }
        return found.value
    }

    fileprivate func environment() throws(Failure) -> [String: String] {
        var variables: [String: String] = [:]
        for (name, value) in try freeObject() {
            guard !name.isEmpty, !name.contains("="), !name.contains("\0") else {
                throw value.failure("\(name.quotedForReport) is not a name of a variable")
            }
            variables[name] = try value.scalar()
        }
        return variables
    }

    /// The load expectation of `expect`, whose other members are read elsewhere; `nil` without one.
    fileprivate func load() throws(Failure) -> Load? {
        guard case .object(let members) = node.value, members.contains(where: { $0.name == "load" }) else {
            return nil
        }
        let value = CaseObject(reader: self, members: members)["load"]
        return try value?.choice(Load.allCases.map { ($0.rawValue, $0) })
    }

    fileprivate func logOfRejected() throws(Failure) -> [LogExpectation] {
        try object(["load", "log"])["log"]?.logExpectations() ?? []
    }

    fileprivate func step(_ upstream: UpstreamResponse) throws(Failure) -> TestStep {
        let object = try object(["request", "upstream", "expect", "repeat"])
        return TestStep(
            request: try object.required("request").request(),
            upstream: try object["upstream"]?.upstreamResponse() ?? upstream,
            expectation: try object["expect"]?.expectation() ?? Expectation(),
            count: try object["repeat"]?.integer(1...10_000) ?? 1
        )
    }
}
