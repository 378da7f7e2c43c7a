import ArgumentParser
import Diagnostics
import HostSystem
import Storage
import SystemPackage

/// A command with a TARGET, which is the layout that `push` uses if none is given.
protocol TargetCommand: RegistryCommand, ConnectingCommand {
    var target: String? { get }
}

extension TargetCommand {
    var references: [String] { [target].compactMap(\.self) }

    var choice: HintCompletion.Choice? {
        HintCompletion.Choice(source: targetName, before: "wasmpack \(Self._commandName) ")
    }

    /// The target as the user named it, or the layout.
    var targetName: String { target ?? LayoutOptions.usual(.current).string }

    /// Reads the target.
    ///
    /// Throws ``Failure/Code/usage`` if none is given and the layout does not exist, and the errors of reading one.
    func parsedTarget() throws(Failure) -> Target {
        let name = targetName
        guard target == nil else { return try Target(parsing: name) }
        let layout = LayoutOptions.usual(.current)
        guard ImageLayout.exists(at: layout) else {
            throw Failure(
                .usage,
                "\(Self._commandName) needs a target",
                why: "the layout \(name), which is the default, does not exist",
                try: [
                    "wasmpack \(Self._commandName) ghcr.io/me/my-plugin:v1",
                    Directory.type(of: "plugin.wasm") == nil
                        ? "wasmpack build path/to/plugin.wasm" : "wasmpack build plugin.wasm",
                ]
            )
        }
        return .layout(layout, nil)
    }
}
