import Diagnostics
package import OCI
package import YAML

/// An image that an object of a manifest names.
package struct ImageUse: Sendable {
    /// The pull Secret that the object names.
    package struct Secret: Sendable {
        package let name: String
        /// `nil` for the namespace of kubectl's context.
        package let namespace: String?
        package let place: Node.Place
    }

    package let object: ManifestObject
    /// The image; its registry is as in the url.
    package let reference: Reference
    package let url: Node
    /// The field `sha256`, if it is a digest.
    package let sha256: Node?
    /// Whether the field `sha256` has a value, also one that is not a digest.
    package let hasPinField: Bool
    package let secret: Secret?
    /// The tag: of the url, or of the comment beside a digest.
    package let tag: Tag?

    package var kind: ManifestKind { object.kind }
    package var registry: RegistryName { reference.registry }
    /// The command that makes its pull Secret.
    package var secretCommand: String {
        "wasmpack generate pull-secret \(registry)"
            + (secret.map { " --name \($0.name.truncated(to: 80))" } ?? "")
            + ((secret?.namespace ?? object.namespace).map { " --namespace \($0.truncated(to: 63))" } ?? "")
    }

    /// Finds the images of an object.
    static func images(of object: ManifestObject, in file: ManifestFile) -> [ImageUse] {
        guard let spec = object.spec else { return [] }
        switch object.kind {
        case .wasmPlugin, .higressWasmPlugin: return [mesh(object, spec, file)].compactMap(\.self)
        case .trafficExtension: return [spec["wasm"].flatMap { mesh(object, $0, file) }].compactMap(\.self)
        case .envoyExtensionPolicy:
            return (spec["wasm"]?.elements ?? []).compactMap { plugin in
                guard let image = plugin["code"]?["image"] else { return nil }
                let named = image["pullSecretRef"]
                let secret = named?["name"].flatMap { node in
                    node.string.map { name in
                        Secret(
                            name: name,
                            namespace: named?["namespace"]?.string ?? object.namespace,
                            place: node.place
                        )
                    }
                }
                return ImageUse(object, image, secret, as: .envoyGateway, in: file)
            }
        case .secret, .configMap: return []
        }
    }

    private static func mesh(_ object: ManifestObject, _ spec: Node, _ file: ManifestFile) -> ImageUse? {
        let secret = spec["imagePullSecret"].flatMap { node in
            node.string.flatMap { name in
                name.isEmpty ? nil : Secret(name: name, namespace: object.namespace, place: node.place)
            }
        }
        return ImageUse(object, spec, secret, as: .mesh, in: file)
    }

    private init?(
        _ object: ManifestObject,
        _ fields: Node,
        _ secret: Secret?,
        as parser: ModuleURL.Parser,
        in file: ManifestFile
    ) {
        guard let url = fields["url"], let text = url.string, !text.isEmpty,
            case .image(let reference) = ModuleURL(text, as: parser).source,
            reference.digest.map({ $0.algorithm == .sha256 }) ?? true
        else { return nil }
        self.object = object
        self.reference = reference
        self.url = url
        self.secret = secret
        hasPinField = fields["sha256"].map { $0.string != "" } ?? false
        sha256 = fields["sha256"].flatMap { node in
            node.string.map(KubernetesForm.isSHA256) == true ? node : nil
        }
        tag =
            reference.tag
            ?? (reference.digest == nil && sha256 == nil ? nil : PinEdit.tag(after: url, in: file.bytes))
    }

    /// Returns the url of an image, in the form that the consumer accepts.
    package func url(of reference: Reference) -> String {
        ModuleURL.text(
            of: reference,
            like: url.string ?? "",
            as: kind == .envoyExtensionPolicy ? .envoyGateway : .mesh
        )
    }

    /// The digest that the url or `sha256` pins; `nil` for none.
    package var pin: String? { reference.digest?.encoded ?? sha256?.string }
}
