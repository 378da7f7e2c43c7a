extension String {
    /// Returns the candidate with the fewest edits; `nil` if all candidates need more edits than the limit.
    ///
    /// An edit inserts, removes or replaces one character, or swaps two neighbors (optimal string alignment). With several
    /// such candidates, returns the first.
    package func nearest(of candidates: some Sequence<String>, within limit: Int) -> String? {
        let text = Array(unicodeScalars)
        let distances = candidates.lazy.map { candidate in
            (candidate: candidate, edits: text.edits(to: Array(candidate.unicodeScalars), within: limit))
        }
        return distances.filter { $0.edits <= limit }.min { $0.edits < $1.edits }?.candidate
    }

    /// Returns the candidate that was probably meant; in a short word, one edit is a typing error and two are not.
    package func nearestWord(of candidates: some Sequence<String>) -> String? {
        nearest(of: candidates, within: unicodeScalars.count > 5 ? 2 : 1)
    }
}

extension [Unicode.Scalar] {
    /// Returns the number of edits between two texts; a number over the limit if there are more.
    fileprivate func edits(to other: Self, within limit: Int) -> Int {
        // Each additional character is an edit; this check avoids the work for very long texts.
        guard abs(count - other.count) <= limit else { return limit + 1 }
        var previous: [Int] = []
        var row = Array<Int>(0...other.count)
        for (position, scalar) in enumerated() {
            var next = [position + 1]
            for (column, wanted) in other.enumerated() {
                var edits = Swift.min(
                    row[column] + (scalar == wanted ? 0 : 1),
                    next[column] + 1,
                    row[column + 1] + 1
                )
                if position > 0, column > 0, scalar == other[column - 1], self[position - 1] == wanted {
                    edits = Swift.min(edits, previous[column - 1] + 1)
                }
                next.append(edits)
            }
            (previous, row) = (row, next)
        }
        return row[other.count]
    }
}
