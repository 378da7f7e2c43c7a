import Testing

/// The list of decision records.
struct DecisionTests {
    @Test func `each row has the title of its record`() throws {
        let rows = try Document("docs/decisions/README.md").prose.compactMap {
            $0.wholeMatch(of: /\| \[(\d{4})\]\((.+)\) \| (.+) \|/)
        }
        let records = try Document.pages().filter { $0.path.contains(/docs\/decisions\/\d{4}-/) }
        #expect(rows.count == records.count)
        for row in rows {
            let record = try Document("docs/decisions/\(row.output.2)")
            #expect(record.headings.first == "# \(row.output.1) \(row.output.3)")
        }
    }
}
