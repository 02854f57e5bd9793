import KuagerFFI

/// Values of answers as literals: `12`, `"yes"`, `["kk", "ru"]`, `["P03.role": "member", "P03.issued": 500]`.
extension Value: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// A number.
    public init(integerLiteral value: Int64) {
        self = .int(value: value)
    }

    /// A choice's key, or free text.
    public init(stringLiteral value: String) {
        self = .text(value: value)
    }

    /// Several choices, or the entries of a repeat group.
    public init(arrayLiteral elements: Value...) {
        self = .list(values: elements)
    }

    /// The answers of a group, by question. Of a question that is there twice, the last counts.
    public init(dictionaryLiteral elements: (String, Value)...) {
        self = .group(answers: Dictionary(elements) { _, last in last })
    }
}
