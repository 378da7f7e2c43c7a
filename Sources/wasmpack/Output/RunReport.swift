import Diagnostics
import EnvoyRunner

/// The response that `run --request` prints, possibly beside the one without the plugin.
struct RunReport {
    /// Fields that Envoy sets for each response, which say nothing about the plugin.
    private static let ownFields: Set = ["date", "x-envoy-upstream-service-time"]
    /// The columns of a value in a comparison.
    private static let width = 34

    private let response: ProxyResponse
    private let other: ProxyResponse?
    private let crash: String?

    /// Creates a report; `crash` is Envoy's message about a crash of the plugin.
    init(_ response: ProxyResponse, without other: ProxyResponse?, crash: String?) {
        self.response = response
        self.other = other
        self.crash = crash
    }

    /// Prints the response on standard output.
    func print(target: String, envoy: String, _ context: CommandContext) throws(Failure) {
        if context.output.json {
            return try JSONReport.print(
                RunDocument(
                    url: nil,
                    target: target,
                    envoy: envoy,
                    response: response,
                    without: other,
                    crash: crash
                )
            )
        }
        if let other { return try Screen.main.print(comparison(other)) }
        let head = response.headers.map { "\($0.name.printable): \($0.value.printable)\n" }.joined()
        try Screen.main.print("HTTP \(response.status)\n" + head + (response.body.isEmpty ? "" : "\n"))
        guard Terminal.showsResults else { return try Screen.main.print(bytes: response.body) }
        let lines = String(decoding: response.body, as: UTF8.self).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        try Screen.main.print(
            lines.map { String($0).printable }.joined(separator: "\n") + (lines.last == "" ? "" : "\n")
        )
    }

    /// The parts of both responses side by side; a mark shows where they differ, except in Envoy's own fields.
    private func comparison(_ other: ProxyResponse) -> String {
        var rows = [("", "with the plugin", "without")]
        rows.append(("status", "\(response.status)", "\(other.status)"))
        let names = (response.headers + other.headers).map { $0.name.lowercased() }.withoutDuplicates
        for name in names {
            rows.append((name.printable, Self.value(name, response), Self.value(name, other)))
        }
        rows.append(("body", Self.body(response), Self.body(other)))
        let labels = (rows.map(\.0.count).max() ?? 0) + 2
        return rows.map { label, left, right in
            let isEqual = label.isEmpty || left == right || Self.ownFields.contains(label)
            let mark = isEqual ? "  " : "! "
            let first = left.truncated(to: Self.width)
            return mark + label.padded(to: labels) + first.padded(to: Self.width + 2)
                + right.truncated(to: Self.width) + "\n"
        }.joined()
    }

    private static func value(_ name: String, _ response: ProxyResponse) -> String {
        let values = response.headers.filter { $0.name.lowercased() == name }.map(\.value.printable)
        return values.isEmpty ? "-" : values.joined(separator: ", ")
    }

    private static func body(_ response: ProxyResponse) -> String {
        guard let text = String(validating: response.body, as: UTF8.self) else {
            return "\(response.body.count) bytes"
        }
        return text.isEmpty ? "-" : text.printable
    }
}

/// The document of `run --json`.
struct RunDocument: Encodable {
    let schema = "wasmpack.run/v1"
    let ok: Bool
    let url: Nullable<String>
    let target: String
    let envoy: String
    let response: Nullable<Response>
    let without: Nullable<Response>
    /// Envoy's message about a crash of the plugin.
    let crash: Nullable<String>

    struct Response: Encodable {
        let status: Int
        let headers: [[String]]
        let body: Nullable<String>
        let size: Int

        init(_ response: ProxyResponse) {
            status = response.status
            headers = response.headers.map { [$0.name, $0.value] }
            body = Nullable(String(validating: response.body, as: UTF8.self))
            size = response.body.count
        }
    }

    init(
        url: String?,
        target: String,
        envoy: String,
        response: ProxyResponse?,
        without other: ProxyResponse? = nil,
        crash: String? = nil
    ) {
        ok = crash == nil
        self.crash = Nullable(crash)
        self.url = Nullable(url)
        self.target = target
        self.envoy = envoy
        self.response = Nullable(response.map(Response.init))
        without = Nullable(other.map(Response.init))
    }
}
