/// Writes an executable file and its parent folders.
///
/// Another process writes the file. Otherwise, a program that another test starts at the same time would inherit the open
/// file, and the system does not start a file that is open for writing ("text file busy").
package func writeScript(_ text: String, to path: String) throws {
    let lines = #"mkdir -p "${2%/*}" && rm -f "$2" && printf %s "$1" >"$2" && chmod 755 "$2""#
    let outcome = try Tool.run("sh", ["-c", lines, "sh", text, path])
    guard outcome.status == 0 else { throw PeerError("no script at \(path): \(outcome.errors)") }
}
