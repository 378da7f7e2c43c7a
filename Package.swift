// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target of ours is compiled with.
///
/// See docs/decisions/0001-language-settings.md.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")

let commit = Context.environment["WASMPACK_COMMIT"] ?? ""

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        swiftSettings: strict,
        linkerSettings: name == "YAML" ? yaml : []
    )
}

// On Linux, pkg-config would choose the shared library. Homebrew's headers are in no place that the compiler searches.
#if os(macOS)
    let yamlPackage: String? = "yaml-0.1"
    let yaml: [LinkerSetting] = []
#else
    let yamlPackage: String? = nil
    let yaml: [LinkerSetting] = [.linkedLibrary(":libyaml.a")]
#endif

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
}

let package = Package(
    name: "wasmpack",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "wasmpack", targets: ["wasmpack"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
        .package(url: "https://github.com/apple/swift-system", .upToNextMinor(from: "1.8.1")),
        // Without its default trait, which brings Foundation.
        .package(
            url: "https://github.com/swiftlang/swift-subprocess",
            .upToNextMinor(from: "1.0.2"),
            traits: []
        ),
        .package(url: "https://github.com/apple/swift-nio", .upToNextMinor(from: "2.101.2")),
    ],
    targets: [
        // C libraries of the system. Every command needs the linked ones; libarchive, libcurl and libssl are opened by those
        // that use them.
        .systemLibrary(
            name: "CCrypto",
            pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
        ),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        // Linked statically into `YAML`, so no command needs the library when it runs.
        .systemLibrary(
            name: "CYAML",
            pkgConfig: yamlPackage,
            providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]
        ),
        .target(name: "CLibrary"),
        // Homebrew's headers are in no place that the compiler searches.
        .target(
            name: "CArchive",
            dependencies: ["CLibrary"],
            cSettings: [
                .unsafeFlags(
                    ["-I/opt/homebrew/opt/libarchive/include", "-I/usr/local/opt/libarchive/include"],
                    .when(platforms: [.macOS])
                )
            ]
        ),
        .target(name: "CCurl", dependencies: ["CLibrary", "CCrypto"]),
        .target(name: "CTLS", dependencies: ["CLibrary", "CCrypto"]),

        // The arguments of C's main, which Swift's CommandLine does not always find.
        .target(name: "CArguments"),
        // `make release` names the commit. Other builds do not: each commit would link everything again.
        .target(
            name: "CCommit",
            cSettings: commit.isEmpty ? [] : [.define("WASMPACK_COMMIT", to: commit)]
        ),

        // The arrows of docs/architecture.md: a target may import only what stands here.
        library("Diagnostics", []),
        library("HostSystem", ["Diagnostics", "CArguments", system, subprocess]),
        library("OCI", ["Diagnostics", "CCrypto"]),
        library("Wasm", ["Diagnostics"]),
        library("ProxyWasm", ["Wasm", "Diagnostics"]),
        library("YAML", ["Diagnostics", "CYAML"]),
        library("HTTPTransport", ["Diagnostics", "CCurl", system]),
        library("HTTPServer", ["Diagnostics", "CTLS", nioCore, nioPosix, nioHTTP1]),
        library("Archive", ["OCI", "Diagnostics", "CArchive", "CZlib"]),
        library("Storage", ["OCI", "Archive", "HostSystem", "Diagnostics", system]),
        library(
            "Registry",
            ["OCI", "Storage", "HTTPTransport", "HostSystem", "YAML", "Diagnostics", system]
        ),
        library(
            "Packing",
            ["OCI", "Wasm", "ProxyWasm", "Archive", "Storage", "HostSystem", "Diagnostics", system]
        ),
        library("Deployment", ["OCI", "HostSystem", "YAML", "Diagnostics", system]),
        library("EnvoyRunner", ["OCI", "HostSystem", "Diagnostics", system]),
        library(
            "PluginTesting",
            ["EnvoyRunner", "HTTPServer", "OCI", "HostSystem", "YAML", "Diagnostics", system]
        ),
        library("RegistryServer", ["OCI", "Storage", "HTTPServer", "HostSystem", "Diagnostics", system]),
        .executableTarget(
            name: "wasmpack",
            dependencies: [
                "Diagnostics", "HostSystem", "OCI", "Wasm", "ProxyWasm", "Archive", "Storage",
                "YAML", "HTTPTransport",
                "Registry", "Packing", "Deployment", "EnvoyRunner", "PluginTesting", "HTTPServer",
                "RegistryServer",
                system,
                arguments,
                "CCommit",
            ],
            swiftSettings: strict
        ),

        .target(
            name: "TestSupport",
            dependencies: ["Diagnostics", system],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        // Also for `make fuzz`, so it depends on nothing of the tests.
        .target(name: "WasmMutation", path: "Tests/WasmMutation", swiftSettings: strict),
        // The same for the server.
        .target(
            name: "RequestReplay",
            dependencies: ["HTTPServer", "Diagnostics", nioCore, nioEmbedded],
            path: "Tests/RequestReplay",
            swiftSettings: strict
        ),
        tests("DiagnosticsTests", ["Diagnostics"]),
        tests("DocumentationTests", ["wasmpack", "Diagnostics", arguments]),
        tests("OCITests", ["OCI", "Diagnostics"]),
        tests("HostSystemTests", ["HostSystem", "Diagnostics", system]),
        tests("WasmTests", ["Wasm", "WasmMutation", "Diagnostics"]),
        tests("ProxyWasmTests", ["ProxyWasm", "Wasm", "Diagnostics"]),
        tests("YAMLTests", ["YAML", "Diagnostics"]),
        tests("ArchiveTests", ["Archive", "OCI", "Diagnostics", system]),
        tests("StorageTests", ["Storage", "OCI", "Archive", "HostSystem", "Diagnostics", system]),
        tests(
            "PackingTests",
            [
                "Packing", "Storage", "Wasm", "ProxyWasm", "OCI", "Archive", "HostSystem", "Diagnostics",
                system,
            ]
        ),
        tests("DeploymentTests", ["Deployment", "OCI", "YAML", "Diagnostics", system]),
        tests("EnvoyRunnerTests", ["EnvoyRunner", "HostSystem", "HTTPServer", "Diagnostics", system]),
        tests("PluginTestingTests", ["PluginTesting", "EnvoyRunner", "OCI", "Diagnostics", system]),
        tests("RegistryTests", ["Registry", "Storage", "HTTPTransport", "OCI", "Diagnostics", system]),
        tests("CommandLineTests", ["wasmpack", "Diagnostics"]),
        tests("EndToEndTests", ["wasmpack", "OCI", system]),
        tests("HTTPTransportTests", ["HTTPTransport", "Diagnostics", system]),
        tests(
            "HTTPServerTests",
            ["HTTPServer", "RequestReplay", "Diagnostics", system, nioCore, nioPosix]
        ),
        tests(
            "RegistryServerTests",
            ["RegistryServer", "HTTPServer", "Storage", "OCI", "HostSystem", "Diagnostics", system]
        ),
    ]
)

// `make fuzz` builds everything again with libFuzzer's instrumentation; no other build has these targets.
if Context.environment["WASMPACK_FUZZ"] != nil {
    func fuzzer(_ name: String, _ dependencies: Target.Dependency...) -> Target {
        .executableTarget(name: name, dependencies: ["Fuzzing"] + dependencies, path: "Tests/Fuzz/\(name)")
    }
    package.targets += [
        .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .target(name: "Fuzzing", dependencies: ["CFuzzer"], path: "Tests/Fuzz/Fuzzing"),
        fuzzer("FuzzModule", "ProxyWasm", "Wasm", "WasmMutation", "Diagnostics"),
        fuzzer("FuzzBody", "Wasm", "WasmMutation", "Diagnostics"),
        fuzzer("FuzzLayer", "Archive", "OCI", "Diagnostics"),
        fuzzer("FuzzManifest", "OCI"),
        fuzzer("FuzzDockerfile", "Packing"),
        fuzzer("FuzzYAML", "YAML"),
        fuzzer(
            "FuzzRequest",
            "HTTPServer",
            "RegistryServer",
            "RequestReplay",
            "HostSystem",
            "OCI",
            "Diagnostics",
            system
        ),
    ]
}
