import Diagnostics
import HostSystem
import OCI
import Storage
import SystemPackage

extension Serve {
    /// Returns what a user should know when the registry starts: what it serves, how it differs, what to do next.
    func startNotes(_ name: String, trusting authority: FilePath?) async -> [String] {
        var notes: [String] = []
        if dir == nil, layout == nil {
            notes.append("the temporary directory is removed at the end; --dir keeps the images")
        }
        if let layout { notes += await Self.notes(about: FilePath(layout), repository, isReadOnly: readOnly) }
        let rules = [
            readOnly ? "read-only" : nil, access.requiresAccount ? "accounts" : nil,
            access.tokenAuth ? "tokens" : nil, faults.isEmpty ? nil : "deliberate faults",
        ].compactMap(\.self)
        if !rules.isEmpty { notes.append("in effect: " + rules.joined(separator: ", ")) }
        if let authority { notes.append("clients must trust \(authority)") }
        let option = authority.map { "--ca-file \($0.string.shellWord) " } ?? ""
        if access.requiresAccount {
            let user = access.username ?? "NAME"
            notes.append("to log in: wasmpack login \(option)\(name) -u \(user.shellWord)")
        }
        if access.tokenAuth, !access.requiresAccount {
            notes.append("anyone gets a token; -u NAME --password-stdin requires a login")
        }
        if !readOnly { notes.append("to push: wasmpack push \(option)\(name)/my-plugin:v1 plugin.wasm") }
        return notes
    }

    /// Returns the images of a layout that can be pulled, those that cannot, and whether pushes change it.
    private static func notes(about path: FilePath, _ repository: String?, isReadOnly: Bool) async -> [String]
    {
        guard let layout = try? await ImageLayout(opening: path), let index = try? layout.index() else {
            return []
        }
        let names = index.manifests.compactMap(\.fullName)
        let unnamed = index.manifests.count - names.count
        var notes: [String] = []
        if !names.isEmpty {
            notes.append("it has " + names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : ""))
        }
        if unnamed > 0, repository == nil {
            notes.append(
                "\(unnamed) \(unnamed == 1 ? "image has" : "images have") no full name, and can be pulled only with "
                    + "--repository NAME"
            )
        }
        if !isReadOnly { notes.append("pushes change \(path); --read-only prevents that") }
        return notes
    }
}
