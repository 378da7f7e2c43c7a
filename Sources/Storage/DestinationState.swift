import Diagnostics
import OCI

/// What a destination says before a copy begins.
private enum DestinationState: Sendable {
    case previous(Result<Descriptor?, Failure>)
    case part(Descriptor, Result<Bool, Failure>)
}

extension ContentDestination {
    /// Returns the manifest that a name points to, and which parts of an image exist; a registry is asked for all at once,
    /// in one round trip.
    ///
    /// The parts are incomplete if the name points to the image already.
    func state(
        of name: RefName,
        beforeCopying image: ManifestGraph.Node
    ) async throws(Failure) -> (previous: Descriptor?, known: [Descriptor: Bool]) {
        guard enforcesReferences, case .image(let manifest) = image.document else {
            return (try await current(name), [:])
        }
        try image.document.failIfPartsAreTooLarge()
        let parts = manifest.parts.withoutDuplicates.prefix(parallelBlobs)
        let result = await withTaskGroup(of: DestinationState.self) {
            group -> Result<(Descriptor?, [Descriptor: Bool]), Failure> in
            group.addTask {
                do throws(Failure) {
                    return .previous(.success(try await current(name)))
                } catch {
                    return .previous(.failure(error))
                }
            }
            for part in parts {
                group.addTask {
                    do throws(Failure) {
                        return .part(part, .success(try await contains(part)))
                    } catch {
                        return .part(part, .failure(error))
                    }
                }
            }
            var previous: Descriptor?
            var known: [Descriptor: Bool] = [:]
            var failure: Failure?
            for await answer in group {
                switch answer {
                case .previous(.success(let found)):
                    previous = found
                    guard found?.digest != image.descriptor.digest else {
                        group.cancelAll()
                        return .success((found, [:]))
                    }
                // The same failure, as a rule; that of the name is the clearest.
                case .previous(.failure(let error)):
                    group.cancelAll()
                    return .failure(error)
                case .part(let part, .success(let exists)): known[part] = exists
                case .part(_, .failure(let error)): failure = failure ?? error
                }
            }
            return if let failure { .failure(failure) } else { .success((previous, known)) }
        }
        return try result.get()
    }
}
