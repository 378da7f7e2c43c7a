import Foundation
import OCI
import TestSupport
import Testing

/// Tests that pull extracts the module from all kinds of images found in real registries.
@Suite(.long, .timed, .timeLimit(.minutes(5)), .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
struct ImageShapeLongTests {
    private static let solo = "application/vnd.module.wasm"
    private static let tarType = "application/vnd.oci.image.layer.v1.tar"

    private struct Shape: Sendable {
        let name: String
        let layers: [(type: String, bytes: [UInt8])]
        var configType = "application/vnd.unknown.config.v1+json"
        /// The expected warning; `nil` without a warning.
        let warning: String?
    }

    private static func shapes() throws -> [Shape] {
        let module = try Modules.plugin
        let tar = Tar.entry("plugin.wasm", module) + Tar.end
        let packed = Gzip.stored(tar)
        let config = Array("{}".utf8)
        return [
            Shape(
                name: "higress",
                layers: [("\(solo).spec.v1+yaml", [1]), ("\(tarType)+gzip", packed)],
                warning: nil
            ),
            Shape(
                name: "artifact",
                layers: [("\(solo).config.v1+json", config), ("\(solo).content.layer.v1+wasm", module)],
                configType: "\(solo).config.v1+json",
                warning: nil
            ),
            Shape(
                name: "one-layer",
                layers: [("\(solo).content.layer.v1+wasm", module)],
                warning: "number of layers must be 2 but got 1"
            ),
            Shape(
                name: "cncf",
                layers: [("application/wasm", module)],
                configType: "application/vnd.wasm.config.v0+json",
                warning: "invalid media type application/wasm"
            ),
            Shape(
                name: "wasm-to-oci",
                layers: [("application/vnd.wasm.content.layer.v1+wasm", module)],
                warning: "invalid media type application/vnd.wasm.content.layer.v1+wasm"
            ),
            Shape(name: "oras", layers: [(tarType, module)], warning: "is a bare module, not a tar"),
            Shape(
                name: "oras-tgz",
                layers: [(tarType, packed)],
                warning: "the layer is gzip, but its type"
            ),
            Shape(
                name: "zstd",
                layers: [("\(tarType)+zstd", Zstd.stored(tar))],
                warning: "compressed with zstd"
            ),
            Shape(
                name: "lower",
                layers: [("\(tarType)+gzip", packed), ("\(tarType)+gzip", Gzip.stored(Tar.end))],
                warning: "plugin.wasm is in layer 1 of 2"
            ),
            Shape(
                name: "other-name",
                layers: [("\(tarType)+gzip", Gzip.stored(Tar.entry("filter.wasm", module) + Tar.end))],
                warning: "the module is named filter.wasm"
            ),
        ]
    }

    @Test func `pulls all kinds of images, and prints the messages of proxies`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open)
        let access = try registry.access(work)
        for shape in try Self.shapes() {
            try work.write(image: shape.layers, configType: shape.configType, to: shape.name)
            let reference = "\(registry.name)/\(work.namespace)/shapes/\(shape.name):v1"
            let copied = try await work.skopeo(
                registry,
                ["copy", "--dest-cert-dir", access.folder, "oci:\(shape.name):v1", "docker://\(reference)"]
            )
            try #require(copied.status == 0, "\(copied)")
            let pulled = try await work.start(
                ["pull", reference, "-o", "\(shape.name).wasm"] + access.flags,
                input: access.input
            ).wait()
            #expect(pulled.status == 0, "\(shape.name): \(pulled)")
            #expect(try work.bytes(of: "\(shape.name).wasm") == Modules.plugin, "\(shape.name)")
            let warnings = pulled.errorText.split(separator: "\n").filter { $0.hasPrefix("  warning  ") }
            #expect(warnings.isEmpty == (shape.warning == nil), "\(shape.name): \(pulled)")
            if let warning = shape.warning {
                #expect(warnings.contains { $0.contains(warning) }, "\(shape.name): \(pulled)")
            }
            let verified = try await work.run("verify", "\(shape.name):v1")
            // verify reports a media type that does not match the content.
            #expect(verified.status == (shape.name.hasPrefix("oras") ? 1 : 0), "\(shape.name): \(verified)")
        }
    }

    @Test func `pulls an image with a zstd layer of skopeo or buildah`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let registry = try await RegistryPeer.shared(.open)
        let access = try registry.access(work)
        let reference = "\(registry.name)/\(work.namespace)/zstd/plugin"
        let script = """
            set -e
            buildah() { command buildah --storage-driver vfs --root "$PWD/root" --runroot "$PWD/run" "$@"; }
            container=$(buildah from scratch)
            buildah add "$container" plugin.wasm /plugin.wasm
            buildah commit -f oci "$container" plugin
            buildah push --cert-dir "$1" --compression-format zstd plugin "docker://$2:buildah"
            buildah push plugin "oci:$PWD/image:v1"
            skopeo --insecure-policy copy --dest-cert-dir "$1" --dest-compress-format zstd "oci:image:v1" "docker://$2:skopeo"
            """
        let made = try await work.other("sh", "-c", script, "sh", access.folder, reference)
        try #require(made.status == 0, "\(made)")
        for tool in ["buildah", "skopeo"] {
            let name = "\(reference):\(tool)"
            let pulled = try await work.start(
                ["pull", name, "-o", "\(tool).wasm"] + access.flags,
                input: access.input
            ).wait()
            #expect(pulled.status == 0, "\(pulled)")
            #expect(
                pulled.errorText.contains("compressed with zstd, but Istio reads only tar+gzip"),
                "\(pulled)"
            )
            #expect(try work.bytes(of: "\(tool).wasm") == Modules.plugin, "\(tool)")
            let verified = try await work.start(["verify", name] + access.flags, input: access.input).wait()
            #expect(verified.status == 0, "\(verified)")
            #expect(verified.outputText.contains("1 diffID"), "\(verified)")
        }
    }

    static let diffIDs: [(name: String, layers: [String], count: Int, why: String)] = [
        (
            "artifact", ["content.layer.v1+wasm", "config.v1+json"], 1,
            "the config of an image with one layer"
        ),
        ("reversed", ["config.v1+json", "content.layer.v1+wasm"], 3, "the layers the other way round"),
        ("empty", ["content.layer.v1+wasm", "config.v1+json"], 0, "no diffIDs"),
    ]

    @Test(
        "a config without one diffID for each layer is a warning, and a copy repairs it",
        arguments: diffIDs
    )
    func diffIDCount(name: String, layers: [String], count: Int, why: String) async throws {
        let work = try Workspace()
        let module = try Modules.plugin
        let digests = (0..<count).map { _ in "\"\(Digest(of: module))\"" }.joined(separator: ",")
        try work.write(
            image: layers.map { ("\(Self.solo).\($0)", $0.hasSuffix("wasm") ? module : Array("{}".utf8)) },
            configType: MediaType.imageConfig.name,
            config:
                #"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[\#(digests)]}}"#,
            to: name
        )
        let warning = "the config lists \(count) diffIDs for 2 layers"
        let checked = try await work.run("check", name, "--json")
        #expect(checked.status == 0, "\(why): \(checked)")
        #expect(checked.outputText.contains(#""id":"diff-id-count""#), "\(why): \(checked)")
        #expect(checked.outputText.contains(warning), "\(why): \(checked)")
        #expect(try await work.run("check", name, "--strict").status == 1)

        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        let copied = try await work.run("copy", name, reference)
        #expect(copied.status == 0, "\(why): \(copied)")
        let pulled = try await work.run("pull", reference)
        #expect(pulled.status == 0, "\(why): \(pulled)")
        #expect(pulled.errorText.contains(warning), "\(why): \(pulled)")
        #expect(try work.bytes(of: "plugin.wasm") == module)

        let repaired = try await work.run("copy", "--format", "image", name, "repaired")
        #expect(repaired.status == 0, "\(why): \(repaired)")
        let again = try await work.run("check", "repaired", "--strict", "--json")
        #expect(again.status == 0 && !again.outputText.contains("diff-id-count"), "\(why): \(again)")
    }

    @Test func `verify and inspect reject an artifact whose config names another module`() async throws {
        let work = try Workspace()
        try work.write(
            image: [("application/wasm", Modules.plugin)],
            configType: "application/vnd.wasm.config.v0+json",
            config: #"{"layerDigests":["\#(Digest(of: [1]))"]}"#,
            to: "artifact"
        )
        let verified = try await work.run("verify", "artifact")
        #expect(verified.status == 1, "\(verified)")
        #expect(verified.outputText.contains("belongs to another artifact"), "\(verified)")
        let inspected = try await work.run("inspect", "artifact")
        #expect(inspected.status == 65, "\(inspected)")
        #expect(inspected.errorText.contains("error[digest-mismatch]"), "\(inspected)")
    }
}

extension Workspace {
    /// Writes a layout with one image, `v1`, with these layers.
    fileprivate func write(
        image layers: [(type: String, bytes: [UInt8])],
        configType: String,
        config: String = "{}",
        to name: String
    ) throws {
        func blob(_ type: String, _ bytes: [UInt8]) throws -> Descriptor {
            let digest = Digest(of: bytes)
            try write(bytes, to: "\(name)/blobs/sha256/\(digest.encoded)")
            return Descriptor(mediaType: MediaType(type), digest: digest, size: bytes.count)
        }
        let manifest = Manifest(
            mediaType: .imageManifest,
            config: try blob(configType, Array(config.utf8)),
            layers: try layers.map { try blob($0.type, $0.bytes) }
        )
        let root = try blob(MediaType.imageManifest.name, CanonicalJSON.encode(manifest))
            .annotated(["org.opencontainers.image.ref.name": "v1"])
        try write(CanonicalJSON.encode(Index(manifests: [root])), to: "\(name)/index.json")
        try write(#"{"imageLayoutVersion":"1.0.0"}"#.utf8, to: "\(name)/oci-layout")
    }
}
