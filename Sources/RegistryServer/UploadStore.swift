import Diagnostics
import HostSystem
import OCI
import Storage
import Synchronization
import SystemPackage

/// The open uploads of a registry, each in a file named by its identifier.
///
/// The files outlive the process: a client may continue an upload after the registry was restarted.
final class UploadStore: Sendable {
    /// The name of the folder: no repository and no blob has it.
    static let folderName = ".wasmpack-uploads"
    /// The age after which an upload is abandoned.
    private static let lifetime = Duration.seconds(24 * 3600)

    private let folder: FilePath
    private let open = Mutex<[String: Upload]>([:])

    /// Opens the folder, which exists, and removes abandoned uploads.
    init(in folder: FilePath) throws(Failure) {
        self.folder = folder
        removeAbandoned()
    }

    /// Starts an upload.
    func start() throws(Failure) -> Upload {
        removeAbandoned()
        let identifier = String(randomBits: 128)
        let upload = Upload(identifier, at: folder.appending(identifier), hasher: DigestHasher())
        _ = try UploadFile(at: upload.path, isNew: true)
        try Directory.synchronize(folder)
        open.withLock { $0[identifier] = upload }
        return upload
    }

    /// Finds an upload, also one of an earlier process, whose bytes are hashed again; `nil` if there is none.
    func find(_ identifier: String) throws(Failure) -> Upload? {
        guard identifier.utf8.count == 32, identifier.utf8.allSatisfy(\.isLowercaseHexadecimal) else {
            return nil
        }
        let path = folder.appending(identifier)
        guard Directory.type(of: path) == .regular else {
            open.withLock { _ = $0.removeValue(forKey: identifier) }
            return nil
        }
        if let upload = open.withLock({ $0[identifier] }) { return upload }
        var hasher = DigestHasher()
        try UploadFile(at: path, isNew: false).forEachPiece { hasher.update($0) }
        let upload = Upload(identifier, at: path, hasher: hasher)
        return open.withLock { open in
            if let other = open[identifier] { return other }
            open[identifier] = upload
            return upload
        }
    }

    /// Forgets an upload and removes its file, unless that has become a blob.
    func remove(_ upload: Upload) {
        open.withLock { _ = $0.removeValue(forKey: upload.identifier) }
        try? Directory.remove(file: upload.path)
    }

    /// Removes all uploads and the folder.
    func removeAll() {
        open.withLock { $0 = [:] }
        removeFiles { _ in true }
        Directory.removeIfEmpty(folder)
    }

    private func removeAbandoned() {
        removeFiles { path in Directory.age(of: path).map { $0 >= Self.lifetime } ?? false }
    }

    private func removeFiles(where isRemoved: (FilePath) -> Bool) {
        for name in (try? Directory.names(in: folder)) ?? [] {
            let path = folder.appending(name)
            guard isRemoved(path) else { continue }
            open.withLock { _ = $0.removeValue(forKey: name) }
            try? Directory.remove(file: path)
        }
    }
}

/// One upload: the file with the bytes so far, and their digest.
final class Upload: Sendable {
    private struct State: ~Copyable {
        var hasher: DigestHasher
        /// Counts the requests that write.
        ///
        /// Only the newest may: an older one may have lost its client without noticing.
        var writer = 0
    }

    let identifier: String
    let path: FilePath
    private let state: Mutex<State>

    init(_ identifier: String, at path: FilePath, hasher: consuming DigestHasher) {
        self.identifier = identifier
        self.path = path
        state = Mutex(State(hasher: hasher))
    }

    /// The number of bytes so far.
    var size: Int { state.withLock { $0.hasher.byteCount } }

    /// Begins a request that writes, and returns its number; earlier ones can write no more.
    func beginWriting() -> Int {
        state.withLock { state in
            state.writer += 1
            return state.writer
        }
    }

    /// Appends bytes, all or none.
    ///
    /// Throws ``Failure/Code/connectionLost`` if a newer request has begun to write, and errors of writing.
    func append(_ bytes: UnsafeRawBufferPointer, to file: UploadFile, as writer: Int) throws(Failure) {
        try state.withLock { state throws(Failure) in
            guard state.writer == writer else {
                throw Failure(.connectionLost, "another request continues this upload")
            }
            do throws(Failure) {
                try file.append(bytes)
            } catch {
                try? file.truncate(to: state.hasher.byteCount)
                throw error
            }
            state.hasher.update(bytes)
        }
    }

    /// Moves the bytes into a layout if they have a digest; returns whether they have it.
    ///
    /// Only the request that began to write last may finish; throws as ``append(_:to:as:)`` does.
    func finish(_ file: UploadFile, as digest: Digest, in layout: ServedLayout, writer: Int) throws(Failure)
        -> Bool
    {
        try state.withLock { state throws(Failure) in
            guard state.writer == writer else {
                throw Failure(.connectionLost, "another request continues this upload")
            }
            if digest.algorithm == .sha256 {
                guard state.hasher.digest() == digest else { return false }
            } else {
                var hasher = DigestHasher(digest.algorithm)
                try file.forEachPiece { hasher.update($0) }
                guard hasher.digest() == digest else { return false }
            }
            try layout.insert(file, as: digest)
            state.writer += 1
            return true
        }
    }
}
