import XCTest

@testable import Kuager

final class LifecycleMachineTests: XCTestCase {
    private typealias Machine = LifecycleMachine

    func testInFrontItDeliversAndBehindItPauses() {
        var machine = Machine(inForeground: true)
        XCTAssertEqual(machine.begin(), [.deliver])
        XCTAssertEqual(machine.handle(.enteredBackground), [.hold, .perform(.pause)])
        XCTAssertEqual(machine.handle(.deliveryEnded), [])
        XCTAssertEqual(machine.handle(.finished(.pause, succeeded: true)), [.release])
        XCTAssertEqual(machine.handle(.enteringForeground), [.perform(.resume)])
        XCTAssertEqual(machine.handle(.finished(.resume, succeeded: true)), [.deliver])
    }

    func testLaunchedIntoTheBackgroundItPausesAtOnce() {
        var machine = Machine(inForeground: false)
        XCTAssertEqual(machine.begin(), [.hold, .perform(.pause)])
    }

    func testOneStepAtATimeHoweverFastThePersonIs() {
        var machine = Machine(inForeground: true)
        _ = machine.begin()
        _ = machine.handle(.enteredBackground)
        XCTAssertEqual(machine.handle(.enteringForeground), [], "the pause is still under way")
        XCTAssertEqual(machine.handle(.enteredBackground), [])
        XCTAssertEqual(machine.handle(.enteringForeground), [])
        XCTAssertEqual(machine.handle(.finished(.pause, succeeded: true)), [.perform(.resume)])
        XCTAssertEqual(machine.handle(.enteredBackground), [], "the time of the first pause is not given back yet")
        XCTAssertEqual(machine.handle(.finished(.resume, succeeded: true)), [.perform(.pause)])
        XCTAssertEqual(machine.handle(.finished(.pause, succeeded: true)), [.release])
    }

    func testTimeIsHeldWhileAResumeIsInThePausesWay() {
        var machine = paused()
        XCTAssertEqual(machine.handle(.enteringForeground), [.perform(.resume)])
        XCTAssertEqual(machine.handle(.enteredBackground), [.hold])
    }

    func testTimeThatRunsOutIsGivenBackAtOnceAndNotAskedForAgain() {
        var machine = Machine(inForeground: true)
        _ = machine.begin()
        _ = machine.handle(.enteredBackground)
        XCTAssertEqual(machine.handle(.timeRanOut), [.release])
        XCTAssertEqual(machine.handle(.timeRanOut), [])
        XCTAssertEqual(machine.handle(.deliveryEnded), [])
        XCTAssertEqual(machine.handle(.finished(.pause, succeeded: true)), [])
        XCTAssertEqual(machine.handle(.enteringForeground), [.perform(.resume)])
    }

    func testWorkInTheBackgroundOpensWithoutDelivering() {
        var machine = paused()
        XCTAssertEqual(machine.handle(.workBegan), [.perform(.resume)])
        XCTAssertFalse(machine.isSettled, "the work waits for the store")
        XCTAssertEqual(machine.handle(.finished(.resume, succeeded: true)), [])
        XCTAssertTrue(machine.isSettled)
        XCTAssertEqual(machine.handle(.workBegan), [])
        XCTAssertEqual(machine.handle(.workEnded), [], "the other work goes on")
        XCTAssertEqual(machine.handle(.workEnded), [.hold, .perform(.pause)])
        XCTAssertEqual(machine.handle(.workEnded), [], "there was none")
    }

    func testWorkThatComesWhileItPausesIsNotSettledBeforeItIsOpen() {
        var machine = Machine(inForeground: false)
        _ = machine.begin()
        XCTAssertEqual(machine.handle(.workBegan), [])
        XCTAssertEqual(machine.handle(.finished(.pause, succeeded: true)), [.perform(.resume)])
        XCTAssertFalse(machine.isSettled)
        XCTAssertEqual(machine.handle(.finished(.resume, succeeded: true)), [.release])
        XCTAssertTrue(machine.isSettled)
    }

    func testAStepThatFailsIsTriedAgainOnlyWhenSomethingHappens() {
        var machine = Machine(inForeground: true)
        _ = machine.begin()
        _ = machine.handle(.enteredBackground)
        XCTAssertEqual(machine.handle(.finished(.pause, succeeded: false)), [.release])
        XCTAssertEqual(machine.handle(.enteredBackground), [.hold, .perform(.pause)])
        XCTAssertEqual(machine.handle(.enteringForeground), [])
        XCTAssertEqual(machine.handle(.deliveryEnded), [])
        XCTAssertEqual(machine.handle(.finished(.pause, succeeded: false)), [.release, .deliver], "open, and in front")
    }

    func testADeliveryThatEndsByItselfWaitsForAReason() {
        var machine = Machine(inForeground: true)
        XCTAssertEqual(machine.begin(), [.deliver])
        XCTAssertEqual(machine.handle(.deliveryEnded), [])
        XCTAssertEqual(machine.handle(.deliveryPossible), [.deliver])
        XCTAssertEqual(machine.handle(.deliveryPossible), [], "one at a time")
        XCTAssertEqual(machine.handle(.deliveryEnded), [.deliver], "the reason came while it ran")
        XCTAssertEqual(machine.handle(.deliveryEnded), [])
    }

    func testAnEndThatNobodyWaitsForChangesNothing() {
        var machine = paused()
        let before = machine
        XCTAssertEqual(machine.handle(.finished(.resume, succeeded: true)), [])
        XCTAssertEqual(machine, before)
    }

    /// Whatever comes in whatever order: one step at a time, time taken while the store is open behind the screen, every hold
    /// released once, and in the end what is wanted.
    func testAnyOrderOfEvents() {
        var random = Numbers(state: 20_260_823)
        for _ in 0..<2_000 {
            var system = System(inForeground: random.next().isMultiple(of: 2))
            for _ in 0..<40 {
                system.happen(random.next())
            }
            system.settle()
        }
    }

    private func paused() -> Machine {
        var machine = Machine(inForeground: true)
        _ = machine.begin()
        _ = machine.handle(.enteredBackground)
        _ = machine.handle(.deliveryEnded)
        _ = machine.handle(.finished(.pause, succeeded: true))
        return machine
    }
}

/// What stands around the machine: does as it is told and checks what it is told.
private struct System {
    private var machine: LifecycleMachine
    private var inForeground: Bool
    private var works = 0
    private var isOpen = true
    private var running: LifecycleMachine.Operation?
    private var holds = false
    private var outOfTime = false
    private var delivers = false

    init(inForeground: Bool) {
        machine = LifecycleMachine(inForeground: inForeground)
        self.inForeground = inForeground
        take(machine.begin())
    }

    private var wantsOpen: Bool { inForeground || works > 0 }

    mutating func happen(_ number: UInt64) {
        switch number % 8 {
        case 0:
            inForeground = false
            take(machine.handle(.enteredBackground))
        case 1:
            (inForeground, outOfTime) = (true, false)
            take(machine.handle(.enteringForeground))
        case 2:
            (works, outOfTime) = (works + 1, false)
            take(machine.handle(.workBegan))
        case 3 where works > 0:
            works -= 1
            take(machine.handle(.workEnded))
        case 4 where holds:
            outOfTime = true
            take(machine.handle(.timeRanOut))
            XCTAssertFalse(holds)
        case 5 where delivers:
            delivers = false
            take(machine.handle(.deliveryEnded))
        case 6, 7:
            finish(succeeded: number / 8 % 8 > 0)
        default:
            break
        }
    }

    mutating func settle() {
        // One more word of the system, so that a step that failed is tried again.
        happen(inForeground ? 1 : 0)
        for _ in 0..<3 { finish(succeeded: true) }
        XCTAssertNil(running)
        XCTAssertEqual(isOpen, wantsOpen)
        XCTAssertFalse(holds, "time is given back when there is nothing to do")
        XCTAssertTrue(!inForeground || delivers, "in front, it delivers")
    }

    private mutating func finish(succeeded: Bool) {
        guard let operation = running else { return }
        running = nil
        if succeeded { isOpen = operation == .resume }
        take(machine.handle(.finished(operation, succeeded: succeeded)), failed: !succeeded)
    }

    private mutating func take(_ actions: [LifecycleMachine.Action], failed: Bool = false) {
        for action in actions {
            switch action {
            case .hold:
                XCTAssertFalse(holds)
                holds = true
            case .release:
                XCTAssertTrue(holds)
                holds = false
            case .perform(let operation):
                XCTAssertNil(running, "one at a time")
                XCTAssertEqual(operation, wantsOpen ? .resume : .pause)
                running = operation
            case .deliver:
                XCTAssertFalse(delivers)
                XCTAssertTrue(isOpen && inForeground && running == nil)
                delivers = true
            }
        }
        if !wantsOpen, isOpen || running != nil, !outOfTime, !failed {
            XCTAssertTrue(holds, "the store is open behind the screen")
        }
    }
}

/// The same numbers every time (SplitMix64).
private struct Numbers {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
