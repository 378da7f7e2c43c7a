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

    /// How many layouts stay open; each keeps one open file.
    private static let openLimit = 64

    nonisolated let content: Content
    nonisolated let uploads: UploadStore
    private var opened: [FilePath: ServedLayout] = [:]
    /// No other server uses the folder as long as this lock exists.
    private let lock: DirectoryLock

    /// Opens a store, and creates the folder if it does not exist.
    ///
    /// Throws ``Failure/Code/fileUnwritable`` if another server uses the folder, and errors of opening the layout.
    package init(_ content: Content) async throws(Failure) {
        self.content = content
        let folder = content.path.appending(UploadStore.folderName)
        if case .layout(let path, _) = content {
            let layout = try await ServedLayout(opening: path)
            _ = try await layout.entries()
            opened[path] = layout
        }
        try Directory.create(folder)
        do throws(Failure) {
            lock = try await DirectoryLock(on: folder, isShared: false, waiting: .zero)
        } catch {
            throw Failure(
                .fileUnwritable,
                "another server uses \(content.path)",
                why: "one folder belongs to one wasmpack serve at a time",
                try: ["use another folder, or stop the other server"],
                cause: error
            )
        }
        uploads = try UploadStore(in: folder)
    }

    /// Returns a repository; `nil` if it does not exist and is not to be created.
    func repository(_ name: RepositoryName, creating isCreated: Bool = false) async throws(Failure)
        -> Repository?
    {
        switch content {
        case .layout(let path, let unnamed):
            let layout = try await layout(path, creating: false)
            let repository = Repository(layout: layout, naming: name == unnamed ? .unnamed : .full(name))
            if isCreated { return repository }
            return try await layout.entries().contains(where: repository.owns) ? repository : nil
        case .tree(let root):
            let path = Self.path(of: name, below: root)
            guard isCreated || ImageLayout.exists(at: path) else {
                opened[path] = nil
                return nil
            }
            return Repository(layout: try await layout(path, creating: isCreated), naming: .whole)
        }
    }

    /// Returns the names of all repositories, in the order of their bytes.
    func names() async throws(Failure) -> [String] {
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
        uploads.removeAll()
        opened = [:]
    }

    private func layout(_ path: FilePath, creating isCreated: Bool) async throws(Failure) -> ServedLayout {
        if let layout = opened[path], ImageLayout.exists(at: path) { return layout }
        let layout =
            isCreated
            ? try await ServedLayout(creating: path, below: content.path)
            : try await ServedLayout(opening: path)
        // Another request may have opened it meanwhile; both must use one value, which serializes their changes.
        if let other = opened[path] { return other }
        if opened.count >= Self.openLimit { opened = [:] }
        opened[path] = layout
        return layout
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
