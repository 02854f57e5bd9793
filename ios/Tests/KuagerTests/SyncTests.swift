import Foundation
import Kuager
import XCTest

@testable import KuagerScenario

final class SyncTests: KuagerTestCase {
    func testCancellingTheTaskStopsTheSync() async throws {
        try await withSilence { observer in
            let sync = Task { try await observer.sync(limit: 120) }
            try await self.isUnderWay()
            let began = Date()
            sync.cancel()
            try await assertFails(.cancelled) { try await sync.value }
            XCTAssertLessThan(Date().timeIntervalSince(began), 60)
            try await self.isOver(observer)
        }
    }

    func testATaskThatWasCancelledBeforeDoesNotSync() async throws {
        try await withSilence { observer in
            let sync = Task {
                while !Task.isCancelled { await Task.yield() }
                return try await observer.sync(limit: 120)
            }
            sync.cancel()
            try await assertFails(.cancelled) { try await sync.value }
            try await self.isOver(observer)
        }
    }

    func testCancellingARunStopsIt() async throws {
        try await withSilence { observer in
            let run = Task { try await observer.run() }
            try await self.isUnderWay()
            run.cancel()
            try await assertFails(.cancelled) { try await run.value }
            try await self.isOver(observer)
        }
    }

    func testPausingInMidSync() async throws {
        try await withHost { observer, host in
            try host.setNetwork("silent")
            let draft = try await observer.newDraft(NewDraft(text: "to be sent"))
            try await observer.seal(draft: draft)
            for _ in 0..<3 {
                let sync = Task { try await observer.sync(limit: 120) }
                try await self.isUnderWay()
                try await observer.pause()
                try await assertFails(.storePaused) { try await sync.value }
                try await observer.resume()
            }
            try host.setNetwork("fine")
            try await observer.networkChanged()
            let summary = try await observer.sync(limit: 60)
            XCTAssert(summary.completed, "\(summary)")
            let status = try await observer.status()
            XCTAssertEqual(status.delivered, 1)
        }
    }

    func testClosingInMidSync() async throws {
        let host = try Host()
        defer { host.stop() }
        try host.setNetwork("silent")
        let observer = try await open()
        try await observer.acceptInvite(XCTUnwrap(host.ready["invite"].text))
        let sync = Task { try await observer.sync(limit: 120) }
        try await isUnderWay()
        await observer.close()
        XCTAssertEqual(try KuagerLibrary.liveHandles(), .none, "the sync is over when closing is, and has let everything go")
        try await assertFails(.storeClosed) { try await sync.value }
    }

    func testASyncWithoutAnInviteSaysWhatIsMissing() async throws {
        try await withObserver { observer in
            let summary = try await observer.sync(limit: 5)
            XCTAssertEqual(summary.obstacle, .notInvited)
        }
    }

    func testALimitEndsTheSync() async throws {
        try await withSilence { observer in
            let began = Date()
            let summary = try await observer.sync(limit: 0.5)
            XCTAssertFalse(summary.completed)
            XCTAssertLessThan(Date().timeIntervalSince(began), 60)
        }
    }

    /// Hands over an observer whose coordinator takes connections and never answers.
    private func withSilence(_ body: (Observer) async throws -> Void) async throws {
        try await withHost { observer, host in
            try host.setNetwork("silent")
            let draft = try await observer.newDraft(NewDraft(text: "to be sent"))
            try await observer.seal(draft: draft)
            try await body(observer)
        }
    }

    private func isUnderWay() async throws {
        try await eventually("the sync is under way") { try KuagerLibrary.liveHandles().tasks == 1 }
        try await Task.sleep(nanoseconds: 200_000_000)
    }

    /// Checks that nothing works on behind the back.
    private func isOver(_ observer: Observer) async throws {
        XCTAssertEqual(try KuagerLibrary.liveHandles().tasks, 0)
        let before = try await observer.attempts(limit: 100)
        try await Task.sleep(nanoseconds: 300_000_000)
        let after = try await observer.attempts(limit: 100)
        XCTAssertEqual(before.count, after.count)
    }
}
