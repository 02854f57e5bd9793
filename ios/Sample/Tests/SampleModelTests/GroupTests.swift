import Foundation
import Kuager
import XCTest

@testable import SampleModel

/// Groups and their entries on the screen of a form.
@MainActor
final class GroupTests: XCTestCase, @unchecked Sendable {
    private var root = FileManager.default.temporaryDirectory
    private var following: Task<Void, Never>?

    override func setUp() async throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("sample-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    override func tearDown() async throws {
        following?.cancel()
        try FileManager.default.removeItem(at: root)
    }

    func testWhatEachMemberIssuedIsTypedInEntries() async throws {
        try await withForm("protocol-list") { form, observer, draft in
            let group = Place(question: "P03", group: nil, entry: nil)
            func issued(_ entry: Int64) -> Place { Place(question: "P03.issued", group: "P03", entry: entry) }
            await form.shows("a group without entries") { Self.parts($0, of: "P03") == [.group, .more] }

            await form.number(Place(question: "P02", group: nil, entry: nil), "800", scale: 0)
            let added = [await form.addEntry(to: group), await form.addEntry(to: group)]
            XCTAssertEqual(added, [0, 1])
            await form.number(issued(0), "300", scale: 0)
            await form.number(issued(1), "799", scale: 0)
            await form.shows("two entries") {
                Self.parts($0, of: "P03") == [
                    .group, .entry(0), .question, .question, .entry(1), .question, .question, .more,
                ]
            }
            let role = try XCTUnwrap(form.state.rows.last { $0.question.place.question == "P03.role" }).question
            await form.toggle("deputy", of: role)
            await form.shows("1099 of 800") { Self.standing($0) == .fails }

            let before = Set(form.state.rows.map(\.id))
            await form.removeEntry(0, of: group)
            XCTAssertEqual(Self.parts(form.state, of: "P03"), [.group, .entry(0), .question, .question, .more])
            XCTAssertEqual(Self.answer(form.state, issued(0)), 799, "the second has moved up")
            let moved = form.state.rows.filter { $0.question.place.entry == 0 }.map(\.id)
            XCTAssertEqual(moved.count, 2)
            XCTAssert(before.isDisjoint(with: moved), "no field of the entry that is gone goes on as one of this entry")
            await form.shows("799 of 800") { Self.standing($0) == .fails }
            await form.number(issued(0), "800", scale: 0)
            await form.shows("800 of 800") { Self.standing($0) == .holds }

            await form.seal()
            let sealed = try XCTUnwrap(form.state.sealed)
            let answers = try await observer.record(sealed.hash).answers
            XCTAssertEqual(answers["P03"], [["P03.role": "deputy", "P03.issued": 800]])
        }
    }

    func testAProblemStandsWhereItIsUntilThatIsSettled() async throws {
        try await withForm("protocol-list") { form, _, _ in
            let group = Place(question: "P03", group: nil, entry: nil)
            let issued = Place(question: "P03.issued", group: "P03", entry: 0)
            await form.number(issued, "5", scale: 0)
            XCTAssertEqual(form.state.problem?.phrase.key, "error_unknown_question", "there is no such entry")
            for entry in Int64(0)..<15 {
                let added = await form.addEntry(to: group)
                XCTAssertEqual(added, entry)
            }
            let sixteenth = await form.addEntry(to: group)
            XCTAssertNil(sixteenth)
            XCTAssertEqual(form.state.problem?.place, group)
            XCTAssertEqual(form.state.problem?.phrase.key, "error_answer_does_not_fit")
            await form.number(Place(question: "P02", group: nil, entry: nil), "800", scale: 0)
            XCTAssertNotNil(form.state.problem, "another question settles nothing")
            await form.number(issued, "many", scale: 0)
            XCTAssertEqual(form.state.problem?.place, issued)
            await form.removeEntry(0, of: group)
            XCTAssertNil(form.state.problem, "the entry that had it is gone")
        }
    }

    func testTapsInASwiftRowAreAllSaved() async throws {
        try await withForm("protocol-list") { form, observer, draft in
            await form.shows("questions") { !$0.rows.isEmpty }
            // As the screen showed it before the first of the taps.
            let defects = try XCTUnwrap(form.state.rows.first { $0.question.kind == .choices }).question
            let keys = defects.choices.map(\.key)
            XCTAssertGreaterThan(keys.count, 2)
            let place = Place(question: "P01", group: nil, entry: nil)
            let taps = keys.map { key in Task { await form.toggle(key, of: defects) } }
            let numbers = (1...20).map { number in Task { await form.number(place, "\(number)", scale: 0) } }
            for tap in taps + numbers { await tap.value }
            let answers = try await observer.draft(draft).answers
            XCTAssertEqual(answers[defects.place.question], .list(values: keys.map { .text(value: $0) }))
            XCTAssertEqual(answers["P01"], 20, "what was typed last")
        }
    }

    // MARK: Steps

    /// Opens a draft of a form, hands over its screen and closes everything.
    private func withForm(_ form: String, _ body: (FormModel, Observer, String) async throws -> Void) async throws {
        let host = try Host()
        let observer = try await Observer.open(dir: root.appendingPathComponent("store"), vault: TestVault())
        try await observer.acceptInvite(host.invite)
        try await observer.importPack(from: host.pack)
        let draft = try await observer.newDraft(NewDraft(form: form, station: "710000000-99", language: "kk"))
        let model = FormModel(observer, draft: draft, captures: CaptureFolder(root))
        following = Task { await model.follow() }
        do {
            try await body(model, observer, draft)
        } catch {
            await observer.close()
            throw error
        }
        await observer.close()
    }

    private nonisolated static func parts(_ state: FormModel.State, of group: String) -> [FormRow.Part] {
        state.rows.filter { $0.question.place.question == group || $0.question.place.group == group }.map(\.part)
    }

    private nonisolated static func standing(_ state: FormModel.State) -> RelationStanding? {
        state.relations.first { $0.id == "K02" }?.standing
    }

    private nonisolated static func answer(_ state: FormModel.State, _ place: Place) -> Value? {
        state.rows.first { $0.part == .question && $0.question.place == place }?.question.value
    }
}
