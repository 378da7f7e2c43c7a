package import Diagnostics
package import EnvoyRunner
import HTTPServer
package import SystemPackage

/// Runs test cases of one plugin in one version of Envoy.
///
/// Several cases share an Envoy: each has its own listener and VM, so no state is shared. Their requests are sent one
/// after the other, so each crash, loop and message belongs to one case.
package struct TestRunner: Sendable {
    /// What the cases run in.
    package struct Setup: Sendable {
        let envoy: FoundEnvoy
        let supervisor: FilePath
        let folder: FilePath
        let module: FilePath
        let moduleSize: Int
        let timeLimit: Duration

        /// Describes the surroundings of cases.
        ///
        /// - Parameters:
        ///   - envoy: the Envoy.
        ///   - supervisor: the program that supervises it.
        ///   - folder: a directory of `TemporaryDirectory(forSocketsOf:)`.
        ///   - module: the module's absolute path.
        ///   - moduleSize: its size, in bytes.
        ///   - timeLimit: the time limit of a case that has none.
        package init(
            _ envoy: FoundEnvoy,
            supervisor: FilePath,
            folder: FilePath,
            module: FilePath,
            moduleSize: Int,
            timeLimit: Duration
        ) {
            self.envoy = envoy
            self.supervisor = supervisor
            self.folder = folder
            self.module = module
            self.moduleSize = moduleSize
            self.timeLimit = timeLimit
        }
    }

    /// The most cases of one Envoy: each has three VMs.
    private static let batchSize = 24
    /// The memory for modules in one Envoy, in bytes of their files.
    private static let batchMemory = 16 << 20

    private let setup: Setup
    private let onResult: @Sendable (CaseResult) -> Void

    /// Creates a runner.
    ///
    /// - Parameters:
    ///   - setup: what the cases run in.
    ///   - onResult: receives the result of each case, in the order of the cases.
    package init(_ setup: Setup, onResult: @escaping @Sendable (CaseResult) -> Void) {
        self.setup = setup
        self.onResult = onResult
    }

    /// Runs cases in their order.
    ///
    /// Throws ``Failure/Code/envoyMissing``, ``Failure/Code/interrupted``, and the errors of files and sockets.
    package func run(_ cases: [TestCase]) async throws(Failure) -> [CaseResult] {
        var results: [CaseResult] = []
        let size = max(1, min(Self.batchSize, Self.batchMemory / max(1, setup.moduleSize)))
        var batchNumber = 0
        // Up to this case, each gets a separate Envoy.
        var aloneUntil = 0
        while results.count < cases.count {
            let batch = Array(cases[results.count...].prefix(results.count < aloneUntil ? 1 : size))
            batchNumber += 1
            let outcome = try await run(batch, number: batchNumber, after: results.count)
            switch outcome {
            case .finished(let finished): results += finished
            // One of several plugins is the cause.
            case .notStarted where batch.count > 1: aloneUntil = results.count + batch.count
            case .notStarted(let stop):
                results += batch.prefix(1).map { report($0.failed(by: stop)) }
            }
        }
        return results
    }

    private func report(_ result: CaseResult) -> CaseResult {
        onResult(result)
        return result
    }

    private enum Outcome {
        /// The results of the first cases: all of them, or up to one that stopped Envoy.
        case finished([CaseResult])
        case notStarted(EnvoyStop)
    }

    private func run(_ batch: [TestCase], number: Int, after count: Int) async throws(Failure) -> Outcome {
        let upstream = UpstreamRecorder()
        let path = setup.folder.appending("\(number)-up").string
        let server = try await HTTPServer(listeningOnSocket: path, limits: UpstreamRecorder.limits)
        let serving = Task { try await server.run { await upstream.respond($0, $1) } }
        let outcome: Result<Outcome, Failure>
        do throws(Failure) {
            outcome = .success(try await run(batch, number: number, after: count, upstream, path))
        } catch {
            outcome = .failure(error)
        }
        serving.cancel()
        _ = await serving.result
        return try outcome.get()
    }

    private func run(
        _ batch: [TestCase],
        number: Int,
        after count: Int,
        _ upstream: UpstreamRecorder,
        _ socket: String
    ) async throws(Failure) -> Outcome {
        let names = batch.indices.map { "case-\(count + $0 + 1)" }
        let listeners = zip(names, batch).map { name, testCase in
            PluginListener(
                name,
                PluginListener.Plugin(.file(setup.module.string), testCase.settings)
            )
        }
        let envoy: RunningEnvoy
        do {
            envoy = try await RunningEnvoy.start(
                RunningEnvoy.Setup(
                    setup.envoy,
                    supervisor: setup.supervisor,
                    folder: setup.folder,
                    prefix: "\(number)",
                    listeners: listeners,
                    upstream: .socket(socket),
                    startLimit: setup.timeLimit * 6
                )
            )
        } catch let stop as EnvoyStop {
            return .notStarted(stop)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.internalError, "Envoy cannot be started", cause: error)
        }
        let result: Result<Outcome, Failure>
        do throws(Failure) {
            result = .success(try await run(batch, names, in: envoy, upstream))
        } catch {
            result = .failure(error)
        }
        await envoy.end()
        return try result.get()
    }

    private func run(
        _ batch: [TestCase],
        _ names: [String],
        in envoy: RunningEnvoy,
        _ upstream: UpstreamRecorder
    ) async throws(Failure) -> Outcome {
        let loaded: Set<String>
        do throws(EnvoyStop) {
            loaded = try await envoy.loadedListeners()
        } catch {
            return .notStarted(error)
        }
        if let stop = envoy.stop { return .notStarted(stop) }
        let reasons = envoy.rejections(of: names)
        // What Envoy said at the start is about no single case.
        _ = envoy.takeOutput(of: nil)
        var results: [CaseResult] = []
        for (name, testCase) in zip(names, batch) {
            let runner = CaseRunner(
                testCase,
                name: name,
                in: envoy,
                upstream,
                timeLimit: testCase.timeLimit ?? setup.timeLimit
            )
            let rejection = loaded.contains(name) ? nil : reasons[name] ?? "Envoy gives no reason"
            results.append(report(try await runner.run(rejectedBecause: rejection)))
            if envoy.stop != nil || runner.isBlocked { break }
        }
        return .finished(results)
    }
}

extension TestCase {
    /// The result of a case whose Envoy stopped before its first request.
    fileprivate func failed(by stop: EnvoyStop) -> CaseResult {
        let expected = expectsRejection ? "rejected" : "accepted"
        return CaseResult(
            name: name,
            differences: [Difference("load", expected: expected, got: "an Envoy that \(stop.explanation)")],
            log: [],
            duration: .zero
        )
    }
}
