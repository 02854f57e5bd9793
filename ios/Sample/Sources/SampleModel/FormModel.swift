import Foundation
import Kuager

/// A draft being filled in: every tap is saved at once, and the form says anew what it asks.
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
        /// What the draft has become.
        public var sealed: SealedInfo?

        /// Nothing known yet.
        public init() {}

        /// Control relations that say something about these answers, what fails first.
        public var relations: [RelationInfo] {
            let judged = form?.relations.filter { $0.standing != .notJudged } ?? []
            let order: [RelationStanding] = [.fails, .unknown, .holds]
            return order.flatMap { standing in judged.filter { $0.standing == standing } }
        }

        /// What to remind of about a question.
        public func reminders(at place: PlaceInfo) -> [Phrase] {
            form?.reminders.filter { $0.place == place }.map { Phrase($0.reason) } ?? []
        }

        /// Whether an answer to a question is still expected.
        public func isMissing(_ place: PlaceInfo) -> Bool {
            form?.missing.contains(place) ?? false
        }

        /// The photos that answer a question.
        public func photos(of question: String) -> [AttachmentInfo] {
            draft?.attachments.filter { $0.label == question && $0.role == .original } ?? []
        }
    }

    /// Something that went wrong.
    public struct Problem: Equatable, Sendable {
        /// The question; absent for what concerns the draft as a whole.
        public var place: PlaceInfo?
        /// What to tell the observer.
        public var phrase: Phrase
    }

    /// The draft's name.
    public let draft: String
    private let observer: Observer
    private let captures: CaptureFolder

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
                guard let held = drafts.first(where: { $0.id == draft }) else { return }
                let form = try await observer.formState(draft: draft)
                update { ($0.draft, $0.form) = (held, form) }
            }
        } catch let error as KuagerError where error.code == .noSuchDraft {
            return
        } catch {
            fail(error, nil)
        }
    }

    /// Saves an answer, or clears it. When this returns, it survives a kill.
    public func answer(_ place: PlaceInfo, _ answer: Answer?) async {
        await attempt(at: place) { [self] in
            guard let group = place.group, let entry = place.entry else {
                try await observer.setAnswer(draft: draft, question: place.question, answer: answer)
                return
            }
            let held = try await observer.draft(draft).answers[group]
            let whole = Entry.entry(answer, to: place.question, at: entry, in: held)
            try await observer.setAnswer(draft: draft, question: group, answer: whole)
        }
    }

    /// Saves a number as it was typed; an empty text clears it.
    public func number(_ place: PlaceInfo, _ text: String, scale: Int64) async {
        guard !text.trimmingCharacters(in: .whitespaces).isEmpty else { return await answer(place, nil) }
        guard let number = Entry.number(text, scale: scale) else {
            return update { $0.problem = Problem(place: place, phrase: Phrase(.answerNotANumber)) }
        }
        await answer(place, .number(value: number))
    }

    /// Chooses a choice, or takes it back where several may be chosen.
    public func toggle(_ choice: String, of question: AskedQuestion) async {
        guard question.kind == .choices else {
            return await answer(question.place, .text(value: choice))
        }
        var chosen: [Answer] = []
        if case .several(let values) = question.answer { chosen = values }
        let choice = Answer.text(value: choice)
        if chosen.contains(choice) { chosen.removeAll { $0 == choice } } else { chosen.append(choice) }
        await answer(question.place, chosen.isEmpty ? nil : .several(values: chosen))
    }

    /// Adds an entry to a repeat group.
    public func addEntry(_ group: PlaceInfo) async {
        await changeGroup(group) { Entry.adding(to: $0) }
    }

    /// Takes an entry out of a repeat group.
    public func removeEntry(_ index: Int64, _ group: PlaceInfo) async {
        await changeGroup(group) { Entry.removing(index, from: $0) }
    }

    /// Changes the text of a note.
    public func text(_ text: String) async {
        await attempt(at: nil) { [self] in try await observer.setText(draft: draft, text: text) }
    }

    /// Asks whether the camera may open for a question; why not is in ``State/problem``.
    public func mayPhotograph(_ place: PlaceInfo?) async -> Bool {
        await attempt(at: place) { [self] in
            try await observer.captureAllowed(draft: draft, label: place?.question)
        }
    }

    /// Takes a photo for a question.
    public func photograph(_ place: PlaceInfo?, with source: any PhotoSource) async {
        update { $0.isSavingPhoto = true }
        await attempt(at: place) { [self] in
            try await Photos.take(
                source, draft: draft, label: place?.question, observer: observer, folder: captures)
        }
        update { $0.isSavingPhoto = false }
    }

    /// Takes a photo out of the draft.
    public func remove(photo: AttachmentInfo) async {
        await attempt(at: nil) { [self] in try await observer.detach(draft: draft, file: photo.hash) }
    }

    /// Seals: signed, chained, queued, and never changed again. Nothing that is missing or does not add up keeps from it.
    public func seal() async {
        await attempt(at: nil) { [self] in
            let sealed = try await observer.seal(draft: draft)
            update { $0.sealed = sealed }
        }
    }

    /// Throws the draft away.
    ///
    /// - Returns: Whether it is gone.
    public func discard() async -> Bool {
        await attempt(at: nil) { [self] in try await observer.discardDraft(draft) }
    }

    private func changeGroup(_ group: PlaceInfo, _ change: (Answer?) -> Answer?) async {
        await attempt(at: group) { [self] in
            let held = try await observer.draft(draft).answers[group.question]
            try await observer.setAnswer(draft: draft, question: group.question, answer: change(held))
        }
    }

    @discardableResult
    private func attempt(at place: PlaceInfo?, _ work: () async throws -> Void) async -> Bool {
        do {
            try await work()
            update { $0.problem = nil }
            return true
        } catch {
            fail(error, place)
            return false
        }
    }

    private func fail(_ error: any Error, _ place: PlaceInfo?) {
        update { $0.problem = Problem(place: place, phrase: Phrase(error)) }
    }
}
