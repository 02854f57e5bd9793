/// What a screen shows, and whoever follows it. A plain class with an asynchronous sequence instead of Combine, so that it is
/// tested where there is no screen.
@MainActor
open class StateModel<State: Equatable & Sendable> {
    /// What the screen shows now.
    public private(set) var state: State

    private var followers: [Int: AsyncStream<State>.Continuation] = [:]
    private var last = 0

    init(_ state: State) {
        self.state = state
    }

    deinit {
        followers.values.forEach { $0.finish() }
    }

    /// The state as it is, and anew after each change. Whoever is slow misses states in between, never the last one.
    public func states() -> AsyncStream<State> {
        let (stream, continuation) = AsyncStream.makeStream(of: State.self, bufferingPolicy: .bufferingNewest(1))
        last += 1
        let number = last
        followers[number] = continuation
        continuation.onTermination = { [weak self] _ in
            Task { @MainActor in self?.followers[number] = nil }
        }
        continuation.yield(state)
        return stream
    }

    func update(_ change: (inout State) -> Void) {
        var changed = state
        change(&changed)
        guard changed != state else { return }
        state = changed
        followers.values.forEach { $0.yield(changed) }
    }
}
