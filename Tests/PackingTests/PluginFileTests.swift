import Diagnostics
import Packing
import SystemPackage
import TestSupport
import Testing

@Suite struct PluginFileTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    @Test func `locates a file with any name, and the plugin in a folder`() throws {
        let named = try scratch.write([], to: "my filter.bin")
        #expect(try PluginFile.locate(named) == named)
        let plugin = try scratch.write([], to: "folder/plugin.wasm")
        #expect(try PluginFile.locate(scratch.appending("folder")) == plugin)
        #expect(try PluginFile.locate(plugin) == plugin)
    }

    @Test func `lists modules with other names in a folder`() throws {
        for name in ["b.wasm", "a.wasm", "c.txt"] { try scratch.write([], to: name) }
        let failure = #expect(throws: Failure.self) { try PluginFile.locate(scratch.path) }
        #expect(failure?.code == .pluginMissing)
        #expect(failure?.why == "the directory has a.wasm, b.wasm")
        #expect(failure?.hints.first?.contains(scratch.appending("a.wasm").string) == true)
    }

    @Test func `warns of a pulled file that no proxy loads`() throws {
        let whole = try scratch.write(SampleModule.smallest, to: "whole.wasm")
        #expect(try PluginFile.warning(of: whole) == nil)
        let cut = try scratch.write(SampleModule.smallest.dropLast(), to: "cut.wasm")
        #expect(try PluginFile.warning(of: cut)?.contains("the module") == true)
    }

    @Test func `rejects a folder named plugin.wasm`() throws {
        try scratch.write([], to: "plugin.wasm/file")
        let failure = #expect(throws: Failure.self) { try PluginFile.locate(scratch.path) }
        #expect(failure?.code == .pluginMissing)
    }

    @Test func `explains that a folder has no modules`() throws {
        try scratch.write([], to: "main.go")
        let failure = #expect(throws: Failure.self) { try PluginFile.locate(scratch.path) }
        #expect(failure?.code == .pluginMissing)
        #expect(failure?.why == "the directory has no .wasm file")
    }

    @Test func `lists the modules beside a missing file`() throws {
        try scratch.write([], to: "other.wasm")
        let failure = #expect(throws: Failure.self) {
            try PluginFile.locate(scratch.appending("plugin.wasm"))
        }
        #expect(failure?.code == .fileMissing)
        #expect(failure?.why?.hasSuffix(" has other.wasm") == true)
        #expect(failure?.hints.first?.contains(scratch.appending("other.wasm").string) == true)
    }

    @Test func `explains that the folder does not exist`() {
        let failure = #expect(throws: Failure.self) {
            try PluginFile.locate(scratch.path.appending("no").appending("plugin.wasm"))
        }
        #expect(failure?.code == .fileMissing)
        #expect(failure?.why?.contains("does not exist") == true)
    }
}
