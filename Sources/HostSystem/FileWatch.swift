import Dispatch
import Synchronization
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reports when a file has a new content that is complete: after a rename to its name, or when its writer closes it; and when
/// the file was removed.
///
/// Linux reports both (inotify). Elsewhere, the file is checked four times a second, and is complete when two checks in a row
/// find the same size and times. The file need not exist, and its folder may be removed and created again.
package final class FileWatch: Sendable {
    /// The time of each change; changes while one is being handled are one.
    package let changes: AsyncStream<ContinuousClock.Instant>
    private let isEnded = Flag()

    private final class Flag: Sendable {
        private let value = Mutex(false)
        var isSet: Bool { value.withLock { $0 } }
        func set() { value.withLock { $0 = true } }
    }

    /// Begins to watch a path, which may be a symbolic link.
    ///
    /// - Parameters:
    ///   - path: the path of the file.
    ///   - usesNotifications: whether the system's notifications are used, if there are any.
    package init(_ path: FilePath, usesNotifications: Bool = true) {
        let (changes, continuation) = AsyncStream.makeStream(
            of: ContinuousClock.Instant.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        self.changes = changes
        #if os(Linux)
            let notifications = usesNotifications ? FileNotifications(of: path) : nil
        #else
            let notifications: FileNotifications? = nil
        #endif
        let checks = FileChecks(of: path)
        DispatchQueue(label: "watch").async { [isEnded] in
            var (notifications, checks) = (notifications, checks)
            while !isEnded.isSet {
                let isChanged = notifications == nil ? checks.wait() : notifications?.wait() ?? false
                if isChanged, !isEnded.isSet { continuation.yield(.now) }
            }
            notifications?.close()
            continuation.finish()
        }
    }

    deinit { isEnded.set() }
}

/// A file and its state at regular checks.
private struct FileChecks {
    /// The time between two checks, in microseconds.
    private static let period: useconds_t = 250_000

    /// What changes with the content of a file.
    private struct Signature: Equatable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int

        init?(of path: FilePath) {
            guard let stat = try? path.stat() else { return nil }
            device = UInt64(truncatingIfNeeded: stat.deviceID.rawValue)
            inode = UInt64(truncatingIfNeeded: stat.inode.rawValue)
            size = Int64(stat.size)
            seconds = Int(stat.st_mtim.tv_sec)
            nanoseconds = Int(stat.st_mtim.tv_nsec)
        }
    }

    private let path: FilePath
    /// The state that was reported.
    private var reported: Signature?
    /// The state at the last check.
    private var last: Signature?

    init(of path: FilePath) {
        self.path = path
        reported = Signature(of: path)
        last = reported
    }

    /// Waits for the next check; returns whether the file is complete and has changed since the last report.
    mutating func wait() -> Bool {
        usleep(Self.period)
        let now = Signature(of: path)
        defer { last = now }
        guard now == last, now != reported else { return false }
        reported = now
        return true
    }
}

#if os(Linux)
    /// Notifications of the system about a file (inotify).
    private struct FileNotifications {
        /// How often the folders are checked, in milliseconds: whether they are still those that are watched.
        private static let period: CInt = 1000
        /// The size of an event without its name, in bytes.
        private static let headSize = 16

        /// A folder in which a name is watched.
        private struct Place: Equatable {
            let folder: FilePath
            let name: [UInt8]
            let device: UInt64
            let inode: UInt64
        }

        private let path: FilePath
        private let descriptor: CInt
        private var places: [Place] = []
        /// The numbers of the watches, one for each folder.
        private var watches: Set<CInt> = []

        /// Begins to watch; `nil` if the system cannot.
        init?(of path: FilePath) {
            self.path = path
            descriptor = inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK))
            guard descriptor >= 0 else { return nil }
            _ = update()
            if watches.isEmpty, !places.isEmpty {
                // The limit of watches, for example.
                close()
                return nil
            }
        }

        func close() { _ = systemClose(descriptor) }

        /// Waits for events or for the next check of the folders; returns whether the file may have changed.
        mutating func wait() -> Bool {
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let isReady = poll(&polled, 1, Self.period) > 0
            let isChanged = isReady ? read() : false
            // Also after an event: a link may now point to another file.
            return update() || isChanged
        }

        /// The folders of the path and, for a link, of its target.
        private func currentPlaces() -> [Place] {
            let isLink = (try? path.stat(followTargetSymlink: false))?.type == .symbolicLink
            let target: FilePath? = isLink ? Directory.resolved(path) : nil
            return [path, target].compactMap(\.self).compactMap { path in
                guard let name = path.lastComponent?.string, let stat = try? path.directory.stat() else {
                    return nil
                }
                return Place(
                    folder: path.directory,
                    name: Array(name.utf8),
                    device: UInt64(truncatingIfNeeded: stat.deviceID.rawValue),
                    inode: UInt64(truncatingIfNeeded: stat.inode.rawValue)
                )
            }
        }

        /// Watches other folders if they have changed; returns whether they have.
        private mutating func update() -> Bool {
            let now = currentPlaces()
            guard now != places else { return false }
            for watch in watches { _ = inotify_rm_watch(descriptor, watch) }
            watches = []
            let mask =
                UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE) | UInt32(IN_MOVED_FROM)
            for place in now {
                let watch = place.folder.withPlatformString { inotify_add_watch(descriptor, $0, mask) }
                if watch >= 0 { watches.insert(watch) }
            }
            places = now
            return true
        }

        /// Reads the events that have come; returns whether one is about the file.
        private mutating func read() -> Bool {
            var isChanged = false
            var buffer = [UInt8](repeating: 0, count: 1 << 14)
            while true {
                let count = systemRead(descriptor, &buffer, buffer.count)
                guard count > 0 else { return isChanged }
                var rest = buffer.prefix(count)
                while rest.count >= Self.headSize {
                    let numbers = rest.prefix(Self.headSize).withUnsafeBytes { bytes in
                        (0..<4).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self) }
                    }
                    let name = rest.dropFirst(Self.headSize).prefix(Int(numbers[3]))
                    rest = rest.dropFirst(Self.headSize + Int(numbers[3]))
                    // The names of the lost events are not known.
                    if numbers[1] & UInt32(IN_Q_OVERFLOW) != 0 { isChanged = true }
                    let watch = CInt(bitPattern: numbers[0])
                    guard watches.contains(watch) else { continue }
                    // The folder was removed; another one may have its inode already.
                    if numbers[1] & UInt32(IN_IGNORED) != 0 { places = [] }
                    let written = Array(name.prefix { $0 != 0 })
                    if places.contains(where: { $0.name == written }) { isChanged = true }
                }
            }
        }
    }

    private func systemClose(_ descriptor: CInt) -> CInt { close(descriptor) }

    private func systemRead(_ descriptor: CInt, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
        read(descriptor, buffer, count)
    }
#else
    /// Notifications are used only on Linux.
    private struct FileNotifications {
        func wait() -> Bool { false }
        func close() {}
    }
#endif
