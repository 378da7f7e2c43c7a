extension String {
    /// Returns the candidate that is most like the text; `nil` if each one takes more edits than the limit.
    ///
    /// An edit inserts, removes or replaces one character (Levenshtein). Of several that are alike the first one counts.
    package func nearest(of candidates: some Sequence<String>, within limit: Int) -> String? {
        let text = Array(unicodeScalars)
        let distances = candidates.lazy.map { candidate in
            (candidate: candidate, edits: text.edits(to: Array(candidate.unicodeScalars), within: limit))
        }
        return distances.filter { $0.edits <= limit }.min { $0.edits < $1.edits }?.candidate
    }
}

extension [Unicode.Scalar] {
    /// How many edits make the other text of this one; more than the limit if it would take more.
    fileprivate func edits(to other: Self, within limit: Int) -> Int {
        // A text may be very long: each character more or less is an edit.
        guard abs(count - other.count) <= limit else { return limit + 1 }
        var row = Array<Int>(0...other.count)
        for (position, scalar) in enumerated() {
            var diagonal = position
            row[0] = position + 1
            for (column, wanted) in other.enumerated() {
                let replaced = diagonal + (scalar == wanted ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = Swift.min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[other.count]
    }
}
