import Archive
import Diagnostics
import OCI
import Packing
import Storage
import SystemPackage
import TestSupport
import Testing

/// A newly built image is inspected by what was written; reading it back finds the same.
@Suite(.timed, .timeLimit(.minutes(5)))
struct BuiltInspectionTests {
    typealias Entry = ImageContents.Entry

    private static let module: FilePath = "MODULE"

    static let layers: [(layers: [[Entry]], why: String)] = [
        ([[Entry(file: module, named: "plugin.wasm")]], "the plugin alone"),
        (
            [[Entry(folder: "plugin.wasm"), Entry(file: module, named: "plugin.wasm/plugin.wasm")]],
            "a folder with the plugin's name before it"
        ),
        (
            [
                [
                    Entry(folder: "d"), Entry(file: module, named: "d/plugin.wasm", permissions: 0o755),
                    Entry(folder: "e"), Entry(file: module, named: "e/other.wasm"),
                    Entry(file: module, named: "plugin.wasm"),
                ]
            ], "folders, another file, and two plugins"
        ),
        (
            [
                (0..<120).map { Entry(file: module, named: "f/\($0).wasm") }
                    + (0..<120).map { Entry(file: module, named: "g/\($0)/plugin.wasm") }
            ], "more entries than are kept"
        ),
        (
            [
                [
                    Entry(file: module, named: String(repeating: "ü", count: 70) + "/plugin.wasm")
                ]
            ], "a name in two fields of the header"
        ),
        (
            [
                [Entry(file: module, named: "plugin.wasm")],
                [Entry(folder: "d"), Entry(file: module, named: "d/plugin.wasm")],
            ],
            "two layers"
        ),
        (
            [[Entry(file: module, named: "plugin.wasm")], [Entry(folder: "d")]],
            "a last layer without the plugin"
        ),
    ]

    @Test("equals what reading finds", arguments: layers, [ImageFormat.image, .docker])
    func equal(row: (layers: [[Entry]], why: String), format: ImageFormat) async throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.write(Fixtures.bytes("wasm/header-authorization/plugin.wasm"), to: "m.wasm")
        let contents = ImageContents(
            layers: row.layers.map { layer in
                layer.map { entry in
                    entry.path == nil
                        ? entry : Entry(file: file, named: entry.name, permissions: entry.permissions)
                }
            },
            execution: .initial,
            instructions: []
        )
        let image = try await ImageBuilder(ImageOptions(format: format), processorCount: 2)
            .build(contents, spoolingIn: scratch.path)
        let written = try await ImageInspection(of: image)
        let read = try await ImageInspection(of: image.manifest.descriptor, in: image)
        #expect(written.layers.map(\.descriptor) == read.layers.map(\.descriptor), "\(row.why)")
        #expect(written.layers.map(\.contents) == read.layers.map(\.contents), "\(row.why)")
        #expect(written.layers.allSatisfy { $0.problem == nil }, "\(row.why)")
        let (ours, theirs) = (try written.plugin.get(), try read.plugin.get())
        #expect(ours.module == theirs.module, "\(row.why)")
        #expect(ours.start == theirs.start && !ours.start.isEmpty, "\(row.why)")
        #expect(ours.layer == theirs.layer, "\(row.why)")
        #expect(written.variant == read.variant && written.format == read.format, "\(row.why)")
    }
}
