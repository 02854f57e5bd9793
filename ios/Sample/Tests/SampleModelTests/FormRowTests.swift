import Kuager
import XCTest

@testable import SampleModel

final class FormRowTests: XCTestCase {
    func testRowsFollowThePaper() {
        let asked = [
            question("A"), question("G", .group), question("G.a", groups: ["G"]),
            question("R", .group, groups: ["G"], repeats: true, answer: [["R.a": 1], [:], ["R.a": 2]]),
            question("R.a", in: "R", 0, groups: ["G", "R"]), question("R.H", .group, in: "R", 0, groups: ["G", "R"]),
            question("R.a", in: "R", 2, groups: ["G", "R"]), question("Z"),
        ]
        let rows = FormRow.rows(of: asked, removals: [:])
        XCTAssertEqual(
            rows.map { "\($0.question.place.question) \($0.part)" },
            [
                "A question", "G group", "G.a question", "R group", "R entry(0)", "R.a question", "R.H group", "R entry(1)",
                "R entry(2)", "R.a question", "R more", "Z question",
            ], "an entry that asks nothing is there all the same")
        XCTAssertEqual(Set(rows.map(\.id)).count, rows.count)
        let later = FormRow.rows(of: asked, removals: ["R": 1])
        let stayed = Set(rows.map(\.id)).intersection(later.map(\.id)).map(\.place.question)
        XCTAssertEqual(stayed.sorted(), ["A", "G", "G.a", "R", "R", "Z"], "what is outside of the entries")
    }

    private func question(
        _ id: String, _ kind: QuestionKind = .integer, in group: String? = nil, _ entry: Int64? = nil, groups: [String] = [],
        repeats: Bool = false, answer: Value? = nil
    ) -> Asked {
        Asked(
            place: Place(question: id, group: group, entry: entry), kind: kind, text: id, hint: nil, required: false,
            value: answer, wording: nil, choices: [], law: nil, detailOf: nil, min: nil, max: nil, maxLength: nil, scale: 0,
            repeats: repeats, groups: groups, subject: nil, accept: [], line: nil)
    }
}
