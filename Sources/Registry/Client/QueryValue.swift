import Diagnostics

extension String {
    /// The text as the value of a query item or form field: everything but RFC 3986's unreserved characters (§2.3) is
    /// percent-encoded.
    var queryValue: String { percentEncoded(keeping: "-._~") }
}
