/// The stack of types.
extension BodyValidator {
    /// Bodies of compilers have some hundred values; each value takes four bytes here.
    private static let stackLimit = 4_000_000

    @inline(__always) mutating func push(_ type: StackType) throws(BodyFault) {
        if top < stack.count {
            stack[top] = type
        } else {
            guard top < Self.stackLimit else {
                throw BodyFault("its stack is too deep to check", at: start, isLimit: true)
            }
            stack.append(type)
        }
        top += 1
    }

    mutating func push(_ list: TypeList) throws(BodyFault) {
        for index in 0..<list.count { try push(type(index, of: list)) }
    }

    /// Whether every value can be popped, because the code is unreachable: a long list need not be popped one by one.
    var isBottomless: Bool { isUnreachable && top <= height }

    /// Pops a value of a type.
    @inline(__always) mutating func pop(_ expected: StackType) throws(BodyFault) {
        if top > height, stack[top - 1] == expected {
            top -= 1
        } else {
            try popSlowly(expected)
        }
    }

    private mutating func popSlowly(_ expected: StackType) throws(BodyFault) {
        guard top > height else {
            if isUnreachable { return }
            throw mismatch([expected])
        }
        guard context.types.matches(stack[top - 1], expected) else { throw mismatch([expected]) }
        top -= 1
    }

    mutating func pop(_ list: TypeList) throws(BodyFault) {
        for index in (0..<list.count).reversed() {
            if isBottomless { return }
            try pop(type(index, of: list))
        }
    }

    /// Pops a value of any type.
    mutating func popAny() throws(BodyFault) -> StackType {
        guard top > height else {
            if isUnreachable { return .unknown }
            throw fault("\(name) needs a value, the stack has nothing")
        }
        top -= 1
        return stack[top]
    }

    /// Pops any reference; in unreachable code, V8 continues with a value of any type.
    mutating func popReference() throws(BodyFault) -> StackType {
        let type = try popAny()
        guard type.isReference || type == .unknown else {
            throw fault("\(name) needs a reference, the stack has one \(type)")
        }
        return type
    }

    /// Checks that the stack ends with some types, without a change.
    func require(_ list: TypeList) throws(BodyFault) {
        for index in 0..<list.count {
            let position = top - list.count + index
            let expected = type(index, of: list)
            guard position >= height ? context.types.matches(stack[position], expected) : isUnreachable else {
                throw mismatch(
                    (0..<min(list.count, 4)).map { type(list.count - min(list.count, 4) + $0, of: list) }
                )
            }
        }
    }

    /// Marks the rest of the innermost block as unreachable.
    mutating func becomeUnreachable() {
        top = height
        isUnreachable = true
        frames[frames.count - 1].isUnreachable = true
    }
}

/// Blocks.
extension BodyValidator {
    /// Opens a block; it starts with its parameters if those are given.
    mutating func pushFrame(_ kind: Frame.Kind, _ type: BlockType) throws(BodyFault) {
        guard frames.count < Self.nestingLimit else {
            throw BodyFault("its blocks are nested too deeply to check", at: start, isLimit: true)
        }
        frames.append(
            Frame(
                kind: kind,
                type: type,
                height: Int32(truncatingIfNeeded: top),
                assigned: Int32(truncatingIfNeeded: locals.assignedCount)
            )
        )
        height = top
        isUnreachable = false
    }

    /// Closes the innermost block; its results are not pushed.
    mutating func popFrame() throws(BodyFault) -> Frame {
        guard let frame = frames.last else { throw fault("\(name) is outside of a block") }
        try pop(results(of: frame.type))
        guard top == height else {
            throw fault("\(name) needs an empty stack, which still has \(description(ofTop: 4))")
        }
        frames.removeLast()
        locals.forget(after: Int(frame.assigned))
        height = frames.last.map { Int($0.height) } ?? 0
        isUnreachable = frames.last?.isUnreachable ?? false
        return frame
    }

    /// Returns a block by its distance from the innermost one.
    func frame(_ depth: Int) throws(BodyFault) -> Frame {
        guard depth < frames.count else {
            throw fault("\(name) refers to block \(depth), but there are \(frames.count) blocks")
        }
        return frames[frames.count - 1 - depth]
    }

    /// Engines have no limit; a block takes 20 bytes here.
    private static let nestingLimit = 1_000_000
}
