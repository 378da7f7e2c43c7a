package import Archive
package import Diagnostics
package import OCI

/// A layer's descriptor and its actual contents.
package struct LayerFacts: Sendable {
    /// The descriptor in the manifest.
    package let descriptor: Descriptor
    /// The contents, as far as they could be read; `nil` for a layer that was not read.
    package let contents: LayerReader.Contents?
    /// The reason why it could not be read completely or does not match the config; `nil` without a problem.
    package let problem: Failure?

    /// Creates the facts about a layer.
    package init(_ descriptor: Descriptor, contents: LayerReader.Contents? = nil, problem: Failure? = nil) {
        self.descriptor = descriptor
        self.contents = contents
        self.problem = problem
    }
}
