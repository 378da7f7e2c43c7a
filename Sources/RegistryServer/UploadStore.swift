import Diagnostics
import HostSystem
import OCI
import Synchronization
import SystemPackage

/// The open uploads of a registry, each in a file named by its identifier and its repository.
///
/// The files outlive the process: a client may continue an upload after the registry was restarted.
final class UploadStore: Sendable {
    /// The name of the folder: no repository and no blob has it.
    static let folderName = ".wasmpack-uploads"
    /// The age after which an upload is abandoned.
    private static let lifetime = Duration.seconds(24 * 3600)
    /// The most open uploads.
    static let limit = 1000

    private let folder: FilePath
    private let space: SpaceLimit
    /// How long the folder is not read again: an upload is abandoned for a day before it is removed.
    private static let sweepInterval = Duration.seconds(60)

    private struct State {
        var open: [String: Upload] = [:]
        /// The number of files in the folder, also those of an earlier process.
        var count = 0
        var lastSweep = ContinuousClock.now
    }

    private let state = Mutex(State())

    /// Opens the folder, which exists, and removes abandoned uploads.
    init(in folder: FilePath, _ space: SpaceLimit) {
        self.folder = folder
        self.space = space
        removeAbandoned()
    }

    /// Starts an upload to a repository; throws ``Failure/Code/rateLimited`` if too many are open.
    func start(in repository: RepositoryName) throws(Failure) -> Upload {
        let isSweepDue = state.withLock {
            $0.count >= Self.limit || $0.lastSweep.duration(to: .now) >= Self.sweepInterval
        }
        if isSweepDue { removeAbandoned() }
        let identifier = String(randomBits: 128)
        let path = Self.path(of: identifier, repository, in: folder)
        let upload = Upload(identifier, at: path, hasher: DigestHasher())
        let hasPlace = state.withLock { state in
            guard state.count < Self.limit else { return false }
            state.count += 1
            state.open[identifier] = upload
            return true
        }
        guard hasPlace else {
            throw Failure(.rateLimited, "\(Self.limit) uploads are open, which is the limit")
        }
        do throws(Failure) {
            _ = try UploadFile(at: path, isNew: true)
            try Directory.synchronize(folder)
        } catch {
            remove(upload)
            throw error
        }
        return upload
    }

    /// Creates a file in the folder that is removed when it is released, and a day after the end of this process at the latest.
    func temporaryFile() throws(Failure) -> TemporaryFile { try TemporaryFile(in: folder) }

    /// Finds an upload to a repository, also one of an earlier process, whose bytes are hashed again; `nil` if there is none.
    func find(_ identifier: String, in repository: RepositoryName) throws(Failure) -> Upload? {
        guard identifier.utf8.count == 32, identifier.utf8.allSatisfy(\.isLowercaseHexadecimal) else {
            return nil
        }
        let path = Self.path(of: identifier, repository, in: folder)
        guard Directory.type(of: path) == .regular else { return nil }
        if let upload = state.withLock({ $0.open[identifier] }) { return upload }
        var hasher = DigestHasher()
        try UploadFile(at: path, isNew: false).forEachPiece { hasher.update($0) }
        let upload = Upload(identifier, at: path, hasher: hasher)
        return state.withLock { state in
            if let other = state.open[identifier] { return other }
            state.open[identifier] = upload
            return upload
        }
    }

    /// Forgets an upload and removes its file, unless that has become a blob.
    func remove(_ upload: Upload) {
        state.withLock { state in
            if state.open.removeValue(forKey: upload.identifier) != nil { state.count -= 1 }
        }
        guard let size = upload.end() else { return }
        space.free(size)
        try? Directory.remove(file: upload.path)
    }

    /// Removes all uploads and the folder.
    func removeAll() {
        for name in files() { remove(name) }
        Directory.removeIfEmpty(folder)
    }

    /// Removes the uploads that nothing has been added to for a day, and counts the others.
    private func removeAbandoned() {
        state.withLock { $0.lastSweep = .now }
        let names = files()
        for name in names {
            if let age = Directory.age(of: folder.appending(name)), age >= Self.lifetime { remove(name) }
        }
        // Those of an earlier process; the open ones are counted as they come and go.
        let remaining = files()
        state.withLock { state in
            let others = remaining.filter { state.open[String($0.prefix { $0 != "-" })] == nil }
            state.count = state.open.count + others.count
        }
    }

    private func remove(_ name: String) {
        let identifier = String(name.prefix { $0 != "-" })
        if let upload = state.withLock({ $0.open[identifier] }) { return remove(upload) }
        try? Directory.remove(file: folder.appending(name))
    }

    private func files() -> [String] { (try? Directory.names(in: folder)) ?? [] }

    /// The repository is a part of the name: an identifier means nothing in another one.
    private static func path(of identifier: String, _ repository: RepositoryName, in folder: FilePath)
        -> FilePath
    {
        folder.appending("\(identifier)-\(Digest(of: Array(repository.description.utf8)).encoded)")
    }
}
