#if canImport(UIKit)
    import UIKit

    /// Closes the store when the app leaves the screen and opens it again when it comes back; delivers while it is in front.
    ///
    /// Make one when the observer has been opened and keep it as long as the observer. What to do is decided by
    /// `LifecycleMachine`; this class only asks the system and does as it is told.
    @available(iOSApplicationExtension, unavailable, message: "An extension is suspended without being told.")
    @MainActor
    public final class Lifecycle {
        private let observer: Observer
        private let failed: @MainActor (any Error) -> Void
        private var machine: LifecycleMachine
        private var time = UIBackgroundTaskIdentifier.invalid
        private var delivery: Task<Void, Never>?
        private var watches: [any NSObjectProtocol] = []
        private var waiting: [CheckedContinuation<Void, Never>] = []

        /// Begins to follow the app.
        ///
        /// - Parameters:
        ///   - observer: Has just been opened.
        ///   - failed: Hears why pausing, resuming or delivering did not work. Interruptions are no failures.
        public init(_ observer: Observer, failed: @escaping @MainActor (any Error) -> Void) {
            self.observer = observer
            self.failed = failed
            // Launched by the scheduler, the app is not in front, and no notification would say so.
            machine = LifecycleMachine(inForeground: UIApplication.shared.applicationState != .background)
            watch(UIApplication.didEnterBackgroundNotification, .enteredBackground)
            watch(UIApplication.willEnterForegroundNotification, .enteringForeground)
            act(machine.begin())
        }

        /// Says that delivery may go on, as after ``Observer/acceptInvite(_:)``.
        public func deliveryPossible() {
            act(machine.handle(.deliveryPossible))
        }

        /// Keeps the store open for work that the system granted time for, such as a ``BackgroundSync``.
        ///
        /// - Throws: What the work throws.
        public func whileWorking<Value: Sendable>(_ work: @Sendable () async throws -> Value) async rethrows -> Value {
            act(machine.handle(.workBegan))
            defer { act(machine.handle(.workEnded)) }
            // The store is only being opened, or still being paused from before. If it cannot be opened, the work says so.
            await settled()
            return try await work()
        }

        /// Stops following, before the observer is closed.
        public func stop() {
            for watch in watches { NotificationCenter.default.removeObserver(watch) }
            watches = []
            delivery?.cancel()
            release()
            letWaitersGo()
        }

        private func watch(_ name: Notification.Name, _ event: LifecycleMachine.Event) {
            // Posted on the main thread and handled on the spot: the system suspends the app soon after this returns.
            let watch = NotificationCenter.default.addObserver(forName: name, object: nil, queue: nil) { [weak self] _ in
                MainActor.assumeIsolated { self?.handle(event) }
            }
            watches.append(watch)
        }

        private func handle(_ event: LifecycleMachine.Event) {
            act(machine.handle(event))
        }

        private func act(_ actions: [LifecycleMachine.Action]) {
            for action in actions {
                switch action {
                case .hold: hold()
                case .release: release()
                case .perform(let operation): perform(operation)
                case .deliver: deliver()
                }
            }
            if machine.isSettled { letWaitersGo() }
        }

        private func settled() async {
            if machine.isSettled { return }
            await withCheckedContinuation { waiting.append($0) }
        }

        private func letWaitersGo() {
            for waiter in waiting { waiter.resume() }
            waiting = []
        }

        private func hold() {
            time = UIApplication.shared.beginBackgroundTask(withName: "org.kuager.pause") { [weak self] in
                // Called on the main thread; a slow answer here gets the app killed.
                MainActor.assumeIsolated { self?.handle(.timeRanOut) }
            }
        }

        private func release() {
            guard time != .invalid else { return }
            UIApplication.shared.endBackgroundTask(time)
            time = .invalid
        }

        private func perform(_ operation: LifecycleMachine.Operation) {
            Task {
                do {
                    switch operation {
                    case .pause: try await observer.pause()
                    case .resume: try await observer.resume()
                    }
                    handle(.finished(operation, succeeded: true))
                } catch {
                    report(error)
                    handle(.finished(operation, succeeded: false))
                }
            }
        }

        private func deliver() {
            delivery = Task {
                do {
                    try await observer.run()
                } catch {
                    report(error)
                }
                handle(.deliveryEnded)
            }
        }

        private func report(_ error: any Error) {
            // Pausing ends a delivery with `store_paused`, which is how it should be.
            if let error = error as? KuagerError, [.cancelled, .storePaused, .storeClosed].contains(error.code) { return }
            if error is CancellationError { return }
            failed(error)
        }
    }
#endif
