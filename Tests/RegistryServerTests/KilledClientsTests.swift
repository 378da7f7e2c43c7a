import Foundation
import OCI
import Storage
import SystemPackage
import TestSupport
import Testing

/// `wasmpack serve` is killed while wasmpack, skopeo, buildah and curl push, each as fast as it can.
///
/// The moments are lines of the registry's log, one for each response.
private struct KilledClients {
    static let clients = ["wasmpack", "skopeo", "buildah", "curl"]

    /// Pushes images of a client until a push fails, and writes a line with tag and digest for each that was acknowledged.
    private static let script = #"""
        set -u
        buildah() { command buildah --storage-driver vfs --root "$PWD/root" --runroot "$PWD/run" "$@"; }
        client=$1 repository=$2 acknowledged=$3
        base=http://${repository%%/*}/v2/${repository#*/}
        n=0
        blob() {
            local digest=sha256:$(sha256sum <"$1" | cut -d " " -f 1) location
            location=$(curl -sf -X POST -H "Content-Length: 0" -o /dev/null -w "%header{location}" "$base/blobs/uploads/") || return
            location=http://${repository%%/*}$location
            curl -sf -X PATCH --data-binary "@$1" -H "Content-Type: application/octet-stream" -o /dev/null "$location" || return
            curl -sf -X PUT -H "Content-Length: 0" -o /dev/null "$location?digest=$digest" || return
            echo "$digest"
        }
        push() {
            local tag=$client-$n file=$client-file
            case $client in
            wasmpack)
                { cat plugin.wasm && printf '\000\010\003abc%04d' $n; } >"$file.wasm"
                digest=$("$WASMPACK" push -q --retries 0 --anonymous "$repository:$tag" "$file.wasm") || return
                digest=${digest#*@} ;;
            skopeo)
                skopeo copy -q --dest-tls-verify=false --digestfile "$file" "oci:images:v$((n % 4))" "docker://$repository:$tag" || return
                digest=$(cat "$file") ;;
            buildah)
                buildah push -q --retry 0 --tls-verify=false --digestfile "$file" "image-$((n % 4))" "docker://$repository:$tag" || return
                digest=$(cat "$file") ;;
            curl)
                printf "%s %s" "$repository" $n >"$file"
                local layer config
                layer=$(blob "$file") || return
                printf "{}" >"$file.json"
                config=$(blob "$file.json") || return
                printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":2},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"%s","size":%d}]}' \
                    "$config" "$layer" "$(wc -c <"$file")" >"$file.manifest"
                curl -sf -X PUT --data-binary "@$file.manifest" -H "Content-Type: application/vnd.oci.image.manifest.v1+json" -o /dev/null "$base/manifests/$tag" || return
                digest=sha256:$(sha256sum <"$file.manifest" | cut -d " " -f 1) ;;
            esac
            echo "$tag $digest" >>"$acknowledged"
        }
        while push; do n=$((n + 1)); done
        """#

    /// Makes the images of skopeo and buildah.
    private static let preparation = #"""
        set -eu
        buildah() { command buildah --storage-driver vfs --root "$PWD/root" --runroot "$PWD/run" "$@"; }
        for n in 0 1 2 3; do
            { cat plugin.wasm && printf '\000\010\003abc%04d' $n; } >variant.wasm
            "$WASMPACK" build -q variant.wasm -t "registry.example/image:v$n" --layout images
            container=$(buildah from scratch)
            buildah add -q "$container" variant.wasm /plugin.wasm
            buildah commit -q "$container" "image-$n"
        done
        """#

    private let folder: ScratchDirectory
    /// How many images of each client were acknowledged.
    private(set) var counts: [String: Int] = [:]

    init() async throws {
        folder = try ScratchDirectory()
        try folder.write(Fixtures.bytes("wasm/header-authorization/plugin.wasm"), to: "plugin.wasm")
        let run = try await start("bash", ["-c", Self.preparation]).wait()
        try #require(run.status == 0, "\(run)")
    }

    private func start(_ program: String, _ arguments: [String]) throws -> RunningProgram {
        let path = folder.path.string
        let system = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return try RunningProgram(
            "/usr/bin/env",
            [program] + arguments,
            environment: [
                "PATH": system, "HOME": path, "TMPDIR": path, "WASMPACK": BuiltProgram.wasmpack,
            ],
            in: URL(filePath: path)
        )
    }

    /// Runs the registry and the clients, kills the registry after a number of responses, and checks what is on the disk.
    mutating func round(_ number: Int, killingAfter limit: Int) async throws {
        let ready = "ready-\(number)"
        let registry = try start(
            "bash",
            ["-c", #"exec "$WASMPACK" serve --listen 127.0.0.1:0 --dir registry -v >"$0""#, ready]
        )
        defer { registry.signal(SIGKILL) }
        var address = ""
        try await wait(for: "the registry") {
            if registry.hasEnded { throw PeerError(try await registry.wait().description) }
            address = (try? String(contentsOfFile: folder.appending(ready).string, encoding: .utf8)) ?? ""
            return address.hasSuffix("\n")
        }
        let repository = "\(address.dropLast())/team/r\(number)"
        let running = try Self.clients.map { client in
            try start(
                "bash",
                ["-c", Self.script, "bash", client, repository, "acknowledged-\(client)-\(number)"]
            )
        }
        try await wait(for: "\(limit) responses") {
            registry.errorSoFar.utf8.count { $0 == 0x0A } >= limit
        }
        registry.signal(SIGKILL)
        await registry.waitForEnd()
        for client in running { await client.waitForEnd() }
        try await check(number, "after kill \(number) at response \(limit)")
    }

    /// Everything that was acknowledged is there, and everything else is whole or absent.
    private mutating func check(_ number: Int, _ moment: String) async throws {
        let layout = folder.appending("registry").appending("team").appending("r\(number)")
        var tags: [String: String] = [:]
        for client in Self.clients {
            let file = folder.appending("acknowledged-\(client)-\(number)").string
            let lines = (try? String(contentsOfFile: file, encoding: .utf8))?.split(separator: "\n") ?? []
            counts[client, default: 0] += lines.count
            for line in lines {
                let words = line.split(separator: " ").map(String.init)
                tags[words[0]] = words[1]
            }
        }
        guard ImageLayout.exists(at: layout) else {
            #expect(tags.isEmpty, "\(moment)")
            return
        }
        let entries = try await KilledRegistry.verified(layout, moment).entries
        let found = Dictionary(grouping: entries) { $0.referenceName ?? "" }
        for (tag, digest) in tags {
            #expect(found[tag]?.map(\.digest.description) == [digest], "\(moment): \(tag)")
        }
    }
}

/// `wasmpack serve` under `kill -9`, with the clients of other authors.
@Suite(
    .long,
    .timed,
    .timeLimit(.minutes(20)),
    .enabled(
        if: geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/buildah"),
        "buildah needs root"
    )
)
struct KilledClientsLongTests {
    @Test func `fifty kills lose nothing of wasmpack, skopeo, buildah and curl`() async throws {
        var registry = try await KilledClients()
        var generator = SeededGenerator(seed: 16)
        for number in 0..<50 {
            try await registry.round(number, killingAfter: Int.random(in: 5...100, using: &generator))
        }
        for client in KilledClients.clients {
            #expect(registry.counts[client, default: 0] > 5, "\(registry.counts)")
        }
    }
}
