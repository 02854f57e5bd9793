/// A state as it changes: first as it is now, then anew after every change.
///
/// Whoever iterates slowly misses states in between, never the last one. Each iteration is on its own, and ends when the observer
/// is closed. While the observer is paused, or has no pack where one is needed, nothing comes. Errors that time does not heal are thrown, always a ``KuagerError``.
public struct Updates<Element: Equatable & Sendable>: AsyncSequence, Sendable {
    let signals: @Sendable () -> AsyncStream<Void>
    /// Reads the state; throws ``KuagerError``. Nothing ends the sequence.
    let read: @Sendable () async throws -> Element?

    public func makeAsyncIterator() -> Iterator {
        Iterator(signals: signals().makeAsyncIterator(), read: read)
    }

    /// One iteration.
    public struct Iterator: AsyncIteratorProtocol {
        var signals: AsyncStream<Void>.Iterator
        let read: @Sendable () async throws -> Element?
        var last: Element?

        public mutating func next() async throws -> Element? {
            while await signals.next() != nil {
                do {
                    guard let element = try await read() else { return nil }
                    guard element != last else { continue }
                    last = element
                    return element
                } catch let error as KuagerError where error.code == .storeClosed {
                    return nil
                } catch let error as KuagerError where error.isRetryable || error.code == .noPack {
                    continue
                }
            }
            return nil
        }
    }
}
