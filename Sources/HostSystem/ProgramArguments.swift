import CArguments
package import Diagnostics

/// The command line of this process.
package enum ProgramArguments {
    /// Returns the arguments after the program's name.
    ///
    /// Throws ``Failure/Code/usage`` if the system passed no arguments, not even the program's name, and for an argument
    /// that is not valid UTF-8, because `String` would silently change its bytes.
    package static func read() throws(Failure) -> [String] {
        var count = Int(wasmpack_argument_count())
        var pointers = wasmpack_arguments()
        if count < 0 {
            pointers = CommandLine.unsafeArgv
            count = Int(CommandLine.argc)
        }
        var arguments: [String] = []
        for position in 0..<max(count, 0) {
            guard let bytes = pointers?[position] else { break }
            guard let text = String(validatingCString: bytes) else {
                throw Failure(
                    .usage,
                    "argument \(position) is not valid UTF-8",
                    why: "\"\(String(cString: bytes))\""
                )
            }
            arguments.append(text)
        }
        // Linux replaces an empty list by one empty argument.
        guard let name = arguments.first, !name.isEmpty else {
            throw Failure(
                .usage,
                "wasmpack was started without arguments, not even its own name",
                why: "the caller passed an empty list to execve(2), so the command is not known",
                try: ["start it with its name as the first argument, as a shell does"]
            )
        }
        return Array(arguments.dropFirst())
    }
}
