import Archive
import OCI
import Storage
import TestSupport

/// The files of a layout with one change, behind digests that are right again, or not.
struct MadeLayout {
    /// What was changed.
    let change: String
    /// The bytes of each file, by its path in the layout.
    private(set) var files: [String: [UInt8]]

    /// The parts that may be changed.
    static let changes = [
        "index", "marker", "manifest", "config", "layer", "tar", "blob", "missing", "swapped", "nested",
    ]

    /// Makes a complete layout, and changes one of its parts; none for another word.
    init(changing change: String, by mutator: inout Mutator) throws {
        self.change = change
        var tar = Tar.pax("path", "plugin.wasm") + Tar.entry("x", SampleModule.smallest)
        tar += Tar.entry("notes/", type: "5") + Tar.entry("notes/readme.md", Array("hello".utf8)) + Tar.end
        if change == "tar" { tar = mutator.bytes(tar) }
        var layer = mutator.random.next(below: 3) == 0 ? Zstd.stored(tar) : Gzip.stored(tar)
        if change == "layer" { layer = mutator.bytes(layer) }
        var config = Array(
            """
            {"architecture":"amd64","os":"linux","created":"1970-01-01T00:00:00Z","config":{"Env":["A=b"],\
            "Labels":{"a":"b"},"WorkingDir":"/"},"history":[{"created_by":"ADD","empty_layer":false}],\
            "rootfs":{"type":"layers","diff_ids":["\(Digest(of: tar))"]}}
            """.utf8
        )
        if change == "config" { config = mutator.json(config) }
        var manifest = Array(
            """
            {"schemaVersion":2,"mediaType":"\(MediaType.imageManifest.name)",\
            "config":\(Self.descriptor(config, .imageConfig)),\
            "layers":[\(Self.descriptor(layer, .layerTarGzip))],"annotations":{"a":"b"}}
            """.utf8
        )
        if change == "manifest" { manifest = mutator.json(manifest) }
        var root = (bytes: manifest, type: MediaType.imageManifest)
        files = [:]
        if change == "nested" {
            let list = Self.index(of: Self.descriptor(manifest, .imageManifest))
            root = (mutator.json(list), .imageIndex)
            files[Self.name(of: root.bytes)] = root.bytes
        }
        var index = Self.index(of: Self.descriptor(root.bytes, root.type))
        if change == "index" { index = mutator.json(index) }
        var marker = Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)
        if change == "marker" { marker = mutator.json(marker) }
        files["index.json"] = index
        files["oci-layout"] = marker
        for blob in [config, layer, manifest] { files[Self.name(of: blob)] = blob }
        try damage([config, layer, manifest].map(Self.name), &mutator)
    }

    /// Changes a blob behind its name.
    private mutating func damage(_ blobs: [String], _ mutator: inout Mutator) throws {
        let (one, other) = (mutator.choice(of: blobs), mutator.choice(of: blobs))
        switch change {
        case "blob": files[one] = mutator.bytes(files[one] ?? [])
        case "missing": files[one] = nil
        case "swapped": (files[one], files[other]) = (files[other], files[one])
        default: break
        }
    }

    private static func name(of blob: [UInt8]) -> String { "blobs/sha256/\(Digest(of: blob).encoded)" }

    private static func descriptor(_ blob: [UInt8], _ type: MediaType) -> String {
        #"{"mediaType":"\#(type.name)","digest":"\#(Digest(of: blob))","size":\#(blob.count)}"#
    }

    private static func index(of manifest: String) -> [UInt8] {
        let type = MediaType.imageIndex
        return Array(#"{"schemaVersion":2,"mediaType":"\#(type.name)","manifests":[\#(manifest)]}"#.utf8)
    }

    /// Returns an archive of a changed layout, or a changed archive of a complete one.
    static func archive(changedBy mutator: inout Mutator) throws -> [UInt8] {
        let kind = mutator.random.next(below: 4)
        let layout = try MadeLayout(changing: kind == 0 ? mutator.choice(of: changes) : "none", by: &mutator)
        let files = layout.files.sorted { $0.key < $1.key }
        let changed = kind == 1 ? mutator.random.next(below: files.count) : nil
        var tar: [UInt8] = []
        for (position, (name, bytes)) in files.enumerated() {
            tar += position == changed ? entry(name, bytes, &mutator) : Tar.entry(name, bytes)
        }
        tar += Tar.end
        switch kind {
        case 2: return mutator.bytes(tar)
        case 3: return mutator.bytes(Gzip.stored(tar))
        default: return mutator.choice(of: [tar, Gzip.stored(tar), Zstd.stored(tar)])
        }
    }

    /// Returns an entry whose header is odd, behind a correct checksum.
    private static func entry(_ name: String, _ bytes: [UInt8], _ mutator: inout Mutator) -> [UInt8] {
        switch mutator.random.next(below: 4) {
        case 0: Tar.entry(mutator.choice(of: names), bytes)
        case 1: Tar.entry(name, bytes, type: mutator.choice(of: types), link: "/etc/passwd")
        case 2: Tar.entry(name, bytes, claimed: Array(mutator.choice(of: sizes).utf8))
        default:
            Tar.pax(mutator.choice(of: ["size", "path", "linkpath", "GNU.sparse.size"]), "9999999")
                + Tar.entry(name, bytes)
        }
    }

    private static let names = [
        "../../escaped", "/tmp/escaped", "oci-layout/", "index.json", "blobs/sha256/..", "manifest.json",
    ]
    private static let types: [Unicode.Scalar] = ["1", "2", "3", "5", "7", "L", "S", "x"]
    private static let sizes = ["77777777777\0", "-0000000001\0", "            ", "00000000010\0"]
}
