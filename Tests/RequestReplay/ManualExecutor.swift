import Dispatch
import Synchronization

/// Runs the tasks that prefer it on the thread that calls ``run()``, so that a test has no thread but its own.
final class ManualExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    private let added = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        added.signal()
    }

    /// Runs everything that can run now; returns whether there was anything.
    func run() -> Bool {
        let jobs = jobs.withLock { jobs in
            defer { jobs = [] }
            return jobs
        }
        for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
        return !jobs.isEmpty
    }

    /// Waits until another thread has added something, some seconds at most; returns whether it has.
    func wait(seconds: Int) -> Bool { added.wait(timeout: .now() + .seconds(seconds)) == .success }
}
