import Diagnostics
import HostSystem
import OCI
import Registry
import Storage
import SystemPackage

/// One push of a local image to a repository.
struct PushWork {
    let registry: RegistryOptions
    let plan: PushPlan
    var noClobber = false
    var dryRun = false
    var verify = false
    /// The credentials, if they were already looked up.
    var credentials: CredentialChain?

    /// What was sent, and the credential that was used.
    typealias Result = (report: PushReport, credential: Credential?)

    /// Sends the image, sets its tags, and reports that.
    func send(
        _ image: PushedImage,
        spoolingIn folder: LazyTemporaryDirectory,
        _ context: CommandContext
    ) async throws(Failure) -> Result {
        registry.announce(plan.target, context)
        let repository = try await registry.repository(
            of: plan.target,
            for: dryRun ? .pull : .push,
            mountingFrom: plan.mountSource,
            credentials: credentials,
            spoolingIn: .temporary(folder),
            context
        )
        if noClobber { try await repository.requireFree(plan.tags, for: image.root.digest) }
        let plan = try await plan.adding(aliasesIn: repository, context)
        guard !dryRun else {
            let report = try await compared(image, plan, with: repository)
            report.record(context.reporter)
            return (report, await repository.credential())
        }
        let copied = try await copy(
            image.root,
            from: image.content,
            to: repository,
            as: .reference(plan.target),
            events: context.reporter.transfers("sent")
        )
        let done = plan.target.tag.map { [$0] } ?? []
        let changes = try await repository.set(plan.furtherTags, to: image.manifest, after: done)
        let report = PushReport(plan, copied, changes, isVerified: verify)
        report.record(context.reporter)
        if verify {
            do throws(Failure) {
                try await report.verify(image.manifest, in: repository, under: plan.tags)
            } catch {
                throw error.adding(result: "all tags were set")
            }
            report.recordVerification(context.reporter)
        }
        return (report, await repository.credential())
    }

    /// Returns what a push would send and set, for `--dry-run`.
    private func compared(
        _ image: PushedImage,
        _ plan: PushPlan,
        with repository: RemoteRepository
    ) async throws(Failure) -> PushReport {
        let copied = try await copy(
            image.root,
            from: image.content,
            to: DryRunDestination(repository),
            as: .reference(plan.target),
            events: SilentSink()
        )
        return PushReport(plan, dryRun: copied, try await repository.current(plan.furtherTags))
    }
}

extension PushPlan {
    /// Returns the plan with the version aliases that the repository's tags allow, if they are wanted.
    fileprivate func adding(
        aliasesIn repository: RemoteRepository,
        _ context: CommandContext
    ) async throws(Failure) -> PushPlan {
        guard setsAliases, let tag = target.tag else { return self }
        let aliases = try await repository.aliases(of: tag, context)
        return PushPlan(target: target, tags: tags + aliases, mountSource: mountSource, setsAliases: false)
    }
}

extension RemoteRepository {
    /// Returns the version aliases to set beside a tag, and reports those that stay where they are.
    func aliases(of tag: Tag, _ context: CommandContext) async throws(Failure) -> [Tag] {
        let aliases = try await versionAliases(of: tag)
        for kept in aliases.kept {
            context.record(.note("\(kept.alias) is not set: \(kept.newer) is newer than \(tag)"))
        }
        if !aliases.tags.isEmpty {
            context.record(
                .note(
                    "\(aliases.tags.map(\.description).joined(separator: ", ")): chosen from the list of tags, "
                        + "which is not atomic: another client may push a version in between"
                )
            )
        }
        return aliases.tags
    }
}
