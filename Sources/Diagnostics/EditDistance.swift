extension String {
    /// Returns the candidate with the fewest edits; `nil` if all candidates need more edits than the limit.
    ///
    /// An edit inserts, removes or replaces one character (Levenshtein). With several such candidates, returns the first.
    package func nearest(of candidates: some Sequence<String>, within limit: Int) -> String? {
        let text = Array(unicodeScalars)
        let distances = candidates.lazy.map { candidate in
            (candidate: candidate, edits: text.edits(to: Array(candidate.unicodeScalars), within: limit))
        }
        return distances.filter { $0.edits <= limit }.min { $0.edits < $1.edits }?.candidate
    }
}

extension [Unicode.Scalar] {
    /// Returns the number of edits between two texts; a number over the limit if there are more.
    fileprivate func edits(to other: Self, within limit: Int) -> Int {
        // Each additional character is an edit; this check avoids the work for very long texts.
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
