/// How a blob is sent into an upload session (distribution spec 1.1, "Pushing blobs").
///
/// No way is taken by all registries; each next one is for those that refuse the one before.
enum UploadStrategy: Int, Comparable, Sendable {
    /// One PUT with the whole content, which also ends the session.
    case put
    /// One PATCH with the whole content, without `Content-Range`; then an empty PUT.
    case patch
    /// PATCHes with `Content-Range`, one after the other, each of which the registry may keep; then an empty PUT.
    case chunks

    static func < (one: UploadStrategy, other: UploadStrategy) -> Bool { one.rawValue < other.rawValue }

    /// The way to take when this one is refused with a status; `nil` when the refusal is about something else.
    func next(after status: Int) -> UploadStrategy? {
        switch status {
        // Too large for one request, here or on the way: smaller ones may pass.
        case 413, 416: self < .chunks ? .chunks : nil
        case 404, 405, 411, 415, 501: self == .put ? .patch : nil
        default: nil
        }
    }
}
