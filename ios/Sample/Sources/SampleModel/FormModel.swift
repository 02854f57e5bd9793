import Foundation
import Kuager

/// A draft being filled in: every tap is saved at once, in the order of the taps, and the form says anew what it asks.
public final class FormModel: StateModel<FormModel.State> {
    /// What the screen shows.
    public struct State: Equatable, Sendable {
        /// The answers so far, and the photos.
        public var draft: DraftInfo?
        /// What the form asks; absent for a note.
        public var form: FormState?
        /// What went wrong last, beside the question it is about.
        public var problem: Problem?
        /// A photo is being taken in.
        public var isSavingPhoto = false
        /// The photo taken last cannot be read in what goes ahead of it.
        public var isPhotoIllegible = false
        /// What the draft has become.
        public var sealed: Sealed?
        /// How often an entry was taken out, by group; see ``FormRow/ID``.
        var removals: [String: Int] = [:]

        /// Nothing known yet.
        public init() {}

        /// What the form asks, one below the other.
        public var rows: [FormRow] { FormRow.rows(of: form?.asked ?? [], removals: removals) }

        /// Control relations that say something about these answers, what fails first.
        public var relations: [RelationState] {
            let judged = form?.relations.filter { $0.standing != .notJudged } ?? []
            let order: [RelationStanding] = [.fails, .unknown, .holds]
            return order.flatMap { standing in judged.filter { $0.standing == standing } }
        }

        /// What to remind of about a question.
        public func reminders(at place: Place) -> [Phrase] {
            form?.reminders.filter { $0.place == place }.map { Phrase($0.kind) } ?? []
        }

        /// Whether an answer to a question is still expected.
        public func isMissing(_ place: Place) -> Bool {
            form?.missing.contains(place) ?? false
        }

        /// The photos that answer a question.
        public func photos(of place: Place) -> [AttachmentInfo] {
            draft?.attachments.filter { $0.label == place.label && $0.role == .original } ?? []
        }
    }

    /// Something that went wrong.
    public struct Problem: Equatable, Sendable {
        /// The question; absent for what concerns the draft as a whole.
        public var place: Place?
        /// What to tell the observer.
        public var phrase: Phrase

        /// Whether it is past once something went well: what concerns the draft as a whole at once, what concerns a question when
        /// that one did, or the group around it.
        func isSettled(by success: Place?) -> Bool {
            guard let place else { return true }
            guard let success else { return false }
            return place == success || place.group == success.question
        }
    }

    /// The draft's name.
    public let draft: String
    private let observer: Observer
    private let captures: CaptureFolder
    private var lastChange: Task<Bool, Never>?

    /// A screen for a draft; ``follow()`` fills it.
    public init(_ observer: Observer, draft: String, captures: CaptureFolder) {
        self.observer = observer
        self.draft = draft
        self.captures = captures
        super.init(State())
    }

    /// Follows the draft until it is sealed or thrown away, or the task is cancelled.
    public func follow() async {
        do {
            for try await drafts in observer.draftUpdates {
                guard let saved = drafts.first(where: { $0.id == draft }) else { return }
                let form = try await observer.formState(draft: draft)
                update { ($0.draft, $0.form) = (saved, form) }
            }
        } catch let error as KuagerError where error.code == .noSuchDraft {
            return
        } catch {
            fail(error, nil)
        }
    }

    /// Saves an answer, or clears it. When this returns, it survives a kill.
    public func answer(_ place: Place, _ answer: Value?) async {
        await inOrder(at: place) { [self] in
            try await observer.setAnswer(draft: draft, place: place, answer: answer)
        }
    }

    /// Saves a number as it was typed; an empty text clears it.
    public func number(_ place: Place, _ text: String, scale: Int64) async {
        guard !text.trimmingCharacters(in: .whitespaces).isEmpty else { return await answer(place, nil) }
        guard let number = Entry.number(text, scale: scale) else {
            return update { $0.problem = Problem(place: place, phrase: Phrase(.answerNotANumber)) }
        }
        await answer(place, .int(value: number))
    }

    /// Chooses a choice of a question as the screen shows it, or takes it back: a slip of the finger must not stay.
    public func toggle(_ key: String, of question: Asked) async {
        let (choice, chooses) = (Value.text(value: key), !question.isChosen(key))
        guard question.kind == .choices else { return await answer(question.place, chooses ? choice : nil) }
        await inOrder(at: question.place) { [self] in
            // The others as they are saved: what the screen shows may be a tap behind.
            let asked = try await observer.formState(draft: draft)?.asked.first { $0.place == question.place }
            var chosen: [Value] = []
            if case .list(let values) = asked?.value { chosen = values.filter { $0 != choice } }
            if chooses { chosen.append(choice) }
            try await observer.setAnswer(
                draft: draft, place: question.place, answer: chosen.isEmpty ? nil : .list(values: chosen))
        }
    }

    /// Adds an entry to a repeat group.
    ///
    /// - Returns: Its number, from 0; nothing when there may be no more, which ``State/problem`` says.
    @discardableResult
    public func addEntry(to group: Place) async -> Int64? {
        var added: Int64?
        await inOrder(at: group) { [self] in added = try await observer.addEntry(draft: draft, group: group.question) }
        return added
    }

    /// Takes an entry out of a repeat group; those after it move up.
    public func removeEntry(_ entry: Int64, of group: Place) async {
        await inOrder(at: group) { [self] in
            try await observer.removeEntry(draft: draft, group: group.question, entry: entry)
            let form = try await observer.formState(draft: draft)
            update {
                $0.form = form
                $0.removals[group.question, default: 0] += 1
            }
        }
    }

    /// Changes the text of a note.
    public func text(_ text: String) async {
        await inOrder(at: nil) { [self] in try await observer.setText(draft: draft, text: text) }
    }

    /// Asks whether the camera may open for a question; why not is in ``State/problem``.
    public func mayPhotograph(_ place: Place?) async -> Bool {
        await attempt(at: place) { [self] in
            try await observer.captureAllowed(draft: draft, label: place?.label)
        }
    }

    /// Takes a photo for a question.
    public func photograph(_ place: Place?, with source: any PhotoSource) async {
        update { ($0.isSavingPhoto, $0.isPhotoIllegible) = (true, false) }
        await attempt(at: place) { [self] in
            let attached = try await Photos.take(
                source, draft: draft, label: place?.label, observer: observer, folder: captures)
            update { $0.isPhotoIllegible = attached.isIllegible }
        }
        update { $0.isSavingPhoto = false }
    }

    /// Takes a photo out of the draft.
    public func remove(photo: AttachmentInfo) async {
        await inOrder(at: nil) { [self] in try await observer.detach(draft: draft, media: photo.hash, label: photo.label) }
    }

    /// Seals: signed, chained, queued, and never changed again. Nothing that is missing or does not add up keeps from it.
    public func seal() async {
        await inOrder(at: nil) { [self] in
            let sealed = try await observer.seal(draft: draft)
            update { $0.sealed = sealed }
        }
    }

    /// Throws the draft away.
    ///
    /// - Returns: Whether it is gone.
    public func discard() async -> Bool {
        await inOrder(at: nil) { [self] in try await observer.discardDraft(draft) }
    }

    /// Makes a change when those before it are through: what is typed first is saved first, and a seal is behind everything.
    @discardableResult
    private func inOrder(at place: Place?, _ work: @escaping @MainActor () async throws -> Void) async -> Bool {
        let before = lastChange
        let change = Task {
            _ = await before?.value
            return await attempt(at: place, work)
        }
        lastChange = change
        return await change.value
    }

    @discardableResult
    private func attempt(at place: Place?, _ work: @MainActor () async throws -> Void) async -> Bool {
        do {
            try await work()
            update { state in
                if let problem = state.problem, problem.isSettled(by: place) { state.problem = nil }
            }
            return true
        } catch {
            fail(error, place)
            return false
        }
    }

    private func fail(_ error: any Error, _ place: Place?) {
        update { $0.problem = Problem(place: place, phrase: Phrase(error)) }
    }
}
