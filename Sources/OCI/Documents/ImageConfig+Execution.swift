extension ImageConfig {
    /// The process settings of the image (image spec, "Image Configuration", `config`).
    ///
    /// No proxy looks at them; they are what a Dockerfile's instructions write.
    package struct Execution: Hashable, Sendable, Codable {
        /// Environment variables, each `NAME=value`.
        package var env: [String]?
        /// The working directory.
        package var workingDir: String?
        /// Free text by key; never empty.
        package var labels: [String: String]? {
            didSet { if labels?.isEmpty == true { labels = nil } }
        }
        /// The program to start, and its first arguments.
        package var entrypoint: [String]?
        /// The further arguments.
        package var command: [String]?
        /// Whether the command was written by a Dockerfile; Docker's own addition to the specification.
        package var areArgumentsEscaped: Bool?
        /// Who runs the program.
        package var user: String?
        /// The ports that it listens at, each `port/protocol`.
        package var exposedPorts: [String: Empty]?
        /// The signal that ends it.
        package var stopSignal: String?

        /// An object without members, which is what JSON has in place of a set's values.
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

        /// Describes process settings; an empty set of labels is left out of the document.
        package init(env: [String], workingDir: String, labels: [String: String]) {
            self.env = env
            self.workingDir = workingDir
            self.labels = labels.isEmpty ? nil : labels
        }

        /// Reads what is of use; what only a Dockerfile needs may be anything.
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
