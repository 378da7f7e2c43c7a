import ArgumentParser
import OCI
import Storage
import SystemPackage

/// Completes names of images in the layout.
enum LayoutNames {
    /// Completes a reference with the full names in the layout of `--layout`, `$WASMPACK_LAYOUT` or `plugin-oci`.
    static let completion = CompletionKind.custom { words, _, prefix in
        var options = LayoutOptions()
        options.layout = layout(in: words)
        guard let path = try? options.path(.current), let layout = try? await ImageLayout(opening: path),
            let names = try? layout.names()
        else { return [] }
        return names.filter { $0.contains("/") && $0.hasPrefix(prefix) }.shellCandidates
    }

    private static func layout(in words: [String]) -> String? {
        for (position, word) in words.enumerated() {
            if word == "--layout", position + 1 < words.count { return words[position + 1] }
            if word.hasPrefix("--layout=") { return String(word.dropFirst("--layout=".count)) }
        }
        return nil
    }
}
