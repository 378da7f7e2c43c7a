import EnvoyRunner

/// A test file: cases for one plugin.
package struct TestFile: Sendable {
    /// The path as the user wrote it.
    package let name: String
    /// The plugin that the file names: a path relative to the file, or a reference; `nil` if it names none.
    package let plugin: String?
    /// The place of the plugin's name, or of the first member if there is none: `FILE:LINE:COLUMN`.
    package let pluginPlace: String
    /// The versions of Envoy that the file names, such as `1.38`; empty if it names none.
    package let envoys: [String]
    /// The cases in their order; names are unique.
    package let cases: [TestCase]
}

/// A test case: a plugin with a configuration, and what it does with requests.
package struct TestCase: Sendable {
    /// The name, unique in its file.
    package let name: String
    let settings: PluginSettings
    let expectsRejection: Bool
    /// What the log of a rejected plugin contains.
    let log: [LogExpectation]
    let steps: [TestStep]
    /// The time limit of the case; `nil` for the default.
    let timeLimit: Duration?
}

/// A request, and what is expected of it.
struct TestStep: Sendable {
    let request: ProxyRequest
    let upstream: UpstreamResponse
    let expectation: Expectation
    /// How often the request is sent; each time, the expectation must be met.
    let count: Int
}

/// The response of the upstream.
struct UpstreamResponse: Sendable {
    var status = 200
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
}

/// What is expected of one request; absent parts may be anything.
struct Expectation: Sendable {
    var status: Matcher?
    var headers: [(name: String, values: HeaderExpectation)] = []
    var body: Matcher?
    var upstream: UpstreamExpectation?
    var log: [LogExpectation] = []
    var crashes = false
}

/// What is expected of the fields of one name.
enum HeaderExpectation: Sendable {
    /// One of the values meets the condition; with `not`, none of them meets its inner condition.
    case any(Matcher)
    /// Each value meets the condition at its place.
    case list([Matcher])
}

/// What is expected of the request that reaches the upstream.
enum UpstreamExpectation: Sendable {
    case notCalled
    case called(UpstreamRequestExpectation)
}

/// What is expected of a request at the upstream.
struct UpstreamRequestExpectation: Sendable {
    var method: Matcher?
    var path: Matcher?
    var headers: [(name: String, values: HeaderExpectation)] = []
    var body: Matcher?
}

/// What is expected of the plugin's log.
struct LogExpectation: Sendable {
    /// The level, as ``EnvoyLogLine`` names it; `nil` for any.
    let level: String?
    /// `nil` for any text.
    let matcher: Matcher?
    /// Whether no line may be like this.
    let isForbidden: Bool

    func matches(_ line: EnvoyLogLine) -> Bool {
        if let level, level != line.level { return false }
        return matcher.map { $0.matches(Array(line.message.utf8)) ?? isForbidden } ?? true
    }

    var description: String {
        let parts = [level.map { "level \($0)" }, matcher?.description].compactMap(\.self)
        return (isForbidden ? "no line: " : "a line: ") + parts.joined(separator: ", ")
    }
}
