import Kuager

/// One block of a form's screen, in the order of the paper: what is asked, and around it the headings of groups, the heads of the
/// entries of repeat groups, and a way to add one more.
public struct FormRow: Identifiable, Equatable, Sendable {
    /// What the block is for.
    public enum Part: Hashable, Sendable {
        /// A question to be answered.
        case question
        /// The heading of a group.
        case group
        /// The head of an entry of a repeat group, by its number from 0, with a way to take it out.
        case entry(Int64)
        /// One entry more of a repeat group, where there may be one more.
        case more
    }

    /// Whether it is still the same block. Once an entry was taken out, the blocks of its group are others: the entries after it
    /// moved up, and a field that somebody is typing in would otherwise save one entry's text to another.
    public struct ID: Hashable, Sendable {
        let place: Place
        let part: Part
        let removals: Int
    }

    /// What the block is for.
    public let part: Part
    /// The question or, of every other part, the group.
    public let question: Asked
    /// Its identity.
    public let id: ID

    init(_ part: Part, _ question: Asked, removals: Int = 0) {
        self.part = part
        self.question = question
        id = ID(place: question.place, part: part, removals: removals)
    }

    /// The blocks of a form.
    ///
    /// - Parameters:
    ///   - asked: What the form asks.
    ///   - removals: How often an entry was taken out, by group.
    /// - Returns: One below the other.
    static func rows(of asked: [Asked], removals: [String: Int]) -> [FormRow] {
        let entries = Dictionary(grouping: asked.filter { $0.place.group != nil }, by: \.place.group)
        return asked.filter { $0.place.group == nil }.flatMap { question in
            guard question.repeats else { return [FormRow(question)] }
            let group = question.place.question
            return rows(ofGroup: question, asked: entries[group] ?? [], removals: removals[group] ?? 0)
        }
    }

    private static func rows(ofGroup group: Asked, asked: [Asked], removals: Int) -> [FormRow] {
        // An entry that asks nothing at the moment is there all the same, and can be taken out.
        var count = asked.compactMap(\.place.entry).max().map { $0 + 1 } ?? 0
        if case .list(let entries) = group.value { count = max(count, Int64(entries.count)) }
        let entries = (0..<count).flatMap { entry in
            [FormRow(.entry(entry), group, removals: removals)]
                + asked.filter { $0.place.entry == entry }.map { FormRow($0, removals: removals) }
        }
        let more = count < group.max ?? .max ? [FormRow(.more, group)] : []
        return [FormRow(.group, group)] + entries + more
    }

    private init(_ question: Asked, removals: Int = 0) {
        self.init(question.kind == .group ? .group : .question, question, removals: removals)
    }
}

extension Asked {
    /// Whether a choice is chosen.
    public func isChosen(_ key: String) -> Bool {
        switch value {
        case .text(let text): text == key
        case .list(let values): values.contains(.text(value: key))
        default: false
        }
    }
}
