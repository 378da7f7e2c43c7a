import Testing

/// The table of dependencies in docs/architecture.md against Package.swift and .ci/check-imports.
struct ArrowTests {
    private let documented: [String: Set<String>]

    init() throws {
        let rows = try Document("docs/architecture.md").rows("## Dependencies").filter { $0.count == 3 }
        documented = Dictionary(
            uniqueKeysWithValues: rows.compactMap { row in
                row[0].code.first.map { ($0, Set(row[1].code + row[2].code)) }
            }
        )
    }

    @Test func `the table has the dependencies of the package`() throws {
        let package = try Document("Package.swift").text
        let libraries = package.matches(of: /\blibrary\(\s*"(\w+)",\s*\[(.*?)\]\s*\)/.dotMatchesNewlines())
        let programs = package.matches(
            of: /\.executableTarget\(\s*name:\s*"(\w+)",\s*dependencies:\s*\[(.*?)\]/.dotMatchesNewlines()
        )
        let found = (libraries.map(\.output) + programs.map(\.output)).map { output in
            (
                String(output.1),
                Set(output.2.matches(of: /\w+/).map { Self.products[String($0.output)] ?? String($0.output) })
            )
        }
        #expect(!found.isEmpty)
        #expect(documented == Dictionary(uniqueKeysWithValues: found))
    }

    @Test func `the check of imports has the same dependencies`() throws {
        let check = try Document(".ci/check-imports").text
        let tables = check.matches(of: /(?m)^    "(\w+)": "([^"]*)",$/).map(\.output)
        let ours = documented.keys
        for (name, uses) in documented where name != "wasmpack" {
            let row = tables.filter { $0.1 == name }
            #expect(row.count == 1, "\(name)")
            let own = Set(row.flatMap { $0.2.split(separator: " ") }.map(String.init))
            #expect(own == uses.filter { ours.contains($0) }, "\(name)")
        }
        for (name, uses) in documented {
            for module in uses where !ours.contains(module) {
                let users = tables.filter { $0.1 == module }.flatMap { $0.2.split(separator: " ") }
                #expect(users.contains { $0 == name }, "\(name) and \(module)")
            }
        }
    }

    /// How Package.swift spells the packages' products.
    private static let products = [
        "system": "SystemPackage", "arguments": "ArgumentParser", "subprocess": "Subprocess",
        "nioCore": "NIOCore", "nioPosix": "NIOPosix", "nioHTTP1": "NIOHTTP1",
    ]
}
