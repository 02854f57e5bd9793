import Kuager

/// What the coordinator wrote, and what it asks for as one tap.
public final class MessagesModel: StateModel<MessagesModel.State> {
    /// What the screen shows.
    public struct State: Equatable, Sendable {
        /// Messages, the newest first.
        public var messages: [MessageInfo] = []
        /// What went wrong.
        public var problem: Phrase?

        /// Nothing known yet.
        public init() {}
    }

    /// A photo to take again.
    public struct Retake: Equatable, Sendable {
        /// The correction to take it in.
        public let draft: String
        /// The question or page it is for.
        public let label: String?
    }

    private let observer: Observer

    /// A screen that knows nothing yet; ``follow()`` fills it.
    public init(_ observer: Observer) {
        self.observer = observer
        super.init(State())
    }

    /// Follows the messages until the task is cancelled or the observer is closed.
    public func follow() async {
        do {
            for try await messages in observer.messageUpdates { update { $0.messages = messages.reversed() } }
        } catch {
            update { $0.problem = Phrase(error) }
        }
    }

    /// Marks a message as read.
    public func read(_ message: MessageInfo) async {
        guard !message.read else { return }
        do {
            try await observer.markRead(message: message.number)
        } catch {
            update { $0.problem = Phrase(error) }
        }
    }

    /// Begins what a message asks for: a correction of the record without the photo that cannot be read. The record and the
    /// photo that were sent stay as they are.
    ///
    /// - Returns: What to photograph; nothing when the message asks for nothing, or it failed, which ``State/problem`` explains.
    public func retake(_ message: MessageInfo) async -> Retake? {
        guard message.ask == .retake, let record = message.about else { return nil }
        do {
            let draft = try await observer.correct(record: record)
            let attachments = try await observer.draft(draft).attachments
            let photo = attachments.first { $0.hash == message.media }
            if let photo { try await observer.detach(draft: draft, media: photo.hash) }
            update { $0.problem = nil }
            await read(message)
            return Retake(draft: draft, label: photo?.label)
        } catch {
            update { $0.problem = Phrase(error) }
            return nil
        }
    }
}
