import CCurl

/// Calls ``Request/acceptsAddress`` and ``Request/reachedAddress`` for one transfer.
///
/// It is called before a socket is opened, so that a rejected host receives nothing, and before a connection of another
/// request is reused.
final class AddressCheck {
    private let accepts: @Sendable (String) -> Bool
    private let reached: @Sendable (String) -> Void
    /// The last rejected address.
    private var rejected: String?

    /// Creates the check for a request; `nil` without ``Request/acceptsAddress``, and then ``Request/reachedAddress`` is
    /// not called either.
    init?(_ request: Request) {
        guard let accepts = request.acceptsAddress else { return nil }
        self.accepts = accepts
        reached = request.reachedAddress ?? { _ in }
    }

    /// Registers the check with libcurl; the caller keeps the check alive as long as the handle.
    func apply(to easy: inout EasyHandle) throws(TransferError) {
        try easy.setAddressCheck(onAddress, context: Unmanaged.passUnretained(self).toOpaque())
    }

    /// Returns the error of a transfer that this check ended; `nil` if the check did not end it.
    func error(for code: CURLcode) -> TransferError? {
        guard let rejected, [CURLE_COULDNT_CONNECT, CURLE_ABORTED_BY_CALLBACK].contains(code) else {
            return nil
        }
        return TransferError(.addressRejected, "its name resolves to the address \(rejected)")
    }

    fileprivate func check(_ address: String, isConnected: Bool) -> Bool {
        guard accepts(address) else {
            rejected = address
            return false
        }
        if isConnected { reached(address) }
        return true
    }
}

private func onAddress(
    _ context: UnsafeMutableRawPointer?,
    _ address: UnsafePointer<CChar>?,
    _ isConnected: Int32
) -> Int32 {
    guard let context, let address else { return 0 }
    let addressCheck = Unmanaged<AddressCheck>.fromOpaque(context).takeUnretainedValue()
    return addressCheck.check(String(cString: address), isConnected: isConnected != 0) ? 1 : 0
}
