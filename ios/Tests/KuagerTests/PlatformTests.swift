import Foundation
import Kuager
import XCTest

@testable import KuagerScenario

private struct ScriptedClock: DeviceClock {
    let answer: @Sendable () throws -> ClockSample?

    func now() throws -> ClockSample? { try answer() }
}

private struct ScriptedConnectivity: Connectivity {
    let answer: @Sendable () throws -> NetworkState

    func current() throws -> NetworkState { try answer() }
}

private struct ThrowingSink: LogSink {
    let lines: Shared<[LogLine]>

    func log(_ line: LogLine) throws {
        lines.change { $0.append(line) }
        throw Odd()
    }
}

final class PlatformTests: KuagerTestCase {
    func testTheClockOfTheDeviceIsUsed() async throws {
        let wall = Date(timeIntervalSince1970: 1_679_203_800.25)
        let clock = ScriptedClock { ClockSample(wall: wall, monotonicMs: 5, bootID: UUID()) }
        try await withObserver(clock: clock) { observer in
            let draft = try await observer.newDraft(NewDraft(text: "at that time"))
            let changed = try await observer.draft(draft).changedMs
            XCTAssertEqual(changed, 1_679_203_800_250)
        }
    }

    func testAClockThatFailsIsReplacedByTheSystems() async throws {
        let wrong: [@Sendable () throws -> ClockSample?] = [
            { throw Odd() }, { nil }, { ClockSample(wall: Date(), monotonicMs: -1, bootID: UUID()) },
            { ClockSample(wall: Date(timeIntervalSince1970: .infinity), monotonicMs: 1, bootID: UUID()) },
            { ClockSample(wall: Date(timeIntervalSince1970: .nan), monotonicMs: 1, bootID: UUID()) },
        ]
        for answer in wrong {
            try await withObserver(clock: ScriptedClock(answer: answer)) { observer in
                let draft = try await observer.newDraft(NewDraft(text: "now"))
                let changed = try await observer.draft(draft).changedMs
                let now = Int64(Date().timeIntervalSince1970 * 1000)
                XCTAssertLessThan(abs(now - changed), 60_000)
            }
        }
    }

    func testANetworkThatIsNotKnownCostsMoney() async throws {
        try await withHost(connectivity: ScriptedConnectivity { throw Odd() }) { observer, host in
            try await sealPhoto(observer, host)
            try await observer.sync(limit: 60)
            let outlook = try await observer.outlook()
            XCTAssertEqual(outlook.obstacle, .held(reason: .metered))
            XCTAssertEqual(outlook.mediaLeft, 1, "the preview went, the original waits")
        }
    }

    func testAConnectivityIsAskedBeforeEverySync() async throws {
        let network = Shared(NetworkState.metered)
        try await withHost(connectivity: ScriptedConnectivity { network.value }) { observer, host in
            try await sealPhoto(observer, host)
            try await observer.sync(limit: 60)
            network.value = .unmetered
            let summary = try await observer.sync(limit: 60)
            XCTAssert(summary.completed, "\(summary)")
        }
    }

    func testASinkThatThrowsGetsTheNextLineAllTheSame() async throws {
        let lines = Shared<[LogLine]>([])
        try KuagerLibrary.start(log: ThrowingSink(lines: lines))
        defer { try? KuagerLibrary.start(log: nil) }
        // The bridge warns of every answer that the clock does not give.
        try await withObserver(clock: ScriptedClock { nil }) { observer in
            for _ in 0..<3 { _ = try await observer.newDraft(NewDraft(text: "logged")) }
            try await eventually("three lines") { lines.value.count >= 3 }
        }
        XCTAssert(lines.value.allSatisfy { $0.level == .warn && !$0.text.contains("logged") }, "\(lines.value)")
        try KuagerLibrary.start(log: nil)
        try await eventually("the sink is let go") { try KuagerLibrary.liveHandles() == .none }
    }

    private func sealPhoto(_ observer: Observer, _ host: Host) async throws {
        let draft = try await observer.newDraft(NewDraft(text: "with a photo"))
        try await observer.attach(draft: draft, file: host.file("photo"), origin: .imported)
        try await observer.seal(draft: draft)
    }
}
