import Foundation
import Kuager
import XCTest

@testable import KuagerScenario

final class LifecycleTests: KuagerTestCase {
    func testAfterClosingEveryCallSaysSo() async throws {
        let observer = try await open()
        await observer.close()
        XCTAssertEqual(try KuagerLibrary.liveHandles(), .none, "at once, not some time later")
        try await assertFails(.storeClosed) { try await observer.status() }
        try await assertFails(.storeClosed) { try await observer.drafts() }
        try await assertFails(.storeClosed) { try await observer.newDraft(NewDraft(text: "late")) }
        try await assertFails(.storeClosed) { try await observer.sync(limit: 1) }
        try await assertFails(.storeClosed) { try await observer.run() }
        try await assertFails(.storeClosed) { try await observer.pause() }
        try await assertFails(.storeClosed) { try await observer.resume() }
        try await assertFails(.storeClosed) { try await observer.wipe() }
    }

    func testAPasscodeLocksCountsAndDestroys() async throws {
        try await withObserver { observer in
            try await assertFails(.passcodeUnfit) { try await observer.setPasscode("12345") }
            try await observer.setPasscode("471182", duress: "000471")
            try await assertFails(.passcodeNeeded) { try await observer.setPasscode("471183") }
            _ = try await observer.newDraft(NewDraft(text: "жазба"))
        }
        try await assertFails(.passcodeNeeded) { try await self.open() }
        try await assertFails(.passcodeWrong) {
            try await Observer.open(dir: self.store, vault: self.vault, passcode: "471183")
        }
        let state = try await Observer.passcodeState(dir: store)
        XCTAssertTrue(state.needed)
        XCTAssertEqual(state.failures, 1)
        let unlocked = try await Observer.open(dir: store, vault: vault, passcode: "471182")
        let kept = try await unlocked.drafts()
        XCTAssertEqual(kept.count, 1)
        await unlocked.close()
        let anew = try await Observer.open(dir: store, vault: vault, passcode: "000471")
        let none = try await anew.drafts()
        XCTAssertEqual(none.count, 0)
        await anew.close()
    }

    func testClosingTwiceAndAtOnce() async throws {
        let observer = try await open()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    await observer.close()
                    // Whoever comes second waits for the first to be done.
                    XCTAssertEqual(try? KuagerLibrary.liveHandles(), LiveHandles.none)
                }
            }
        }
        await observer.close()
    }

    func testClosingWaitsForCallsUnderWay() async throws {
        let observer = try await open()
        let outcomes = Shared<[Bool]>([])
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    do {
                        _ = try await observer.newDraft(NewDraft(text: "\(number)"))
                        outcomes.change { $0.append(true) }
                    } catch {
                        XCTAssertEqual((error as? KuagerError)?.code, .storeClosed, "\(error)")
                        outcomes.change { $0.append(false) }
                    }
                }
            }
            group.addTask { await observer.close() }
        }
        XCTAssertEqual(try KuagerLibrary.liveHandles(), .none)
        let saved = outcomes.value.filter { $0 }.count
        try await withObserver { observer in
            let drafts = try await observer.drafts()
            XCTAssertEqual(drafts.count, saved, "what was promised is there, and nothing else")
        }
    }

    func testAnObserverThatIsForgottenIsClosed() async throws {
        var observer: Observer? = try await open()
        let updates = try XCTUnwrap(observer).draftUpdates
        var iterator = updates.makeAsyncIterator()
        let first = try await iterator.next()
        XCTAssertEqual(first, [])
        observer = nil
        let next = try await iterator.next()
        XCTAssertNil(next, "a screen that follows does not keep it open")
        try await eventually("everything is let go") { try KuagerLibrary.liveHandles() == .none }
    }

    func testPausedCallsFailAndResumedOnesDoNot() async throws {
        try await withObserver { observer in
            let draft = try await observer.newDraft(NewDraft(text: "before"))
            try await observer.pause()
            try await observer.pause()
            let failure = try await assertFails(.storePaused) { try await observer.setText(draft: draft, text: "while") }
            XCTAssert(failure.isRetryable)
            try await observer.resume()
            try await observer.resume()
            let text = try await observer.draft(draft).text
            XCTAssertEqual(text, "before")
        }
    }

    func testWipingLeavesNothing() async throws {
        let observer = try await open()
        _ = try await observer.newDraft(NewDraft(text: "secret"))
        try await observer.wipe()
        XCTAssertEqual(try KuagerLibrary.liveHandles(), .none)
        XCTAssertFalse(FileManager.default.fileExists(atPath: vault.file.path))
        try await assertFails(.storeClosed) { try await observer.wipe() }
        try await withObserver { observer in
            let drafts = try await observer.drafts()
            XCTAssertEqual(drafts, [])
        }
    }

    func testTwoHundredCallsAtOnce() async throws {
        try await withObserver { observer in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        if number.isMultiple(of: 4) {
                            _ = try await observer.newDraft(NewDraft(text: "\(number)"))
                        } else {
                            try await observer.tap(station: "somewhere")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let (total, drafts) = (try await observer.tally(station: "somewhere").total, try await observer.drafts())
            XCTAssertEqual(total, 150)
            XCTAssertEqual(drafts.count, 50)
        }
    }

    func testAFolderMustBeOne() async throws {
        let address = try XCTUnwrap(URL(string: "https://example.org/store"))
        try await assertFails(.file) { try await Observer.open(dir: address, vault: vault) }
        try await assertFails(.file) { try await Observer.wipe(dir: address, vault: vault) }
    }
}
