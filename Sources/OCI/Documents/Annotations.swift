package import Diagnostics

/// Arbitrary text by key, in descriptors, manifests and indexes (image spec, "Annotations").
package typealias Annotations = [String: String]

/// A key of an annotation.
package enum AnnotationKey {
    /// The tag of an image in a layout's index (image spec, "Image Layout").
    package static let referenceName = "org.opencontainers.image.ref.name"
    /// The full reference of an image in a layout's index, which containerd reads.
    package static let fullImageName = "io.containerd.image.name"
    /// Marks an entry of a layout's index that `serve` keeps for clients that know the digest; the value is the digest.
    package static let servedDigest = "wasmpack.serve/digest"
    /// The file name of a layer (image spec, "Pre-Defined Annotation Keys").
    package static let title = "org.opencontainers.image.title"
    /// The variant of Wasm image that a manifest describes (solo.io's Wasm image spec).
    package static let wasmVariant = "module.wasm.image/variant"
    /// The kind of an index entry from BuildKit that is not an image, for example an attestation.
    package static let dockerReferenceType = "vnd.docker.reference.type"
}

/// A `KEY=VALUE` pair from the command line.
package struct KeyValue: Sendable, Hashable {
    /// The text before the first `=`.
    package let key: String
    /// The text after the first `=`; may be empty.
    package let value: String

    /// Splits a text at its first `=`; throws ``Failure/Code/usage`` without an `=`, or with an empty key.
    package init(parsing text: String) throws(Failure) {
        // Compares scalars, because "=" and a combining mark are one Character.
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
