package import Archive
package import Diagnostics
package import OCI

/// A layer as its image names it, and what was really in it.
package struct LayerFacts: Sendable {
    /// What the manifest says of it.
    package let descriptor: Descriptor
    /// What was found in it, as far as it could be read; `nil` for a layer that nobody had a reason to look into.
    package let contents: LayerReader.Contents?
    /// Why it could not be read to its end, or was not what the config says; `nil` if nothing is wrong.
    package let problem: Failure?

    /// Describes a layer.
    package init(_ descriptor: Descriptor, contents: LayerReader.Contents? = nil, problem: Failure? = nil) {
        self.descriptor = descriptor
        self.contents = contents
        self.problem = problem
    }
}
