/// A generated document, with the comments and warnings that belong to it.
package struct GeneratedDocument: Sendable, Equatable {
    /// The name of a file for it, for example `wasmplugin.yaml`.
    package let fileName: String
    /// The object.
    package let object: YAMLNode
    /// Lines of comment above it.
    package let comments: [String]
    /// Remarks for the user, which are not part of the document.
    package let warnings: [String]
    /// What the user still has to fill in or decide, which is not part of the document.
    package let notes: [String]

    package init(
        _ fileName: String,
        _ object: YAMLNode,
        comments: [String] = [],
        warnings: [String] = [],
        notes: [String] = []
    ) {
        self.fileName = fileName
        self.object = object
        self.comments = comments
        self.warnings = warnings
        self.notes = notes
    }

    /// The document as YAML, which ends with a line end.
    package var yaml: String { YAMLWriter.text(of: object, comments: comments) }
}

extension [GeneratedDocument] {
    /// All documents in one stream, separated by `---`.
    package var yaml: String { map(\.yaml).joined(separator: "---\n") }
}
