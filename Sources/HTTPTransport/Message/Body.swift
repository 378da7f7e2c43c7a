package import SystemPackage

/// The body of a request, which can be read as often as it has to be sent.
///
/// It goes out under a `Content-Length`, never chunked.
package enum Body: Sendable {
    /// No body; POST, PUT and PATCH then say `Content-Length: 0`.
    case none
    /// These bytes.
    case bytes([UInt8])
    /// The whole of a regular file that has this many bytes.
    ///
    /// It is opened when the request is sent. If its size is another one by then, if it is a link or no regular file, or
    /// if it ends early, the exchange fails with ``TransferError/Kind/bodyUnreadable``.
    case file(FilePath, size: Int)
    /// Some bytes of such a file, by their offsets; the file is measured all the same.
    case slice(FilePath, Range<Int>, size: Int)
}
