import Diagnostics

/// Reads a module's sections in order and collects problems.
///
/// It keeps types, imports and exports, validates the code, and skips data. Like an engine, it reports only the first
/// validation error, because later ones may be consequences.
struct ModuleReader {
    var module: Module
    var bytes: ByteReader
    var types = TypeSpace()
    /// The types of functions in imports and exports, by their index.
    var shownTypes: [Int: FunctionType] = [:]
    /// The index of each function's type, by the function's index, imported ones first.
    var functions: [Int] = []
    var tables: [Table] = []
    var globals: [Global] = []
    /// The index of each tag's type.
    var tags: [Int] = []
    /// The type of each element segment's entries.
    var elements: [StackType] = []
    /// Whether a function may be the target of `ref.func`: the ones that exports, elements and constants name.
    var declared: [Bool] = []
    var importedFunctionCount = 0
    /// Whether a `name` section was read: only the first counts.
    var hasNames = false
    /// The value of the data count section.
    var dataCount: Int?
    var hasCode = false
    var hasData = false
    /// The features in ``Module/features``.
    var features = FeatureSet()
    private(set) var isInvalid = false
    /// Whether a section was not read to its end.
    private(set) var isIncomplete = false
    /// The offsets of sections that are not read.
    private let skipped: Set<Int>

    /// A global, with its value if that is known before the module runs.
    struct Global {
        let type: StackType
        let isMutable: Bool
        let value: Constant?
    }

    struct Table {
        let type: StackType
        let limits: Limits
    }

    init(_ outline: ModuleOutline, _ bytes: ByteReader, skipping skipped: Set<Int>) {
        module = Module(outline)
        self.bytes = bytes
        self.skipped = skipped
    }

    mutating func read() throws(Failure) {
        var order = SectionOrder()
        for section in module.outline.sections {
            bytes.read(from: section.offset, to: section.offset + section.size)
            if let problem = order.problem(with: section) {
                note(problem)
                continue
            }
            if skipped.contains(section.offset) {
                // Exports declare functions for `ref.func`.
                isIncomplete = isIncomplete || section.id != 0
                continue
            }
            do throws(ModuleReadError) {
                try readContent(of: section)
                if bytes.remaining > 0, section.id != 0 {
                    throw .problem(
                        .invalid(
                            "section \(section.id) has \(bytes.remaining) bytes after its content",
                            at: bytes.offset
                        )
                    )
                }
            } catch {
                switch error {
                case .failure(let failure): throw failure
                case .problem(let problem):
                    isIncomplete = isIncomplete || section.id != 0
                    note(problem)
                }
            }
        }
        noteMissingSections()
    }

    /// Notes missing code and data sections, at the end of the module.
    private mutating func noteMissingSections() {
        let size = module.outline.size
        if !hasCode, functions.count > importedFunctionCount {
            note(.invalid("\(functions.count - importedFunctionCount) functions have no bodies", at: size))
        }
        if !hasData, let dataCount, dataCount > 0 {
            note(.invalid("the data count is \(dataCount), but there is no data section", at: size))
        }
    }

    /// Adds a problem, except a second one that makes the module invalid.
    mutating func note(_ problem: ModuleProblem) {
        if problem.kind == .invalid {
            guard !isInvalid else { return }
            isInvalid = true
        }
        module.problems.append(problem)
    }

    /// Adds a problem unless there is one of the same kind, because a module may have thousands.
    mutating func noteOnce(_ problem: ModuleProblem) {
        guard !module.problems.contains(where: { $0.kind == problem.kind }) else { return }
        note(problem)
    }

    /// Remembers the first use of a feature outside of function bodies.
    mutating func use(_ feature: ModuleFeature, at offset: Int) {
        guard features.insert(feature) else { return }
        module.features.append(FeatureUse(feature, at: offset))
    }

    /// Remembers that a function is named outside of function bodies.
    mutating func declare(_ function: Int) {
        guard function < functions.count else { return }
        if declared.count < functions.count {
            declared += [Bool](repeating: false, count: functions.count - declared.count)
        }
        declared[function] = true
    }

    private mutating func readContent(of section: ModuleOutline.Section) throws(ModuleReadError) {
        switch section.id {
        case 0: try readCustomSection()
        case 1: try readTypes()
        case 2: try readImports()
        case 3: try readFunctions()
        case 4: try readTables()
        case 5: try readMemories()
        case 6: try readGlobals()
        case 7: try readExports()
        case 8: try readStart()
        case 9: try readElements()
        case 10: try readCode()
        case 11: try readData()
        case 12:
            use(.bulkMemory, at: bytes.offset)
            dataCount = try bytes.unsigned("the data count")
        default: try readTags()
        }
    }
}

extension ModuleOutline {
    /// The sections in the order of the file, without those that are out of order or repeated; an engine reads only these.
    package var sectionsInPlace: [Section] {
        var order = SectionOrder()
        return sections.filter { order.problem(with: $0) == nil }
    }
}

/// The required order of sections (WebAssembly, "Binary Format", Modules): each once, custom ones anywhere.
struct SectionOrder {
    private static let known: [UInt8] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11]
    private var next = 0

    /// Returns the problem with a section at its position; `nil` if the order is right.
    mutating func problem(with section: ModuleOutline.Section) -> ModuleProblem? {
        guard let position = Self.known.firstIndex(of: section.id) else { return nil }
        guard position >= next else {
            return .invalid("section \(section.id) is out of order or repeated", at: section.offset)
        }
        next = position + 1
        return nil
    }
}
