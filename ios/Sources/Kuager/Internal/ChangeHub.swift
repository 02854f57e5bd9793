import KuagerFFI

/// What can change.
struct Topics: OptionSet, Sendable {
    let rawValue: UInt8

    static let drafts = Topics(rawValue: 1 << 0)
    static let records = Topics(rawValue: 1 << 1)
    static let media = Topics(rawValue: 1 << 2)
    static let messages = Topics(rawValue: 1 << 3)
    static let status = Topics(rawValue: 1 << 4)
    static let pack = Topics(rawValue: 1 << 5)
    static let stations = Topics(rawValue: 1 << 6)

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    init(_ changes: Changes) {
        let said: [(Bool, Topics)] = [
            (changes.drafts, .drafts), (changes.records, .records), (changes.media, .media),
            (changes.messages, .messages), (changes.status, .status), (changes.pack, .pack),
            (changes.stations, .stations),
        ]
        self.init(said.filter(\.0).map(\.1))
    }
}

/// Passes on that something changed. Holds no observer, which holds it.
final class ChangeHub: ChangeListener {
    private enum Subscriber {
        case signals(Topics, AsyncStream<Void>.Continuation)
        case progress(AsyncStream<UploadProgress>.Continuation)

        func finish() {
            switch self {
            case .signals(_, let continuation): continuation.finish()
            case .progress(let continuation): continuation.finish()
            }
        }
    }

    private struct State {
        var subscribers: [UInt64: Subscriber] = [:]
        var last: UInt64 = 0
        var isFinished = false
    }

    private let state = Locked(State())

    /// One signal at once and one after every change of these topics. Signals that nobody took become one.
    func signals(of topics: Topics) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        continuation.yield()
        let number = add(.signals(topics, continuation))
        continuation.onTermination = { [weak self] _ in self?.remove(number) }
        return stream
    }

    /// How far uploads have come, the newest of it where nobody takes it in time.
    func progress() -> AsyncStream<UploadProgress> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: UploadProgress.self, bufferingPolicy: .bufferingNewest(32))
        let number = add(.progress(continuation))
        continuation.onTermination = { [weak self] _ in self?.remove(number) }
        return stream
    }

    func changed(changes: Changes) throws -> Heard {
        let topics = Topics(changes)
        for subscriber in state.withLock({ Array($0.subscribers.values) }) {
            switch subscriber {
            case .signals(let wanted, let continuation) where !wanted.isDisjoint(with: topics):
                continuation.yield()
            case .progress(let continuation):
                changes.progress.forEach { continuation.yield($0) }
            case .signals:
                break
            }
        }
        return .goOn
    }

    /// Ends every sequence.
    func finish() {
        let subscribers = state.withLock { state in
            defer { state.subscribers = [:] }
            state.isFinished = true
            return Array(state.subscribers.values)
        }
        subscribers.forEach { $0.finish() }
    }

    private func add(_ subscriber: Subscriber) -> UInt64 {
        let (number, isFinished) = state.withLock { state in
            state.last += 1
            if !state.isFinished { state.subscribers[state.last] = subscriber }
            return (state.last, state.isFinished)
        }
        if isFinished { subscriber.finish() }
        return number
    }

    private func remove(_ number: UInt64) {
        _ = state.withLock { $0.subscribers.removeValue(forKey: number) }
    }
}
