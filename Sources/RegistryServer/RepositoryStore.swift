package import Diagnostics
import HostSystem
package import OCI
import Storage
package import SystemPackage

/// The repositories of a registry: a tree of layouts, or the images of a single one.
package actor RepositoryStore {
    /// The layouts of a registry.
    package enum Content: Sendable {
        /// One layout per repository below a folder.
        case tree(FilePath)
        /// One layout; its images without a full name are those of a repository.
        case layout(FilePath, unnamed: RepositoryName?)

        /// The folder or the layout.
        package var path: FilePath {
            switch self {
            case .tree(let path), .layout(let path, _): path
            }
        }
    }

    /// The most repositories of a single layout whose uploaded blobs are remembered.
    private static let limit = 1000

    /// Where the images are.
    package nonisolated let content: Content
    /// The open uploads; `nil` if the store is read-only.
    nonisolated let uploads: UploadStore?
    /// The space that all blobs may take.
    nonisolated let space: SpaceLimit
    private var opened = OpenedLayouts()
    /// The blobs of each repository of a single layout.
    private var blobs: [RepositoryName: RepositoryBlobs] = [:]
    /// No other server changes the folder as long as this lock exists.
    private let lock: DirectoryLock?
    /// The folders that did not exist before, the innermost first.
    private let created: [FilePath]

    /// Opens a store, and creates the folder if it does not exist.
    ///
    /// - Parameters:
    ///   - content: where the images are.
    ///   - isReadOnly: whether nothing is written; the folder must exist then, and other servers may use it.
    ///   - limit: the most bytes that all blobs and uploads may take; `nil` for as many as the disk has.
    /// - Throws: ``Failure/Code/fileUnwritable`` if another server uses the folder, ``Failure/Code/fileMissing`` if a read-only
    ///   folder does not exist, and errors of opening the layout.
    package init(_ content: Content, isReadOnly: Bool = false, limit: Int? = nil) async throws(Failure) {
        self.content = content
        space = SpaceLimit(limit)
        if case .layout(let path, _) = content {
            let layout = try await ServedLayout(opening: path, below: path)
            _ = try await layout.entries()
            _ = opened.insert(layout, at: path)
        }
        guard !isReadOnly else {
            guard Directory.exists(content.path) else {
                throw Failure(
                    .fileMissing,
                    "no such directory: \(content.path)",
                    try: ["omit --read-only to create it"]
                )
            }
            (uploads, lock, created) = (nil, nil, [])
            return
        }
        created = try Directory.createDurably(content.path)
        do throws(Failure) {
            let folder = content.path.appending(UploadStore.folderName)
            lock = try await Self.locked(folder, for: content)
            uploads = UploadStore(in: folder, space)
        } catch {
            created.forEach(Directory.removeIfEmpty)
            throw error
        }
    }

    /// Creates the folder of uploads and locks it; a server that ends at this moment may remove it in between.
    private static func locked(_ folder: FilePath, for content: Content) async throws(Failure)
        -> DirectoryLock
    {
        var reason: Failure?
        for _ in 0..<100 {
            _ = try Directory.createDurably(folder)
            do throws(Failure) {
                let lock = try await DirectoryLock(on: folder, isShared: false, waiting: .zero)
                if lock.isHeld(on: folder) { return lock }
            } catch  where error.code == .fileMissing {
                reason = error
            } catch {
                reason = error
                break
            }
        }
        throw Failure(
            .fileUnwritable,
            "another server uses \(content.path)",
            why: "one folder belongs to one wasmpack serve at a time",
            try: ["use another folder, or stop the other server"],
            cause: reason
        )
    }

    /// Returns a repository; `nil` if it does not exist and is not to be created.
    func repository(_ name: RepositoryName, creating isCreated: Bool = false) async throws(Failure)
        -> Repository?
    {
        switch content {
        case .layout(let path, let unnamed):
            let layout = try await layout(path, creating: false)
            let naming = name == unnamed ? Repository.Naming.unnamed : .full(name)
            if !isCreated, blobs[name] == nil {
                let repository = Repository(layout: layout, naming: naming, blobs: nil)
                guard try await layout.entries().contains(where: repository.owns) else { return nil }
            }
            return Repository(layout: layout, naming: naming, blobs: blobs(of: name))
        case .tree(let root):
            let path = Self.path(of: name, below: root)
            guard isCreated || ImageLayout.exists(at: path) else {
                opened.remove(path)
                return nil
            }
            return Repository(layout: try await layout(path, creating: isCreated), naming: .whole, blobs: nil)
        }
    }

    /// Returns the names of all repositories, in the order of their bytes.
    nonisolated func names() async throws(Failure) -> [String] {
        var names: Set<String> = []
        switch content {
        case .layout(let path, let unnamed):
            for entry in try await layout(path, creating: false).entries() {
                if let reference = EntryName(of: entry).reference {
                    names.insert(reference.repository.description)
                } else if entry.fullName == nil, let unnamed {
                    names.insert(unnamed.description)
                }
            }
        case .tree(let root): Self.collect(&names, in: root, below: "")
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Removes all open uploads after the end of the server.
    package func close() {
        uploads?.removeAll()
        opened = OpenedLayouts()
    }

    /// Closes the store of a server that could not start, and removes the folders that exist only for it.
    package func abandon() {
        close()
        created.forEach(Directory.removeIfEmpty)
    }

    private func blobs(of name: RepositoryName) -> RepositoryBlobs {
        if let blobs = blobs[name] { return blobs }
        if blobs.count >= Self.limit { blobs = [:] }
        let new = RepositoryBlobs()
        blobs[name] = new
        return new
    }

    private func layout(_ path: FilePath, creating isCreated: Bool) async throws(Failure) -> ServedLayout {
        if let layout = opened[path] { return layout }
        let layout =
            isCreated
            ? try await ServedLayout(creating: path, below: content.path)
            : try await ServedLayout(opening: path, below: content.path)
        return opened.insert(layout, at: path)
    }

    /// Returns the folder of a repository: its name, with `_` before parts that are names in a layout.
    static func path(of name: RepositoryName, below root: FilePath) -> FilePath {
        name.description.split(separator: "/").reduce(root) { path, part in
            path.appending(ImageLayout.entryNames.contains(String(part)) ? "_\(part)" : String(part))
        }
    }

    private static func collect(_ names: inout Set<String>, in folder: FilePath, below prefix: String) {
        for entry in (try? Directory.names(in: folder)) ?? [] {
            let part = entry.hasPrefix("_") ? String(entry.dropFirst()) : entry
            guard ImageLayout.entryNames.contains(part) == entry.hasPrefix("_"),
                let name = try? RepositoryName(parsing: prefix + part)
            else { continue }
            let path = folder.appending(entry)
            guard (try? path.stat(followTargetSymlink: false))?.type == .directory else { continue }
            if ImageLayout.exists(at: path) { names.insert(name.description) }
            collect(&names, in: path, below: name.description + "/")
        }
    }
}
