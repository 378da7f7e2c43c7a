import ArgumentParser
package import Packing

/// The value of `--format`.
extension ImageFormat: ExpressibleByArgument {}
