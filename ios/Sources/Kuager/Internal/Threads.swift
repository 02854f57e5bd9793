import Foundation

/// Threads that may wait for a disk. Swift's own must not: there is one for each core, and one that waits stops all tasks. Queues of
/// the system would do on Apple systems, but on Linux they share those threads.
///
/// A few, started when first needed and kept, not one for each call: the store writes one thing at a time anyway.
final class Threads: @unchecked Sendable {
    /// For calls.
    static let calls = Threads(name: "kuager-calls", most: 4)
    /// For pausing, closing and wiping, which never stand in a queue behind somebody's long video.
    static let lifecycle = Threads(name: "kuager-closing", most: 2)

    /// As much as Rust gives its own; Apple's half a megabyte is little for decoding a photo.
    private static let stackSize = 2 << 20

    private let name: String
    private let most: Int
    private let condition = NSCondition()
    // Touched while the condition is locked.
    private var waiting: [@Sendable () -> Void] = []
    private var started = 0
    private var idle = 0

    private init(name: String, most: Int) {
        self.name = name
        self.most = most
    }

    /// Runs something that may wait, on one of these threads.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            add { continuation.resume(returning: work()) }
        }
    }

    private func add(_ work: @escaping @Sendable () -> Void) {
        condition.lock()
        defer { condition.unlock() }
        waiting.append(work)
        if idle < waiting.count, started < most {
            started += 1
            start()
        }
        condition.signal()
    }

    private func start() {
        let thread = Thread { [self] in
            while true { autoreleasing(next()) }
        }
        thread.name = name
        thread.stackSize = Self.stackSize
        thread.qualityOfService = .userInitiated
        thread.start()
    }

    /// Waits for something to do.
    private func next() -> @Sendable () -> Void {
        condition.lock()
        defer { condition.unlock() }
        idle += 1
        while waiting.isEmpty { condition.wait() }
        idle -= 1
        return waiting.removeFirst()
    }
}

/// What a queue of the system does around each of its blocks; where there is no Objective-C, nothing.
private func autoreleasing(_ work: () -> Void) {
    #if canImport(ObjectiveC)
        autoreleasepool(invoking: work)
    #else
        work()
    #endif
}
