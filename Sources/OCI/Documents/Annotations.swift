package import Diagnostics

/// Free text by key, as descriptors, manifests and indexes carry it (image spec, "Annotations").
package typealias Annotations = [String: String]

/// A key of an annotation.
package enum AnnotationKey {
    /// The tag of an image in a layout's index (image spec, "Image Layout").
    package static let referenceName = "org.opencontainers.image.ref.name"
    /// The full reference of an image in a layout's index, as containerd reads it.
    package static let fullImageName = "io.containerd.image.name"
    /// The name that a layer has as a file (image spec, "Pre-Defined Annotation Keys").
    package static let title = "org.opencontainers.image.title"
    /// Which shape of Wasm image a manifest has (solo.io's Wasm image spec).
    package static let wasmVariant = "module.wasm.image/variant"
    /// What an index entry of BuildKit's describes besides an image.
    package static let dockerReferenceType = "vnd.docker.reference.type"
}

/// One `KEY=VALUE` as it stands on a command line.
package struct KeyValue: Sendable, Hashable {
    /// What stands before the first `=`.
    package let key: String
    /// What stands after the first `=`; may be empty.
    package let value: String

    /// Cuts a text at its first `=`; throws ``Failure/Code/usage`` without one, or with nothing before it.
    package init(parsing text: String) throws(Failure) {
        // By scalars: a combining mark after the sign would hide it.
        guard let sign = text.unicodeScalars.firstIndex(of: "="), sign != text.startIndex else {
            throw Failure(
                .usage,
                "\"\(text)\" is not KEY=VALUE",
                try: ["org.opencontainers.image.version=1.0.0"]
            )
        }
        key = String(text.unicodeScalars[..<sign])
        value = String(text.unicodeScalars[sign...].dropFirst())
    }
}
