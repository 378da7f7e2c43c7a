import ArgumentParser
import Deployment

extension HelpPage {
    /// Returns the help about a kind of document that `generate` writes: the options that apply to it.
    static func document(_ kind: DocumentKind, _ command: CommandSurface.Command, width: Int) -> String {
        var help = HelpPage(width: width)
        help.page.add("Write \(kind.title)")
        help.page.add("Usage: wasmpack generate \(kind.rawValue) REFERENCE [options]")
        help.page.addBlank()
        let options = command.options.filter { option in
            option.spellings.contains { kind.hasOption(String($0.drop { $0 == "-" })) }
        }
        help.page.add(rows: options.map { ($0.spelling, $0.description) })
        if kind == .kustomization { help.page.add("Document fields: wasmpack help fields") }
        help.page.add("Registry and login options: wasmpack help registry")
        help.page.addBlank()
        help.page.add(example: kind.example)
        return help.page.text
    }
}

extension DocumentKind {
    /// Whether an option is only for documents, and applies to this kind.
    fileprivate func hasOption(_ name: String) -> Bool {
        if let setting = DeploymentSetting(rawValue: name) {
            return setting.kinds.contains(self)
        }
        return switch name {
        case "name", "for": true
        case "no-pin": self != .pullSecret && self != .envoy
        case "offline": self != .pullSecret
        case "with", "output", "force": self == .kustomization
        case "show": self == .pullSecret
        default: false
        }
    }

    /// A command with the options that this kind needs.
    fileprivate var example: String {
        let needed =
            switch self {
            case .wasmplugin: " --selector app=web"
            case .envoyGateway: " --target Gateway/eg"
            case .trafficextension, .higress, .envoy, .imageVolume: ""
            case .pullSecret: " --name wasm-secret"
            case .kustomization: " -o deploy --with wasmplugin"
            }
        return "wasmpack generate \(rawValue) ghcr.io/me/my-plugin:v1\(needed)"
    }
}
