import Foundation
import TestSupport
import Testing
import Wasm
import WasmMutation

/// The mutator of `make fuzz`: its changes come as deep as the bodies.
@Suite(.timed, .timeLimit(.minutes(5))) struct WasmMutationTests {
    @Test func `splits the bodies of each module into whole instructions`() async throws {
        var count = 0
        for (name, path) in try await JudgedModules.shared.value.corpus where name.contains("-obeyed") {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            for body in ModuleParts(bytes)?.bodies ?? [] {
                let parts = try #require(BodyParts(body), "\(name)")
                #expect(parts.bytes == body, "\(name)")
                #expect(parts.instructions.last == [0x0B], "\(name): \(parts.instructions.suffix(2))")
                count += 1
            }
        }
        #expect(count >= 300)
    }

    @Test func `most changed modules are readable, and many are wrong only in a body`() throws {
        let plugin = try Fixtures.bytes("wasm/header-authorization/plugin.wasm")
        let seeds = [PluginBytes().bytes, plugin]
        var bytes = Mutator(seed: 3)
        var mutation = WasmMutation(SeededGenerator(seed: 4)) { original, limit in
            Array(bytes.bytes(original).prefix(limit))
        }
        var (readable, valid, wrongInBody) = (0, 0, 0)
        for number in 0..<3000 {
            var module = seeds[number % seeds.count]
            for _ in 0...number % 4 { module = mutation.module(module, limit: 32_768) }
            #expect(module.count <= 32_768)
            if outlineProblem(of: module) == nil { readable += 1 }
            guard let result = try? readModule(module) else { continue }
            if result.problems.isEmpty { valid += 1 }
            if let first = result.problems.first, first.function != nil { wrongInBody += 1 }
        }
        print(
            "of 3000 changed modules \(readable) are readable, \(valid) valid, \(wrongInBody) wrong in a body"
        )
        // A quarter of the changes are of bytes, which break sizes.
        #expect(readable >= 1500)
        #expect(valid >= 200)
        #expect(wrongInBody >= 600)
    }

    @Test func `crossed modules have the sections and instructions of both`() throws {
        let (first, second) = (
            PluginBytes().bytes, try Fixtures.bytes("wasm/header-authorization/plugin.wasm")
        )
        var mutation = WasmMutation(SeededGenerator(seed: 5)) { bytes, _ in bytes }
        var changed = 0
        for _ in 0..<100 {
            guard let crossed = mutation.module(first, with: second, limit: 32_768) else { continue }
            #expect(ModuleParts(crossed) != nil)
            if crossed != first { changed += 1 }
        }
        #expect(changed >= 80)
    }

    @Test func `never fails on bytes that are not a module`() {
        var bytes = Mutator(seed: 6)
        var mutation = WasmMutation(SeededGenerator(seed: 7)) { original, limit in
            Array(bytes.bytes(original).prefix(limit))
        }
        var input = PluginBytes().bytes
        for _ in 0..<2000 {
            input =
                Bool.random(using: &mutation.random)
                ? mutation.module(input, limit: 512) : mutation.body(input, limit: 512)
            #expect(input.count <= 512)
        }
        #expect(mutation.module([], limit: 0) == [])
    }
}
