import Diagnostics

extension String {
    /// The text encoded as the value of a query item or form field: all characters except RFC 3986's unreserved ones
    /// (§2.3) are percent-encoded.
    var queryValue: String { percentEncoded(keeping: "-._~") }
}
