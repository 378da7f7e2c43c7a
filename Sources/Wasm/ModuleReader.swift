import Diagnostics

/// Reads the sections of a module one after the other, and notes what is wrong with them.
///
/// It holds what the sections say about types, imports and exports; code and data are only walked over. As an engine, it
/// tells the first thing that makes a module invalid only: what follows may be no more than a consequence.
struct ModuleReader {
    var module: Module
    var bytes: ByteReader
    /// The types, functions, … by index, imported ones first.
    var types: [DefinedType] = []
    /// The type of each function, by its index.
    var functions: [Int] = []
    var tables: [Table] = []
    var globals: [Global] = []
    var tags: [FunctionType] = []
    var importedFunctionCount = 0
    /// How many parameters and results of types are held.
    var keptValueTypes = 0
    /// Whether the function map of a `name` section was read: only the first counts.
    var hasNames = false
    /// How many data segments are announced (data count section).
    var dataCount: Int?
    var hasCode = false
    var hasData = false
    private var isInvalid = false
    /// Where the content of sections begins that are not looked into.
    private let skipped: Set<Int>

    /// A global, with its value where that is known before the module runs.
    struct Global {
        let type: StackType
        let isMutable: Bool
        let value: Constant?
    }

    struct Table {
        let type: ReferenceType
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
            if skipped.contains(section.offset) { continue }
            do throws(ModuleReadError) {
                try readContent(of: section)
                if bytes.remaining > 0, section.id != 0 {
                    throw .problem(
                        .invalid(
                            "\(bytes.remaining) bytes are left over in section \(section.id)",
                            at: bytes.offset
                        )
                    )
                }
            } catch {
                switch error {
                case .failure(let failure): throw failure
                case .problem(let problem): note(problem)
                }
            }
        }
        noteWhatIsMissing()
    }

    /// What only the end of the module shows.
    private mutating func noteWhatIsMissing() {
        let size = module.outline.size
        if !hasCode, functions.count > importedFunctionCount {
            note(.invalid("\(functions.count - importedFunctionCount) functions have no bodies", at: size))
        }
        if !hasData, let dataCount, dataCount > 0 {
            note(.invalid("\(dataCount) data segments are announced, but there are none", at: size))
        }
    }

    /// Adds a problem, unless it is one more that makes the module invalid.
    mutating func note(_ problem: ModuleProblem) {
        if problem.kind == .invalid {
            guard !isInvalid else { return }
            isInvalid = true
        }
        module.problems.append(problem)
    }

    /// Adds a problem, unless there is one of the same kind: a module may give reason for thousands.
    mutating func noteOnce(_ problem: ModuleProblem) {
        guard !module.problems.contains(where: { $0.kind == problem.kind }) else { return }
        note(problem)
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
        case 12: dataCount = try bytes.unsigned("the data count")
        default: try readTags()
        }
    }
}

extension ModuleOutline {
    /// The sections that stand where they may, in their order; an engine reads no other.
    package var sectionsInPlace: [Section] {
        var order = SectionOrder()
        return sections.filter { order.problem(with: $0) == nil }
    }
}

/// The order that sections have (WebAssembly, "Binary Format", Modules): each once, custom ones anywhere.
struct SectionOrder {
    private static let known: [UInt8] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11]
    private var next = 0

    /// What is wrong with a section at its place.
    mutating func problem(with section: ModuleOutline.Section) -> ModuleProblem? {
        guard let place = Self.known.firstIndex(of: section.id) else { return nil }
        guard place >= next else {
            return .invalid("section \(section.id) comes too late or twice", at: section.offset)
        }
        next = place + 1
        return nil
    }
}
