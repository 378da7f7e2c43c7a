import Storage
import SystemPackage

/// The layouts that a registry keeps open; each keeps one open file, and the lock that protects its blobs.
struct OpenedLayouts {
    /// The most open layouts; then the one that was not used for the longest time is closed.
    private static let limit = 64

    private var layouts: [FilePath: (layout: ServedLayout, use: Int)] = [:]
    private var uses = 0

    /// Returns an open layout; `nil` if there is none, or if another program has removed its folder.
    subscript(path: FilePath) -> ServedLayout? {
        mutating get {
            guard let layout = layouts[path]?.layout else { return nil }
            guard layout.isCurrent else {
                layouts[path] = nil
                return nil
            }
            uses += 1
            layouts[path]?.use = uses
            return layout
        }
    }

    /// Adds a layout; returns the one that is there already, because its changes are made one after the other.
    mutating func insert(_ layout: ServedLayout, at path: FilePath) -> ServedLayout {
        if let other = self[path] { return other }
        if layouts.count >= Self.limit, let oldest = layouts.min(by: { $0.value.use < $1.value.use }) {
            layouts[oldest.key] = nil
        }
        uses += 1
        layouts[path] = (layout, uses)
        return layout
    }

    /// Closes a layout.
    mutating func remove(_ path: FilePath) { layouts[path] = nil }
}
