/// Functions for the keys of `auths` in a docker configuration: a registry's name, or a URL of it.
package enum DockerConfigKey {
    /// Returns the host of a key as docker's library reads it: without `https://` or `http://` and without the path.
    package static func host(of key: String) -> String {
        String(key.unicodeScalars.dropFirst(scheme(of: key).unicodeScalars.count).prefix { $0 != "/" })
    }

    /// Returns a key for messages: without a user name and a password, which some programs write before the host.
    package static func withoutUser(_ key: String) -> String {
        // Up to the last "@", because passwords contain "/" and "@". Scalars, because a combining character after the "@"
        // forms one character with it.
        guard let end = key.unicodeScalars.lastIndex(of: "@") else { return key }
        return scheme(of: key) + String(key.unicodeScalars[end...].dropFirst())
    }

    private static func scheme(of key: String) -> String {
        ["https://", "http://"].first { key.utf8.starts(with: $0.utf8) } ?? ""
    }
}
