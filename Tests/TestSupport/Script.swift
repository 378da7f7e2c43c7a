/// Writes an executable file, and the folders above it.
///
/// Another process writes it: what this one has open for writing, a program that another test starts at the same moment
/// has open too for a while, and the system starts no file that somebody may still write ("text file busy").
package func writeScript(_ text: String, to path: String) throws {
    let lines = #"mkdir -p "${2%/*}" && rm -f "$2" && printf %s "$1" >"$2" && chmod 755 "$2""#
    let outcome = try Tool.run("sh", ["-c", lines, "sh", text, path])
    guard outcome.status == 0 else { throw PeerError("no script at \(path): \(outcome.errors)") }
}
