import Kuager

/// A sealed record with what the coordinator signed about it.
public final class RecordModel: StateModel<RecordModel.State> {
    /// What the screen shows.
    public struct State: Equatable, Sendable {
        /// The record, once read.
        public var detail: SealedRecord?
        /// What went wrong.
        public var problem: Phrase?
        /// The correction that was begun.
        public var correction: String?

        /// Nothing known yet.
        public init() {}
    }

    private let observer: Observer
    private let record: String

    /// A screen for a record; ``follow()`` fills it.
    public init(_ observer: Observer, record: String) {
        self.observer = observer
        self.record = record
        super.init(State())
    }

    /// Follows the record: a receipt may arrive while somebody looks.
    public func follow() async {
        do {
            for try await _ in observer.recordUpdates(limit: 200) {
                let detail = try await observer.record(record)
                update { $0.detail = detail }
            }
        } catch {
            update { $0.problem = Phrase(error) }
        }
    }

    /// Begins a correction: a new record that names this one, which stays.
    public func correct() async {
        do {
            let draft = try await observer.correct(record: record)
            update { ($0.correction, $0.problem) = (draft, nil) }
        } catch {
            update { $0.problem = Phrase(error) }
        }
    }
}
