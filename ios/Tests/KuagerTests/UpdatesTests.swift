import Foundation
import Kuager
import XCTest

@testable import KuagerScenario

final class UpdatesTests: KuagerTestCase {
    func testAStateComesAtOnceAndAfterEveryChange() async throws {
        try await withObserver { observer in
            var drafts = observer.draftUpdates.makeAsyncIterator()
            var texts = try await drafts.next()?.map(\.text)
            XCTAssertEqual(texts, [])
            let draft = try await observer.newDraft(NewDraft(text: "one"))
            texts = try await drafts.next()?.map(\.text)
            XCTAssertEqual(texts, ["one"])
            try await observer.setText(draft: draft, text: "two")
            texts = try await drafts.next()?.map(\.text)
            XCTAssertEqual(texts, ["two"])
        }
    }

    func testWhoeverIsSlowGetsTheLastState() async throws {
        try await withObserver { observer in
            var slow = observer.draftUpdates.makeAsyncIterator()
            _ = try await slow.next()
            let draft = try await observer.newDraft(NewDraft(text: "0"))
            for number in 1...100 { try await observer.setText(draft: draft, text: "\(number)") }
            var seen: [String] = []
            while seen.last != "100" {
                let drafts = try await slow.next()
                seen.append(try XCTUnwrap(drafts?.first?.text ?? nil))
            }
            XCTAssertLessThan(seen.count, 10, "\(seen)")
        }
    }

    func testEverySubscriberHasItsOwn() async throws {
        try await withObserver { observer in
            let updates = observer.draftUpdates
            let readers = (0..<5).map { _ in
                Task {
                    for try await drafts in updates where drafts.count == 3 { return true }
                    return false
                }
            }
            for number in 1...3 { _ = try await observer.newDraft(NewDraft(text: "\(number)")) }
            for reader in readers {
                let saw = try await reader.value
                XCTAssert(saw)
            }
        }
    }

    func testClosingEndsEverySequence() async throws {
        let observer = try await open()
        let (drafts, progress) = (observer.draftUpdates, observer.uploadProgress())
        let states = Task { try await drafts.reduce(0) { count, _ in count + 1 } }
        let uploads = Task { await progress.reduce(0) { count, _ in count + 1 } }
        try await Task.sleep(nanoseconds: 50_000_000)
        await observer.close()
        let (seen, sent) = (try await states.value, await uploads.value)
        XCTAssertEqual(seen, 1)
        XCTAssertEqual(sent, 0)
        var late = observer.statusUpdates.makeAsyncIterator()
        let status = try await late.next()
        XCTAssertNil(status)
    }

    func testCancellingEndsASequence() async throws {
        try await withObserver { observer in
            let reader = Task {
                for try await _ in observer.draftUpdates {}
                return Task.isCancelled
            }
            reader.cancel()
            let wasCancelled = try await reader.value
            XCTAssert(wasCancelled)
        }
    }

    func testPausingHoldsASequenceAndResumingGoesOn() async throws {
        try await withObserver { observer in
            let draft = try await observer.newDraft(NewDraft(text: "before"))
            try await observer.pause()
            let reader = Task {
                var drafts = observer.draftUpdates.makeAsyncIterator()
                return try await drafts.next()
            }
            try await Task.sleep(nanoseconds: 100_000_000)
            try await observer.resume()
            let drafts = try await reader.value
            XCTAssertEqual(drafts?.map(\.id), [draft])
        }
    }

    func testAFormIsFollowedUntilItIsSealed() async throws {
        try await withHost { observer, _ in
            let options = NewDraft(form: "opening", station: "710000000-99", language: "kk")
            let draft = try await observer.newDraft(options)
            var forms = observer.formUpdates(draft: draft).makeAsyncIterator()
            var state = try await forms.next()
            XCTAssertEqual(true, state?.missing.contains { $0.question == "O01" })
            try await observer.setAnswer(draft: draft, question: "O01", answer: "yes")
            state = try await forms.next()
            XCTAssertEqual(false, state?.missing.contains { $0.question == "O01" })
            try await observer.seal(draft: draft)
            let end = try await forms.next()
            XCTAssertNil(end)
        }
    }

    func testErrorsThatTimeDoesNotHealAreThrown() async throws {
        try await withObserver { observer in
            var forms = observer.formUpdates(draft: "no draft").makeAsyncIterator()
            try await assertFails(.notAnID) { try await forms.next() }
        }
    }

    func testDeliveryIsSeen() async throws {
        try await withHost { observer, host in
            let draft = try await observer.newDraft(NewDraft(text: "with a photo"))
            let photo = try await observer.attach(draft: draft, file: host.file("photo"), origin: .imported).hash
            try await observer.seal(draft: draft)
            let progress = observer.uploadProgress()
            let uploads = Task { await progress.first { $0.media == photo } }
            let stored = Task {
                try await observer.mediaUpdates.first { files in files.allSatisfy { $0.state == .stored } }
            }
            let accepted = Task { try await observer.recordUpdates().first { $0.map(\.state) == [.accepted] } }
            let done = Task { try await observer.outlookUpdates.first { $0.completed } }
            try await observer.sync(limit: 60)
            let (files, records, outlook) = (try await stored.value, try await accepted.value, try await done.value)
            XCTAssertGreaterThanOrEqual(files?.count ?? 0, 2)
            XCTAssertEqual(records?.count, 1)
            XCTAssertEqual(outlook?.mediaLeft, 0)
            let upload = await uploads.value
            XCTAssertEqual(upload?.media, photo)
        }
    }

    func testAPackIsWaitedFor() async throws {
        let host = try Host()
        defer { host.stop() }
        try await withObserver { observer in
            try await observer.acceptInvite(XCTUnwrap(host.ready["invite"].text))
            let pack = Task { try await observer.packUpdates(language: "kk").first { _ in true } }
            try await Task.sleep(nanoseconds: 50_000_000)
            try await observer.importPack(from: host.file("pack"))
            let title = try await pack.value?.title
            XCTAssertNotNil(title)
        }
    }
}
