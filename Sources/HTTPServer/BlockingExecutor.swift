import Dispatch

/// Runs the tasks of connections on threads that may block: requests read and write files.
final class BlockingExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "requests", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
