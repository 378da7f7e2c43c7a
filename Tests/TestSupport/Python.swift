import Foundation

/// The Python that runs the peers and tools of the tests.
package enum Python {
    /// The system's own, where there is one: version managers start several programs before theirs.
    package static let path =
        FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") ? "/usr/bin/python3" : "python3"
}
