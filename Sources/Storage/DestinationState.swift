import Diagnostics
import OCI

/// What a destination says before a copy begins.
private enum Answer: Sendable {
    case previous(Result<Descriptor?, Failure>)
    case part(Descriptor, Result<Bool, Failure>)
}

/// The number of parts that are asked for together with the name: the config and the layer of a plugin.
private let partsAtOnce = 2

extension ContentDestination {
    /// Returns the manifest that a name points to, and which of the first parts of an image exist; a registry is asked for
    /// all of it at once, in one round trip.
    ///
    /// Nothing is known about the parts if the name points to the image already. The answer about the name decides: its
    /// failure comes before those of the parts, and those count only for another image.
    func state(
        of name: RefName,
        beforeCopying image: ManifestGraph.Node
    ) async throws(Failure) -> (previous: Descriptor?, known: [Descriptor: Bool]) {
        guard enforcesReferences, case .image(let manifest) = image.document else {
            return (try await current(name), [:])
        }
        try image.document.failIfPartsAreTooLarge()
        let parts = Array(manifest.parts.withoutDuplicates.prefix(partsAtOnce))
        let result = await withTaskGroup(of: Answer.self) {
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
            var isAnswered = false
            var known: [Descriptor: Bool] = [:]
            var failures: [Descriptor: Failure] = [:]
            while let answer = await group.next() {
                switch answer {
                case .previous(.success(let found)):
                    previous = found
                    isAnswered = true
                    guard found?.digest != image.descriptor.digest else {
                        group.cancelAll()
                        return .success((found, [:]))
                    }
                case .previous(.failure(let error)):
                    group.cancelAll()
                    return .failure(error)
                case .part(let part, .success(let exists)): known[part] = exists
                case .part(let part, .failure(let error)): failures[part] = error
                }
                if isAnswered, let failure = parts.lazy.compactMap({ failures[$0] }).first {
                    group.cancelAll()
                    return .failure(failure)
                }
            }
            return .success((previous, known))
        }
        return try result.get()
    }
}
