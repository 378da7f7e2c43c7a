import Diagnostics

/// Numbers with a unit, as options take them.
enum Quantity {
    private static let byteUnits = [
        "": 1, "B": 1, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000,
        "K": 1024, "M": 1 << 20, "G": 1 << 30, "KIB": 1024, "MIB": 1 << 20, "GIB": 1 << 30,
    ]
    private static let milliseconds = ["": 1000, "s": 1000, "ms": 1]

    /// Reads a number of bytes, at least 1: `512`, `10MB`, `64MiB`; throws ``Failure/Code/usage``.
    static func bytes(_ text: String, option: String) throws(Failure) -> Int {
        try value(text, byteUnits, option, examples: "512KiB, 10MB or 1GiB", uppercasing: true)
    }

    /// Reads bytes per second: `1MB/s`, or `1MB`; throws ``Failure/Code/usage``.
    static func bytesPerSecond(_ text: String, option: String) throws(Failure) -> Int {
        try value(
            text.hasSuffix("/s") ? String(text.dropLast(2)) : text,
            byteUnits,
            option,
            examples: "512KiB/s or 1MB/s",
            uppercasing: true
        )
    }

    /// Reads a time: `50ms`, `2s` or `2`; throws ``Failure/Code/usage``.
    static func duration(_ text: String, option: String) throws(Failure) -> Duration {
        .milliseconds(try value(text, milliseconds, option, examples: "50ms or 2s"))
    }

    private static func value(
        _ text: String,
        _ units: [String: Int],
        _ option: String,
        examples: String,
        uppercasing: Bool = false
    ) throws(Failure) -> Int {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        if let number = Int(digits), number > 0,
            let factor = units[uppercasing ? unit.uppercased() : String(unit)]
        {
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: factor)
            if !isTooLarge, product <= 1 << 50 { return product }
        }
        throw Failure(
            .usage,
            "\(option) \"\(text.truncated(to: 60))\" is not valid",
            why: "it takes a number such as \(examples)",
            try: ["wasmpack help serve"]
        )
    }
}
