public import ArgumentParser
public import Packing

/// The value of `--format`.
extension ImageFormat: ExpressibleByArgument {}
