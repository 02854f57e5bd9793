import Foundation
import Kuager

/// A value of a scenario file. Numbers are whole.
enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Int64)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    /// The field of an object; null where there is none.
    subscript(field: String) -> JSON {
        guard case .object(let fields) = self else { return .null }
        return fields[field] ?? .null
    }

    var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    var number: Int64? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    var list: [JSON] {
        guard case .list(let values) = self else { return [] }
        return values
    }

    var object: [String: JSON] {
        guard case .object(let fields) = self else { return [:] }
        return fields
    }

    static func read(_ file: URL) throws -> JSON {
        try JSONDecoder().decode(JSON.self, from: Data(contentsOf: file))
    }

    /// One line.
    func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension JSON: Codable {
    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Int64.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let values = try? value.decode([JSON].self) {
            self = .list(values)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .bool(let bool): try value.encode(bool)
        case .number(let number): try value.encode(number)
        case .text(let text): try value.encode(text)
        case .list(let values): try value.encode(values)
        case .object(let fields): try value.encode(fields)
        }
    }
}

extension JSON {
    init(_ value: Value) {
        switch value {
        case .int(let value): self = .number(value)
        case .text(let value): self = .text(value)
        case .list(let values): self = .list(values.map(JSON.init))
        case .group(let answers): self = .object(answers.mapValues(JSON.init))
        }
    }

    /// The name of an enum's case, in snake case as scenarios write it.
    init(caseOf value: some Any) {
        let name = String(describing: value).prefix { $0 != "(" }
        self = .text(name.map { $0.isUppercase ? "_\($0.lowercased())" : String($0) }.joined())
    }

    init(_ number: Int) {
        self = .number(Int64(number))
    }

    init(_ text: String?) {
        self = text.map(JSON.text) ?? .null
    }

    /// As an answer; nothing for null, which clears one.
    func answer() throws -> Value? {
        switch self {
        case .null: nil
        case .bool: throw Unexpected("answers have no booleans")
        case .number(let value): .int(value: value)
        case .text(let value): .text(value: value)
        case .list(let values): .list(values: try values.compactMap { try $0.answer() })
        case .object(let fields): .group(answers: try fields.compactMapValues { try $0.answer() })
        }
    }
}

/// What did not come out as the scenario says.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
