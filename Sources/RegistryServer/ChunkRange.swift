import HTTPServer

/// The range of a chunk, in bytes of its blob: `Content-Range: FIRST-LAST` (distribution spec, "Pushing a blob in chunks").
struct ChunkRange: Equatable {
    /// The offset of the first byte.
    let first: Int
    /// The number of bytes.
    let count: Int

    /// Reads the range of a request; `nil` if it has none.
    ///
    /// The specification omits the unit, and RFC 9110 the size of a chunk; clients add them. Throws `BLOB_UPLOAD_INVALID` for
    /// another form, and `SIZE_INVALID` if `Content-Length` is different.
    init?(of request: ServerRequest) throws(RegistryError) {
        guard let field = request[field: "Content-Range"] else { return nil }
        let range = field.split(separator: "/").first?.split(separator: " ").last ?? ""
        let bounds = range.split(separator: "-", omittingEmptySubsequences: false).map {
            String($0).wholeNumber
        }
        guard bounds.count == 2, let first = bounds[0], let last = bounds[1], last >= first - 1 else {
            throw RegistryError(400, .blobUploadInvalid, "Content-Range is not FIRST-LAST")
        }
        let (count, isOver) = (last - first).addingReportingOverflow(1)
        guard !isOver, request[field: "Content-Length"].map({ $0.wholeNumber == count }) ?? true else {
            throw RegistryError(400, .sizeInvalid, "Content-Range and Content-Length are different")
        }
        self.first = first
        self.count = count
    }
}
