/// The way to send a blob to an upload session (distribution spec 1.1, "Pushing blobs").
///
/// No strategy works with all registries; each strategy is for registries that reject the one before it.
enum UploadStrategy: Int, Comparable, Sendable {
    /// One PUT with the whole content, which also ends the session.
    case put
    /// One PATCH with the whole content, without `Content-Range`; then an empty PUT.
    case patch
    /// PATCHes with `Content-Range`, one after the other, which the registry may keep separately; then an empty PUT.
    case chunks

    static func < (left: UploadStrategy, right: UploadStrategy) -> Bool { left.rawValue < right.rawValue }

    /// Returns the strategy to try after this one was rejected with a status; `nil` if the status has another cause.
    func next(after status: Int) -> UploadStrategy? {
        switch status {
        // The registry or a proxy limits the size of a request, so smaller ones may succeed.
        case 413, 416: self < .chunks ? .chunks : nil
        case 404, 405, 411, 415, 501: self == .put ? .patch : nil
        default: nil
        }
    }
}
