import Diagnostics
import OCI

/// Builds parts of Envoy's configuration.
enum EnvoyMessage {
    /// Returns a message with its type, as in `typed_config`.
    static func typed(_ type: String, _ fields: [String: JSONValue] = [:]) -> JSONValue {
        .object(fields.merging(["@type": .string("type.googleapis.com/\(type)")]) { given, _ in given })
    }

    /// Returns a named extension with its configuration.
    static func configured(_ name: String, _ type: String, _ fields: [String: JSONValue] = [:]) -> JSONValue {
        .object(["name": .string(name), "typed_config": typed(type, fields)])
    }

    /// Returns the source of a file that Envoy reads again after each rename to its path.
    static func source(_ path: String) -> JSONValue {
        .object([
            "path_config_source": .object(["path": .string(path)]), "resource_api_version": .string("V3"),
        ])
    }

    /// Returns the text of such a file.
    static func file(version: Int, _ resources: [JSONValue]) throws(Failure) -> [UInt8] {
        try CanonicalJSON.encode(
            JSONValue.object(["version_info": .string("\(version)"), "resources": .array(resources)])
        )
    }

    /// Returns the address of a Unix socket that only its owner can use.
    static func socket(_ path: String) -> JSONValue {
        .object(["pipe": .object(["path": .string(path), "mode": .integer(0o600)])])
    }

    /// Returns an address of the network.
    static func address(_ host: String, _ port: Int) -> JSONValue {
        .object([
            "socket_address": .object(["address": .string(host), "port_value": .integer(Int64(port))])
        ])
    }
}
