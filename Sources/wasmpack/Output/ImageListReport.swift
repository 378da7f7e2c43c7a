import Diagnostics
import OCI
import Packing
import SystemPackage

/// The result of `ls`, as text and as a JSON document.
struct ImageListReport {
    private let images: [ListedImage]
    private let path: FilePath

    init(_ images: [ListedImage], in path: FilePath) {
        self.images = images
        self.path = path
    }

    /// One line per image: name, digest, size, creation time; `-` for what is missing.
    ///
    /// If a line is wider than the terminal, the digests have their own lines.
    func text(columns: Int?) -> String {
        let rows = images.map { image in
            [
                image.name ?? "-", image.root.digest.description,
                image.size.map { ByteCount($0).description } ?? "-", image.created ?? "-",
            ].map(\.printable)
        }
        let widths = (0..<4).map { column in rows.map { $0[column].displayWidth }.max() ?? 0 }
        if let columns, widths.reduce(6, +) > columns {
            let style = Style(hasColor: false, hasUnicode: true)
            return rows.flatMap { row in
                WrappableText("\(row[0])  \(row[2])  \(row[3])").lines(within: columns, style) + [
                    "  " + row[1]
                ]
            }.map { $0 + "\n" }.joined()
        }
        return rows.map { row in
            zip(row, widths).dropLast().map { $0.padded(to: $1) + "  " }.joined() + (row.last ?? "") + "\n"
        }.joined()
    }

    struct Document: Encodable {
        let schema = "wasmpack.ls/v1"
        let ok = true
        let target: String
        let images: [Image]

        struct Image: Encodable {
            let name: Nullable<String>
            let digest: String
            let mediaType: String
            let size: Nullable<Int>
            let created: Nullable<String>
            let problem: Nullable<String>
        }
    }

    var document: Document {
        Document(
            target: path.string,
            images: images.map { image in
                Document.Image(
                    name: Nullable(image.name),
                    digest: image.root.digest.description,
                    mediaType: image.root.mediaType.description,
                    size: Nullable(image.size),
                    created: Nullable(image.created),
                    problem: Nullable(image.problem?.message.printable)
                )
            }
        )
    }
}
