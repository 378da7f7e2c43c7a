import Diagnostics
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Deployment

/// The files of a directory that `lint` reads.
@Suite struct ManifestSearchTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, to name: String) throws {
        let url = URL(filePath: "\(folder.path)").appending(path: name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: url)
    }

    private func search() throws -> ManifestSearch {
        var search = ManifestSearch()
        try search.read(FilePath("\(folder.path)"))
        return search
    }

    @Test func `reads files that can have an object, in the order of their names`() throws {
        for name in ["b/z.yaml", "a.yml", "c.json"] { try write("kind: WasmPlugin\n", to: name) }
        for name in ["d.txt", ".git/e.yaml"] { try write("kind: WasmPlugin\n", to: name) }
        try write("kind: Deployment\n", to: "f.yaml")
        let names = try search().files.map { $0.name.dropFirst("\(folder.path)/".utf8.count) }
        #expect(names == ["a.yml", "b/z.yaml", "c.json"])
    }

    @Test func `a file over the limit is a finding, and the others are read`() throws {
        try write("kind: WasmPlugin\n", to: "a.yaml")
        try write("", to: "large.yaml")
        let handle = try #require(FileHandle(forWritingAtPath: "\(folder.path)/large.yaml"))
        try handle.truncate(atOffset: UInt64(ManifestSearch.sizeLimit) + 1)
        try handle.close()
        let search = try search()
        #expect(search.files.count == 2)
        #expect(search.files.compactMap(\.finding?.rule.id) == ["file-unreadable"])
    }

    @Test func `reads a Secret of any type in its own file`() throws {
        try write("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: Opaque\n", to: "secret.yaml")
        try write("kind: ConfigMap\ndata: {a: Secret}\n", to: "other.yaml")
        try write("{{ if .a }}\napiVersion: v1\nkind: Secret\n{{ end }}\n", to: "template.yaml")
        try write(
            """
            apiVersion: extensions.istio.io/v1alpha1
            kind: WasmPlugin
            metadata: {name: p}
            spec: {url: "oci://r.io/a:v1", imagePullSecret: s}
            """,
            to: "plugin.yaml"
        )
        let files = try search().files
        #expect(files.map { FilePath($0.name).lastComponent?.string } == ["plugin.yaml", "secret.yaml"])
        let ids = Linter(files, for: []).findings.map(\.rule.id)
        #expect(ids.contains("secret-type") && !ids.contains("secret-missing"), "\(ids)")
    }

    @Test func `reads a CA certificate in its own file`() throws {
        try write(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ca}\ndata: {ca.crt: x}\n",
            to: "ca.yaml"
        )
        try write("kind: ConfigMap\ndata: {a: b}\n", to: "other.yaml")
        try write("{{ if .a }}\ndata: {ca.crt: x}\n{{ end }}\n", to: "template.yaml")
        #expect(try search().files.map { FilePath($0.name).lastComponent?.string } == ["ca.yaml"])
    }

    @Test
    func `an entry that vanishes while the directory is read is skipped, and one that cannot be read is not`()
        throws
    {
        var search = ManifestSearch()
        try search.readEntry(FilePath("\(folder.path)/vanished.yaml"))
        #expect(search.files.isEmpty)
        // A directory in the place of a file.
        try write("", to: "folder.yaml/a.txt")
        try search.readEntry(FilePath("\(folder.path)/folder.yaml"))
        #expect(search.files.compactMap(\.finding?.rule.id) == ["file-unreadable"])
    }

    @Test func `a missing path and the bytes of one file twice`() throws {
        try write("kind: WasmPlugin\n", to: "a.yaml")
        var search = ManifestSearch()
        let failure = #expect(throws: Failure.self) { try search.read(FilePath("\(folder.path)/missing")) }
        #expect(failure?.code == .fileMissing)
        for _ in 0..<2 { try search.read(FilePath("\(folder.path)/a.yaml")) }
        #expect(search.files.count == 1)
    }
}
