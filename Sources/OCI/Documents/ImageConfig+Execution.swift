extension ImageConfig {
    /// The process settings of the image (image spec, "Image Configuration", `config`).
    ///
    /// Proxies ignore them. A Dockerfile's instructions set them.
    package struct Execution: Hashable, Sendable, Codable {
        /// Environment variables, each `NAME=value`.
        package var env: [String]?
        /// The working directory.
        package var workingDir: String?
        /// Labels by key; never empty.
        package var labels: [String: String]? {
            didSet { if labels?.isEmpty == true { labels = nil } }
        }
        /// The program and its first arguments.
        package var entrypoint: [String]?
        /// The remaining arguments.
        package var command: [String]?
        /// Whether the command's arguments are escaped; a Docker extension of the specification.
        package var areArgumentsEscaped: Bool?
        /// The user that runs the program.
        package var user: String?
        /// The ports that the program listens on, each `port/protocol`.
        package var exposedPorts: [String: Empty]?
        /// The signal that stops the program.
        package var stopSignal: String?

        /// An empty object: JSON writes a set as an object with empty values.
        package struct Empty: Hashable, Sendable, Codable {
            /// The only value.
            package init() {}
        }

        enum CodingKeys: String, CodingKey {
            case env = "Env"
            case workingDir = "WorkingDir"
            case labels = "Labels"
            case entrypoint = "Entrypoint"
            case command = "Cmd"
            case areArgumentsEscaped = "ArgsEscaped"
            case user = "User"
            case exposedPorts = "ExposedPorts"
            case stopSignal = "StopSignal"
        }

        /// Creates process settings; an empty set of labels is omitted from the document.
        package init(env: [String], workingDir: String, labels: [String: String]) {
            self.env = env
            self.workingDir = workingDir
            self.labels = labels.isEmpty ? nil : labels
        }

        /// Reads process settings; ignores invalid values of members that only Docker uses.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            env = try container.decodeIfPresent([String].self, forKey: .env)
            workingDir = try container.decodeIfPresent(String.self, forKey: .workingDir)
            labels = try container.decodeIfPresent([String: String].self, forKey: .labels)
            entrypoint = try? container.decode([String].self, forKey: .entrypoint)
            command = try? container.decode([String].self, forKey: .command)
            areArgumentsEscaped = try? container.decode(Bool.self, forKey: .areArgumentsEscaped)
            user = try? container.decode(String.self, forKey: .user)
            exposedPorts = try? container.decode([String: Empty].self, forKey: .exposedPorts)
            stopSignal = try? container.decode(String.self, forKey: .stopSignal)
        }
    }
}
