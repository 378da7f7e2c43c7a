import Diagnostics
import Packing
import SystemPackage
import TestSupport
import Testing

@Suite struct PluginFileTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    @Test func `a file is taken under any name, and a folder for the plugin in it`() throws {
        let named = try scratch.write([], to: "my filter.bin")
        #expect(try PluginFile.locate(named) == named)
        let plugin = try scratch.write([], to: "folder/plugin.wasm")
        #expect(try PluginFile.locate(scratch.appending("folder")) == plugin)
        #expect(try PluginFile.locate(plugin) == plugin)
    }

    @Test func `a folder with modules of other names lists them`() throws {
        for name in ["b.wasm", "a.wasm", "c.txt"] { try scratch.write([], to: name) }
        let failure = #expect(throws: Failure.self) { try PluginFile.locate(scratch.path) }
        #expect(failure?.code == .pluginMissing)
        #expect(failure?.why == "it has a.wasm, b.wasm")
        #expect(failure?.hints.first?.contains(scratch.appending("a.wasm").string) == true)
    }

    @Test func `a pulled file that no proxy loads is warned of`() throws {
        let whole = try scratch.write(SampleModule.smallest, to: "whole.wasm")
        #expect(try PluginFile.warning(of: whole) == nil)
        let cut = try scratch.write(SampleModule.smallest.dropLast(), to: "cut.wasm")
        #expect(try PluginFile.warning(of: cut)?.contains("the module") == true)
    }

    @Test func `a folder named plugin.wasm is no plugin`() throws {
        try scratch.write([], to: "plugin.wasm/file")
        let failure = #expect(throws: Failure.self) { try PluginFile.locate(scratch.path) }
        #expect(failure?.code == .pluginMissing)
    }

    @Test func `a folder without modules says so`() throws {
        try scratch.write([], to: "main.go")
        let failure = #expect(throws: Failure.self) { try PluginFile.locate(scratch.path) }
        #expect(failure?.code == .pluginMissing)
        #expect(failure?.why == "it has no .wasm file at all")
    }

    @Test func `a missing file names what stands beside it`() throws {
        try scratch.write([], to: "other.wasm")
        let failure = #expect(throws: Failure.self) {
            try PluginFile.locate(scratch.appending("plugin.wasm"))
        }
        #expect(failure?.code == .fileMissing)
        #expect(failure?.why?.hasSuffix("exists; it has other.wasm") == true)
        #expect(failure?.hints.first?.contains(scratch.appending("other.wasm").string) == true)
    }

    @Test func `a missing folder is said to be missing`() {
        let failure = #expect(throws: Failure.self) {
            try PluginFile.locate(scratch.path.appending("no").appending("plugin.wasm"))
        }
        #expect(failure?.code == .fileMissing)
        #expect(failure?.why?.contains("there is no folder") == true)
    }
}
