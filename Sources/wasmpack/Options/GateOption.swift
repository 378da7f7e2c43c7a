import ArgumentParser

/// Whether what proxies would refuse is refused here.
struct GateOption: ParsableArguments {
    @Flag(help: "Do not look whether proxies would take the image and load its module.")
    var noCheck = false
}
