/// What a field of a document may contain, as the CRD of its kind says.
indirect enum Shape: Sendable {
    case text(TextShape)
    /// One of some words, in this spelling.
    case word([String])
    case integer(ClosedRange<Int64>)
    case bool
    /// An object with these fields and no others.
    case object([Field])
    /// An object with any members, which the plugin reads.
    case configuration
    /// Any value, which the plugin reads.
    case any
    /// An object whose members are texts.
    case texts
    /// Any value; another rule checks it.
    case elsewhere
    /// Labels of workloads, with Istio's rules.
    case labels
    /// A list; `unique` is the member that identifies an item.
    case list(Shape, limit: Int?, unique: String?)
    /// Any object or list; its members are not checked.
    case unchecked

    static let text = Shape.text(TextShape())

    /// A text with a number of characters.
    static func text(_ count: ClosedRange<Int>) -> Shape { .text(TextShape(count: count)) }
}

/// The rules of a text.
struct TextShape: Sendable {
    var count: ClosedRange<Int> = 0...Int.max
    /// The form of the text in words, and whether a text has it.
    var form: (description: String, isValid: @Sendable (String) -> Bool)?
}

/// A field of an object.
struct Field: Sendable {
    let name: String
    let shape: Shape
    let isRequired: Bool

    init(_ name: String, _ shape: Shape, required: Bool = false) {
        self.name = name
        self.shape = shape
        isRequired = required
    }
}
