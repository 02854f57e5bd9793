#if canImport(Network)
    import Foundation
    import Network

    /// Watches the network and tells the observer when there is another one.
    ///
    /// Give it to the observer when opening, then call ``start(_:)`` with that observer. It holds the observer weakly, since the
    /// observer holds it.
    public final class PathConnectivity: Connectivity {
        private let monitor = NWPathMonitor()
        private let queue = DispatchQueue(label: "org.kuager.path")
        private let state = Locked(State())

        private struct State {
            var path = NetworkPath.unknown
            weak var observer: Observer?
        }

        /// Begins to watch.
        public init() {
            monitor.pathUpdateHandler = { @Sendable [weak self] path in self?.take(NetworkPath(path)) }
            monitor.start(queue: queue)
        }

        deinit {
            monitor.cancel()
        }

        /// Tells this observer of every change from now on.
        public func start(_ observer: Observer) {
            state.withLock { $0.observer = observer }
        }

        public func current() -> NetworkState {
            state.withLock { $0.path.state }
        }

        private func take(_ new: NetworkPath) {
            let told: Observer? = state.withLock { state in
                // The monitor repeats itself; telling the core drops its connections, so only a real change counts.
                defer { state.path = new }
                return state.path == new ? nil : state.observer
            }
            guard let told else { return }
            // A paused or closed observer needs no telling: it asks again when it resumes.
            Task { try? await told.networkChanged() }
        }
    }

    extension NetworkPath {
        fileprivate init(_ path: NWPath) {
            // `requiresConnection` is no reason to wait: the first attempt brings the network up, as a VPN on demand.
            self.init(
                isSatisfied: path.status != .unsatisfied, isExpensive: path.isExpensive,
                isConstrained: path.isConstrained, interfaces: path.availableInterfaces.map(\.name))
        }
    }
#endif
