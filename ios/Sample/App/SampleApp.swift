#if canImport(SwiftUI)
    import Kuager
    import SampleModel
    import SwiftUI

    @main
    struct SampleApp: App {
        @UIApplicationDelegateAdaptor(AppDelegate.self) private var delegate

        var body: some Scene {
            WindowGroup {
                RootView(app: delegate.device.model)
                    .environmentObject(delegate.device)
                    .tint(Color(red: 0, green: 0.35, blue: 0.6))
            }
        }
    }

    @MainActor
    final class AppDelegate: NSObject, UIApplicationDelegate {
        let device = Device()

        func application(
            _ application: UIApplication, didFinishLaunchingWithOptions options: [UIApplication.LaunchOptionsKey: Any]?
        ) -> Bool {
            device.launch()
            return true
        }
    }

    /// What the app keeps for as long as it lives: the model, and what the platform does beside it.
    @MainActor
    final class Device: ObservableObject {
        let model: AppModel

        private let connectivity = PathConnectivity()
        private var lifecycle: Lifecycle?
        private var background: BackgroundSync?
        private var lastOutlook: Outlook?
        private var following: Task<Void, Never>?
        private var watches: [any NSObjectProtocol] = []
        /// When the app was last left.
        private var left: ContinuousClock.Instant?
        /// So long the store stays open out of sight. The system suspends the app long before; its keys stay in memory until it comes back.
        private static let staysOpen = Duration.seconds(300)

        init() {
            let vault = KeychainVault()
            let connectivity = connectivity
            model = AppModel(
                AppModel.Platform(
                    open: { passcode in
                        let folder = try StoreFolder()
                        return try await Observer.open(
                            dir: folder.store, vault: vault, clock: AppleClock(), connectivity: connectivity, passcode: passcode)
                    },
                    wipe: { try await Observer.wipe(dir: try StoreFolder().store, vault: vault) },
                    captures: { try StoreFolder().captures }, language: AppLanguage.current))
        }

        /// At every launch, also one into the background: what the scheduler calls has to be known before launching ends.
        func launch() {
            let sync = BackgroundSync(refresh: "org.kuager.sample.refresh", processing: "org.kuager.sample.processing") {
                [weak self] limit in try await self?.deliver(limit) ?? .nothing
            }
            background = sync.register() ? sync : nil
            watch(UIApplication.protectedDataDidBecomeAvailableNotification) { device in Task { await device.open() } }
            watch(UIApplication.didEnterBackgroundNotification) { device in
                device.schedule()
                device.left = .now
            }
            watch(UIApplication.willEnterForegroundNotification) { device in Task { await device.lockIfAway() } }
            // However it was opened: with a passcode that was typed, or without one.
            Task { for await state in model.states() where state == .ready { await open() } }
            Task { await open() }
        }

        /// Opens the store, and lets the platform follow it. Safe to call again.
        func open() async {
            await model.open()
            guard let observer = model.observer, lifecycle == nil else { return }
            connectivity.start(observer)
            lifecycle = Lifecycle(observer) { _ in
                // Nothing to show: whatever keeps things from being sent is in the outbox, and a store that fails says so to
                // the next call of a screen.
            }
            following = Task { [weak self] in
                do {
                    for try await outlook in observer.outlookUpdates { self?.lastOutlook = outlook }
                } catch {
                    self?.lastOutlook = nil
                }
            }
        }

        /// Asks for the passcode, if there is one and the app was away for long.
        private func lockIfAway() async {
            guard let left, left.duration(to: .now) >= Self.staysOpen else { return }
            let before = model.observer
            await model.lock()
            if before != nil, model.observer == nil { stopFollowing() }
        }

        private func stopFollowing() {
            lifecycle?.stop()
            lifecycle = nil
            following?.cancel()
            lastOutlook = nil
        }

        /// Delivery may go on: an invite was accepted.
        func deliveryPossible() {
            lifecycle?.deliveryPossible()
        }

        /// Destroys everything.
        func wipe() async throws {
            stopFollowing()
            try await model.wipe()
        }

        private func deliver(_ limit: TimeInterval) async throws -> Outlook {
            await open()
            guard let observer = model.observer, let lifecycle else { return .nothing }
            return try await lifecycle.whileWorking {
                try await observer.sync(limit: limit)
                return try await observer.outlook()
            }
        }

        private func schedule() {
            // The outbox as last seen: the store is being closed at this moment. Without background refresh, which a person may
            // switch off, records go when the app is in front.
            if let lastOutlook { try? background?.schedule(after: lastOutlook) }
        }

        private func watch(_ name: Notification.Name, _ heard: @escaping @MainActor (Device) -> Void) {
            let watch = NotificationCenter.default.addObserver(forName: name, object: nil, queue: .main) { [weak self] _ in
                MainActor.assumeIsolated {
                    if let self { heard(self) }
                }
            }
            watches.append(watch)
        }
    }

    extension Outlook {
        /// Nothing to send, and nothing known.
        fileprivate static let nothing = Outlook(
            completed: true, left: 0, mediaLeft: 0, obstacle: nil, nextAttemptMs: nil)
    }
#endif
