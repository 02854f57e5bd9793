import KuagerFFI

/// The one owner of an observer on the other side: hands it to calls, and lets go of it when it is closed.
final class Session: Sendable {
    private struct State {
        var handle: ObserverHandle?
        var isOpen = true
        /// Calls and syncs under way.
        var users = 0
        var waitingForUsers: CheckedContinuation<Void, Never>?
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    let changes: ChangeHub
    private let state: Locked<State>

    init(handle: ObserverHandle, changes: ChangeHub) {
        self.changes = changes
        state = Locked(State(handle: handle))
    }

    /// Whether nobody has closed it yet.
    var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Makes a call, on a thread that may wait.
    func call<Value: Sendable>(
        on threads: Threads = .calls, _ work: @escaping @Sendable (ObserverHandle) throws -> Value
    ) async throws(KuagerError) -> Value {
        try enter()
        let result = await threads.run { self.attempt(work) }
        leave()
        return try result.get()
    }

    /// Starts long work and waits for its end. Cancelling the task stops the work.
    func work(
        _ start: @escaping @Sendable (ObserverHandle) throws -> TaskHandle
    ) async throws(KuagerError) -> SyncSummary {
        try enter()
        let result = await follow(start)
        leave()
        return try result.get()
    }

    /// Closes with `last` as the last call. When this returns, nothing is under way and nothing is kept on the other side;
    /// gives nothing when somebody else has closed, after they are done.
    func end(_ last: @escaping @Sendable (ObserverHandle) throws -> Void) async -> Result<Void, KuagerError>? {
        let first = state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
        guard first else {
            await ended()
            return nil
        }
        let result = await Threads.lifecycle.run { self.attempt(last) }
        changes.finish()
        await idle()
        await Threads.lifecycle.run { self.release() }
        return result
    }

    // The handle lives in no frame but this one's, which is gone before `leave` is called: so whoever waits for the last user
    // may count on the handle being dropped.
    private func attempt<Value>(_ work: (ObserverHandle) throws -> Value) -> Result<Value, KuagerError> {
        guard let handle = state.withLock({ $0.handle }) else { return .failure(.closed) }
        do {
            return .success(try work(handle))
        } catch {
            return .failure(KuagerError(error))
        }
    }

    private func follow(
        _ start: @escaping @Sendable (ObserverHandle) throws -> TaskHandle
    ) async -> Result<SyncSummary, KuagerError> {
        switch await Threads.calls.run({ self.attempt(start) }) {
        case .failure(let error):
            return .failure(error)
        case .success(let task):
            return await withTaskCancellationHandler {
                do {
                    return .success(try await task.finished())
                } catch {
                    return .failure(KuagerError(error))
                }
            } onCancel: {
                // Never fails; the end of the work is told by `finished`.
                try? task.cancel()
            }
        }
    }

    private func enter() throws(KuagerError) {
        let entered = state.withLock { state in
            if state.isOpen { state.users += 1 }
            return state.isOpen
        }
        if !entered { throw .closed }
    }

    private func leave() {
        let waiting: CheckedContinuation<Void, Never>? = state.withLock { state in
            state.users -= 1
            guard state.users == 0 else { return nil }
            defer { state.waitingForUsers = nil }
            return state.waitingForUsers
        }
        waiting?.resume()
    }

    private func idle() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.users > 0 { state.waitingForUsers = continuation }
                return state.users == 0
            }
            if isIdle { continuation.resume() }
        }
    }

    private func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if state.handle != nil { state.waitingForEnd.append(continuation) }
                return state.handle == nil
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func release() {
        let waiting = state.withLock { state in
            defer { state.waitingForEnd = [] }
            state.handle = nil
            return state.waitingForEnd
        }
        waiting.forEach { $0.resume() }
    }
}
