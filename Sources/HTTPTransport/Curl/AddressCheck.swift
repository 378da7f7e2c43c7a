import CCurl

/// Asks ``Request/acceptsAddress`` at the two moments that matter, for one transfer.
///
/// Before a socket is opened, so that a refused host sees nothing at all; and before a request goes over a connection
/// that another request has opened.
final class AddressCheck {
    private let accepts: @Sendable (String) -> Bool
    /// The last address that was not accepted.
    private var refused: String?

    /// The check for a request; `nil` when there is nothing to ask.
    init?(_ request: Request) {
        guard let accepts = request.acceptsAddress else { return nil }
        self.accepts = accepts
    }

    /// Makes libcurl ask; whoever calls this keeps the check alive as long as the handle.
    func apply(to easy: inout EasyHandle) throws(TransferError) {
        try easy.setAddressCheck(onAddress, context: Unmanaged.passUnretained(self).toOpaque())
    }

    /// What the end of a transfer means, if it came from here.
    func error(for code: CURLcode) -> TransferError? {
        guard let refused, [CURLE_COULDNT_CONNECT, CURLE_ABORTED_BY_CALLBACK].contains(code) else {
            return nil
        }
        return TransferError(.addressRefused, "its name stands for the address \(refused)")
    }

    fileprivate func takes(_ address: String) -> Bool {
        if accepts(address) { return true }
        refused = address
        return false
    }
}

private func onAddress(_ context: UnsafeMutableRawPointer?, _ address: UnsafePointer<CChar>?) -> Int32 {
    guard let context, let address else { return 0 }
    let check = Unmanaged<AddressCheck>.fromOpaque(context).takeUnretainedValue()
    return check.takes(String(cString: address)) ? 1 : 0
}
