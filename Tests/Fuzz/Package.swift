// swift-tools-version: 6.2
import PackageDescription

/// One libFuzzer program per reader of bytes that others have made; `make fuzz` builds and runs them.
///
/// A package of its own, because all that it fuzzes has to be built with libFuzzer's instrumentation.
func fuzzer(_ name: String, _ products: String...) -> Target {
    .executableTarget(
        name: name,
        dependencies: ["Fuzzing"] + products.map { .product(name: $0, package: "wasmpack") }
    )
}

let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "wasmpack", path: "../..")],
    targets: [
        .target(name: "CFuzzer"),
        .target(name: "Fuzzing", dependencies: ["CFuzzer"]),
        fuzzer("FuzzModule", "Wasm", "Diagnostics"),
        fuzzer("FuzzLayer", "Archive", "OCI", "Diagnostics"),
        fuzzer("FuzzManifest", "OCI"),
        fuzzer("FuzzDockerfile", "Packing"),
    ]
)
