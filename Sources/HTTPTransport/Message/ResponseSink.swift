/// Where a response's body goes.
///
/// Its methods are called on the transport's thread, in order, and should not block
/// it for long: all transfers share it.
///
/// A sink may serve several exchanges, one after the other: each begins with ``begin(_:)``.
package protocol ResponseSink: AnyObject, Sendable {
    /// The head is complete and no byte of the body has come; called once for each response, also without a body.
    ///
    /// Throwing ends the transfer at once, and `send` throws that error.
    func begin(_ response: Response) throws(TransferError)

    /// The next bytes of the body; the buffer is valid during the call only.
    ///
    /// Throwing ends the transfer at once, and `send` throws that error.
    func receive(_ bytes: UnsafeRawBufferPointer) throws(TransferError)
}
