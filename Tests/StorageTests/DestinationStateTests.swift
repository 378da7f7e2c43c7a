import Diagnostics
import OCI
import Storage
import Synchronization
import TestSupport
import Testing

/// What a copy asks of its destination before it sends anything: all at once, and the answer about the name decides.
@Suite(.timed, .timeLimit(.minutes(5)))
struct DestinationStateTests {
    /// A question of a copy.
    private enum Question: Hashable {
        case name
        case part(Digest)
    }

    /// A destination whose answers wait until the test gives them.
    private final class Gated: ContentDestination {
        private struct State {
            var asked: [Question] = []
            var waiting: [Question: CheckedContinuation<Result<Bool, Failure>, Never>] = [:]
            var canceled: Set<Question> = []
            var sent: [Digest] = []
        }

        let enforcesReferences = true
        private let state = Mutex(State())
        private let image: Descriptor

        init(_ image: Descriptor) { self.image = image }

        var asked: [Question] { state.withLock { $0.asked } }
        var canceled: Set<Question> { state.withLock { $0.canceled } }
        var sent: [Digest] { state.withLock { $0.sent } }

        /// Returns when all these questions wait for an answer.
        func wait(for questions: Question...) async {
            while !state.withLock({ state in questions.allSatisfy { state.waiting[$0] != nil } }) {
                await Task.yield()
            }
        }

        func answer(_ question: Question, _ result: Result<Bool, Failure>) {
            state.withLock { $0.waiting.removeValue(forKey: question) }?.resume(returning: result)
        }

        private func ask(_ question: Question) async throws(Failure) -> Bool {
            let result = await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    state.withLock {
                        $0.asked.append(question)
                        $0.waiting[question] = continuation
                    }
                    if Task.isCancelled { cancel(question) }
                }
            } onCancel: {
                cancel(question)
            }
            return try result.get()
        }

        private func cancel(_ question: Question) {
            let waiting = state.withLock { state in
                state.canceled.insert(question)
                return state.waiting.removeValue(forKey: question)
            }
            waiting?.resume(returning: .failure(.interrupted))
        }

        /// The image itself if the answer is `true`.
        func current(_ name: RefName) async throws(Failure) -> Descriptor? {
            try await ask(.name) ? image : nil
        }

        func contains(_ descriptor: Descriptor) async throws(Failure) -> Bool {
            try await ask(.part(descriptor.digest))
        }

        func push(_ blob: Blob) async throws(Failure) {
            state.withLock { $0.sent.append(blob.descriptor.digest) }
        }

        func tag(_ manifest: Blob, as name: RefName) async throws(Failure) {
            state.withLock { $0.sent.append(manifest.descriptor.digest) }
        }
    }

    private let image: SampleImage
    private let destination: Gated
    private let config: Question
    private let layer: Question

    init() throws {
        image = try SampleImage("a plugin")
        destination = Gated(image.manifest.descriptor)
        config = .part(image.config.descriptor.digest)
        layer = .part(image.layer.descriptor.digest)
    }

    private func start() -> Task<CopyReport, any Error> {
        Task { [image, destination] in
            try await copy(.only, from: image, to: destination)
        }
    }

    private static let denied = Failure(.authenticationDenied, "denied")
    private static let failed = Failure(.serverFailed, "failed")

    @Test func `asks for the name, the config and the layer before the first answer`() async throws {
        let copying = start()
        await destination.wait(for: .name, config, layer)
        destination.answer(layer, .success(true))
        destination.answer(config, .success(false))
        destination.answer(.name, .success(false))
        let report = try await copying.value
        #expect(report.parts.map(\.status) == [.copied, .exists])
        #expect(destination.asked.count == 3)
        #expect(destination.sent == [image.config.descriptor.digest, image.manifest.descriptor.digest])
    }

    @Test func `a name that points to the image ends the questions about the parts, also failed ones`()
        async throws
    {
        let copying = start()
        await destination.wait(for: .name, config, layer)
        destination.answer(config, .failure(Self.denied))
        destination.answer(.name, .success(true))
        #expect(try await copying.value.parts.map(\.status) == [.exists, .exists])
        #expect(destination.canceled == [layer])
        #expect(destination.sent.isEmpty)
    }

    @Test func `the failure of the name comes before those of the parts`() async throws {
        let copying = start()
        await destination.wait(for: .name, config, layer)
        destination.answer(layer, .failure(Self.denied))
        destination.answer(.name, .failure(Self.failed))
        let failure = await #expect(throws: Failure.self) { try await copying.value }
        #expect(failure?.code == .serverFailed)
        #expect(destination.sent.isEmpty)
    }

    @Test func `a failure of a part does not wait for the other parts`() async throws {
        let copying = start()
        await destination.wait(for: .name, config, layer)
        destination.answer(.name, .success(false))
        destination.answer(layer, .failure(Self.denied))
        let failure = await #expect(throws: Failure.self) { try await copying.value }
        #expect(failure?.code == .authenticationDenied)
        #expect(destination.canceled == [config])
        #expect(destination.sent.isEmpty)
    }
}
