package import Diagnostics

/// An error that ends the reading of bytes.
package enum ReadError<Problem: Sendable>: Error {
    /// The bytes could not be read.
    case failure(Failure)
    /// The bytes are invalid.
    case problem(Problem)
}

/// An error that ends the reading of a part of a module.
package typealias ModuleReadError = ReadError<ModuleProblem>

/// Returns up to `count` bytes of a module at an offset; fewer only at its end.
package typealias ByteFetch = (_ offset: Int, _ count: Int) throws(Failure) -> [UInt8]

extension ModuleOutline {
    /// Reads the outline of a module: at most six bytes of each section.
    ///
    /// - Parameters:
    ///   - size: the size of the module, in bytes.
    ///   - read: returns up to `count` bytes at an offset; fewer only at the end.
    /// - Throws: the reason why the sections cannot be read, and errors of `read`.
    package init(
        size: Int,
        reading read: ByteFetch
    ) throws(ReadError<Problem>) {
        func bytes(_ offset: Int, _ count: Int) throws(ReadError<Problem>) -> [UInt8] {
            do throws(Failure) { return try read(offset, count) } catch { throw .failure(error) }
        }
        if let problem = Preamble.problem(with: try bytes(0, Preamble.excerptSize)) {
            throw .problem(problem)
        }
        var sections: [Section] = []
        var offset = Preamble.size
        while offset < size {
            guard sections.count < Self.sectionCountLimit else { throw .problem(.tooManySections) }
            if Task.isCancelled { throw .failure(.interrupted) }
            let head = try bytes(offset, Self.sectionHeadSize)
            guard let id = head.first, let length = LEB128.unsigned(head.dropFirst()) else {
                throw .problem(.unreadableLength(at: offset))
            }
            let start = offset + 1 + length.byteCount
            guard id <= Self.lastKnownSection else { throw .problem(.unknownSection(id: id, at: offset)) }
            guard length.value <= size - start else {
                throw .problem(
                    .cutSection(at: offset, size: length.value, following: size - start)
                )
            }
            sections.append(Section(id: id, offset: start, size: length.value))
            offset = start + length.value
        }
        self.init(size: size, sections: sections)
    }
}
