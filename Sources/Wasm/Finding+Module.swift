import Diagnostics

/// What is found while a module is read. Each sentence is Envoy's own, as a real one prints it.
extension Finding {
    package static let invalidModule = "invalid-module"

    /// Envoy's own look at the file, before any engine sees it, refuses the module.
    static func corrupted(_ message: String, at offset: Int) -> Finding {
        Finding(
            "corrupted-module",
            .error,
            "\(message) (at byte \(offset))",
            saying: "Failed to parse corrupted Wasm module",
            try: ["build or download it again"],
            offset: offset
        )
    }

    /// The engine refuses the module.
    static func invalid(_ message: String, at offset: Int) -> Finding {
        Finding(
            invalidModule,
            .error,
            "\(message) (at byte \(offset))",
            saying: "Failed to load Wasm bytecode",
            try: ["build or download it again"],
            offset: offset
        )
    }

    /// The engine compiles the module, but cannot make an instance of it.
    static func uninstantiable(_ id: String, _ message: String, try hint: String, at offset: Int) -> Finding {
        Finding(
            id,
            .error,
            "\(message) (at byte \(offset))",
            saying: "Failed to create new Wasm instance",
            try: [hint],
            offset: offset
        )
    }

    /// What this reader cannot judge.
    static func notValidated(_ message: String, at offset: Int) -> Finding {
        Finding(
            "not-validated",
            .note,
            "\(message) (at byte \(offset)); whether a proxy takes that is not known",
            try: ["wasmpack check --envoy asks a real Envoy"],
            offset: offset
        )
    }

    /// An instance would begin with more memory than Envoy gives one.
    static func memoryTooLarge(_ pages: UInt64, at offset: Int) -> Finding {
        .uninstantiable(
            "memory-too-large",
            "the memory has \(pages) pages at first; Envoy gives an instance at most \(Limits.envoyPageLimit), "
                + "which is 1 GiB",
            try: "build it with less initial memory: the linker's --initial-memory",
            at: offset
        )
    }

    /// A custom section that says nothing to this program, and refuses nothing.
    static func unreadableSection(_ name: String, _ problem: Finding, at offset: Int) -> Finding {
        Finding(
            "custom-section-unreadable",
            .note,
            "the custom section \(name.printable.truncated(to: 80)) cannot be read: \(problem.message)",
            offset: offset
        )
    }
}
