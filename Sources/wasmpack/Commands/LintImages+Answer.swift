import Deployment
import Diagnostics
import HostSystem
import OCI
import Packing
import ProxyWasm
import Registry
import Storage

extension LintImages {
    /// Returns what a registry says about a name.
    ///
    /// An image that is `known` by its digest is not read again.
    mutating func answer(
        to reference: Reference,
        for image: ImageUse,
        knowing known: Digest? = nil,
        _ context: CommandContext
    ) async throws -> Answer {
        let consumer = image.kind.consumer ?? ""
        let secret = usesSecrets ? linter.configuration(for: image) : nil
        let key = Key(reference: reference, consumer: consumer, secret: secret?.name)
        if let answer = answers[key] { return answer }
        var answer = Answer()
        if let failure = unreachable[reference.registry] {
            answer.failure = failure
            return answer
        }
        do {
            answer = try await ask(reference, of: consumer, secret, knowing: known, context)
            if let known, answer.root == known { return answer }
        } catch let failure as Failure {
            guard !Self.fatal.contains(failure.code), !Task.isCancelled else { throw failure }
            var explained = context.connections.explained(failure)
            if secret != nil, [.authenticationRejected, .authenticationDenied].contains(failure.code) {
                // Another login does not change the Secret.
                explained = explained.with(
                    try: ["\(image.secretCommand) -u NAME --password-stdin | kubectl apply -f -"]
                )
            }
            answer.failure = explained
            if Self.connectionFailures.contains(failure.code) { unreachable[reference.registry] = explained }
        }
        answers[key] = answer
        return answer
    }

    private func ask(
        _ reference: Reference,
        of consumer: String,
        _ secret: (json: [UInt8], name: String)?,
        knowing known: Digest?,
        _ context: CommandContext
    ) async throws -> Answer {
        let chain = secret.map { secret in
            CredentialChain([
                DockerConfig(
                    bytes: secret.json,
                    shownAs: secret.name,
                    usesTLS: !registry.connection.plainHttp,
                    helpers: CredentialHelpers()
                )
            ])
        }
        let folder = LazyTemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        registry.announce(reference, context)
        let repository = try await registry.repository(
            of: reference,
            for: .pull,
            credentials: chain ?? usual,
            spoolingIn: .temporary(folder),
            context
        )
        let root = try await repository.find(reference)
        var answer = Answer(root: root.digest)
        guard root.digest != known else {
            answer.image = known
            return answer
        }
        try await InspectedImage.with(root, in: repository) { image in
            answer.image = image.inspection.image.digest
            answer.module = image.module?.identity.digest
            let check = try PluginCheck(
                image.inspection,
                named: reference,
                module: image.module,
                for: releases(of: consumer)
            )
            answer.rows = FindingList(check).rows.map(\.finding).filter { finding in
                finding.severity != .note && !Self.known.contains(finding.id)
            }
        }
        return answer
    }

    private func releases(of name: String) -> [ConsumerRelease] {
        Consumers.all.filter { $0.name == name }.map { consumer in
            let version = versions.first { version in
                version.consumer.rawValue == name || version.consumer == .asm && name == "istio"
            }
            return ConsumerRelease(consumer, version?.release, version: version?.version)
        }
    }
}
