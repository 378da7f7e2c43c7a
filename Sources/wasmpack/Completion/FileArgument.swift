import ArgumentParser
import Diagnostics
import HostSystem
import SystemPackage

/// Completes a value that is a text, or `@` and the path of a file.
enum FileArgument {
    /// Completes the path after `@`; a text is not completed.
    static let completion = CompletionKind.custom { (_: [String], _: Int, prefix: String) -> [String] in
        guard prefix.hasPrefix("@") else { return [] }
        let typed = String(prefix.dropFirst())
        let folder = typed.lastIndex(of: "/").map { String(typed[...$0]) } ?? ""
        let names = (try? Directory.names(in: folder.isEmpty ? "." : FilePath(folder))) ?? []
        return names.map { folder + $0 }.filter { $0.hasPrefix(typed) }.sorted().map { path in
            "@" + path.printable + (Directory.exists(FilePath(path)) ? "/" : "")
        }
    }
}
