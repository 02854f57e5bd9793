/// Decides when a store is open, from what the system says about the app. No clock, no system call: the same on every platform.
///
/// Events only note what is wanted; one reconciler then takes one step at a time towards it. A task per event would not do,
/// since tasks have no order of starting: a resume could overtake the pause that came before it.
struct LifecycleMachine: Sendable, Equatable {
    /// What happened.
    enum Event: Sendable, Equatable {
        /// The app left the screen.
        case enteredBackground
        /// The app comes back to the screen.
        case enteringForeground
        /// The system gave the app time in the background, for a task of its scheduler.
        case workBegan
        /// That work has ended.
        case workEnded
        /// The system wants the time back that ``Action/hold`` asked for.
        case timeRanOut
        /// An operation has ended.
        case finished(Operation, succeeded: Bool)
        /// Continuous delivery has ended, for whatever reason.
        case deliveryEnded
        /// Something happened after which delivery may go on, such as a new invite.
        case deliveryPossible
    }

    /// What takes a while, of which one runs at a time.
    enum Operation: Sendable, Equatable {
        /// Close every connection to the store.
        case pause
        /// Open it again.
        case resume
    }

    /// What to do now, in this order.
    enum Action: Sendable, Equatable {
        /// Ask the system for time to finish.
        case hold
        /// Give that time back.
        case release
        /// Begin an operation, and report its end.
        case perform(Operation)
        /// Begin to deliver continuously, and report its end.
        case deliver
    }

    private var inForeground: Bool
    private var works = 0
    private var isOpen = true
    private var running: Operation?
    private var isHolding = false
    private var timeIsOut = false
    private var isDelivering = false
    private var wantsDelivery = true

    /// A machine for an observer that has just been opened. An app that is launched straight into the background, as for a
    /// scheduled task, is not in front.
    init(inForeground: Bool) {
        self.inForeground = inForeground
    }

    /// Whether no operation is under way: the store is as wanted, or could not be made so.
    var isSettled: Bool { running == nil }

    /// What to do first, before any event.
    mutating func begin() -> [Action] {
        reconcile()
    }

    /// Takes in what happened and says what to do.
    mutating func handle(_ event: Event) -> [Action] {
        switch event {
        case .enteredBackground:
            inForeground = false
        case .enteringForeground:
            inForeground = true
            timeIsOut = false
            wantsDelivery = true
        case .workBegan:
            works += 1
            timeIsOut = false
        case .workEnded:
            works = max(0, works - 1)
        case .timeRanOut:
            // The system kills an app that keeps the time; the operation goes on for as long as the process does.
            timeIsOut = true
            return letGo()
        case .finished(let operation, let succeeded):
            guard running == operation else { return [] }
            running = nil
            if succeeded {
                isOpen = operation == .resume
            } else if isOpen != wantsOpen {
                // Tried again when the system says something new, never in a loop.
                return letGo()
            }
        case .deliveryEnded:
            isDelivering = false
        case .deliveryPossible:
            wantsDelivery = true
        }
        return reconcile()
    }

    private var wantsOpen: Bool { inForeground || works > 0 }

    private mutating func reconcile() -> [Action] {
        var actions: [Action] = []
        // Before the pause begins, and also while a resume still runs that the pause has to wait for: a process that is suspended
        // with the store open is killed for it (0xdead10cc). A resume is covered by the time the app was given to run at all.
        if !wantsOpen, isOpen || running != nil, !isHolding, !timeIsOut {
            isHolding = true
            actions.append(.hold)
        }
        guard running == nil else { return actions }
        guard isOpen == wantsOpen else {
            let operation: Operation = wantsOpen ? .resume : .pause
            running = operation
            return actions + [.perform(operation)]
        }
        actions += letGo()
        if isOpen, inForeground, wantsDelivery, !isDelivering {
            isDelivering = true
            // A delivery that ends by itself, as without an invite, is not begun again before something has changed.
            wantsDelivery = false
            actions.append(.deliver)
        }
        return actions
    }

    private mutating func letGo() -> [Action] {
        guard isHolding else { return [] }
        isHolding = false
        return [.release]
    }
}
