#if canImport(BackgroundTasks) && canImport(UIKit)
    import BackgroundTasks
    import Foundation

    /// Delivers while the app is not on the screen, when the system grants time: short runs of about half a minute, and runs of
    /// some minutes on a phone that lies idle.
    ///
    /// The app's Info.plist lists both identifiers under `BGTaskSchedulerPermittedIdentifiers`, and the background modes `fetch`
    /// and `processing`. The system decides when a run happens, and grants none to an app that was swiped away.
    @available(iOSApplicationExtension, unavailable, message: "The system's scheduler launches apps only.")
    public struct BackgroundSync: Sendable {
        /// Delivers for at most that many seconds and says what is left. Cancelled when the system wants the time back.
        public typealias Deliver = @Sendable (_ limit: TimeInterval) async throws -> Outlook

        /// Shorter than what the system grants, so that the run ends by itself and the store is closed in time.
        private static let refreshLimit: TimeInterval = 20
        private static let processingLimit: TimeInterval = 5 * 60

        private let refresh: String
        private let processing: String
        private let deliver: Deliver

        /// - Parameters:
        ///   - refresh: Identifier of the short run.
        ///   - processing: Identifier of the long run.
        ///   - deliver: Opens the observer when it is not open, and delivers within ``Lifecycle/whileWorking(_:)``.
        public init(refresh: String, processing: String, deliver: @escaping Deliver) {
            self.refresh = refresh
            self.processing = processing
            self.deliver = deliver
        }

        /// Tells the system what to call. Must have happened when the app has finished launching, and only once.
        ///
        /// - Returns: Whether the system accepted both; it does not accept what Info.plist leaves out.
        public func register() -> Bool {
            register(refresh, limit: Self.refreshLimit) && register(processing, limit: Self.processingLimit)
        }

        /// Asks for the runs that an outlook needs. Call it when the app leaves the screen.
        ///
        /// - Throws: `BGTaskScheduler.Error`, as where the person switched background refresh off.
        public func schedule(after outlook: Outlook) throws {
            try submit(BackgroundPlan(outlook))
        }

        private func register(_ identifier: String, limit: TimeInterval) -> Bool {
            // Sendable, so that it is bound to no actor: the system calls it on a queue of its own.
            BGTaskScheduler.shared.register(forTaskWithIdentifier: identifier, using: nil) { @Sendable task in
                run(BackgroundRun(task), limit: limit)
            }
        }

        private func run(_ run: BackgroundRun, limit: TimeInterval) {
            // First of all, so that a run that is killed does not end the chain of runs.
            try? submit(.again)
            let work = Task {
                do {
                    let outlook = try await deliver(limit)
                    try submit(BackgroundPlan(outlook))
                    run.end(succeeded: true)
                } catch {
                    run.end(succeeded: false)
                }
            }
            run.whenExpired { work.cancel() }
        }

        private func submit(_ plan: BackgroundPlan) throws {
            if let wait = plan.refresh {
                let request = BGAppRefreshTaskRequest(identifier: refresh)
                request.earliestBeginDate = Date(timeIntervalSinceNow: wait)
                try BGTaskScheduler.shared.submit(request)
            }
            if let wait = plan.processing {
                let request = BGProcessingTaskRequest(identifier: processing)
                request.earliestBeginDate = Date(timeIntervalSinceNow: wait)
                request.requiresNetworkConnectivity = true
                try BGTaskScheduler.shared.submit(request)
            }
        }
    }

    /// One run that the system granted. `BGTask` may be used from any thread but does not say so.
    private final class BackgroundRun: @unchecked Sendable {
        private let task: BGTask

        init(_ task: BGTask) {
            self.task = task
        }

        func end(succeeded: Bool) {
            task.setTaskCompleted(success: succeeded)
        }

        func whenExpired(_ cancel: @escaping @Sendable () -> Void) {
            // Only cancels, which takes no time: a slow handler gets the app killed. The work then ends the run itself.
            task.expirationHandler = cancel
        }
    }
#endif
