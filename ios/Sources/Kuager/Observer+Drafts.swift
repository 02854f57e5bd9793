import KuagerFFI

/// Drafts, and the records they become.
extension Observer {
    /// Begins a draft of a form, or of a note where `new` names no form, and saves it.
    ///
    /// - Returns: The draft's name.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noPack``, ``KuagerError/Code/noSuchForm``, ``KuagerError/Code/noTraining``,
    ///   ``KuagerError/Code/exitPollOff``.
    public func newDraft(_ new: NewDraft) async throws(KuagerError) -> String {
        try await session.call { try $0.newDraft(new: new) }
    }

    /// All drafts, the last changed first.
    public func drafts() async throws(KuagerError) -> [DraftInfo] {
        try await session.call { try $0.drafts() }
    }

    /// One draft.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noSuchDraft``.
    public func draft(_ draft: String) async throws(KuagerError) -> DraftInfo {
        try await session.call { try $0.draft(draft: draft) }
    }

    /// Sets one answer, or clears it with `nil`. When this returns, the change survives a kill.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/answerDoesNotFit``, ``KuagerError/Code/unknownQuestion``,
    ///   ``KuagerError/Code/noSuchDraft``.
    public func setAnswer(draft: String, question: String, answer: Value?) async throws(KuagerError) {
        try await session.call { try $0.setAnswer(draft: draft, question: question, answer: answer) }
    }

    /// Sets one answer wherever it stands, also within groups, or clears it with `nil`: `place` as ``formState(draft:)`` gives it.
    ///
    /// - Throws: ``KuagerError``: as ``setAnswer(draft:question:answer:)``; ``KuagerError/Code/unknownQuestion`` also for an entry that
    ///   is not there.
    public func setAnswer(draft: String, place: Place, answer: Value?) async throws(KuagerError) {
        try await session.call { try $0.setAnswerAt(draft: draft, place: place, answer: answer) }
    }

    /// Adds an entry to a repeat group, with what it begins with.
    ///
    /// - Returns: The entry's number, from 0.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/unknownQuestion`` where there is no such group,
    ///   ``KuagerError/Code/answerDoesNotFit`` for an entry too many, ``KuagerError/Code/noSuchDraft``.
    @discardableResult
    public func addEntry(draft: String, group: String) async throws(KuagerError) -> Int64 {
        try await session.call { try $0.addEntry(draft: draft, group: group) }
    }

    /// Takes an entry out of a repeat group; those after it move up.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/unknownQuestion`` where there is no such entry,
    ///   ``KuagerError/Code/noSuchDraft``.
    public func removeEntry(draft: String, group: String, entry: Int64) async throws(KuagerError) {
        try await session.call { try $0.removeEntry(draft: draft, group: group, entry: entry) }
    }

    /// Changes the text of a note.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noSuchDraft``.
    public func setText(draft: String, text: String) async throws(KuagerError) {
        try await session.call { try $0.setText(draft: draft, text: text) }
    }

    /// Sets where the device is, for this draft, or with `nil` that it is not said.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noSuchDraft``.
    public func setLocation(draft: String, location: LocationInfo?) async throws(KuagerError) {
        try await session.call { try $0.setLocation(draft: draft, location: location) }
    }

    /// Switches the language a draft is shown in.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noSuchDraft``.
    public func setLanguage(draft: String, language: String) async throws(KuagerError) {
        try await session.call { try $0.setLanguage(draft: draft, language: language) }
    }

    /// Puts a draft at another station.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noSuchDraft``.
    public func setStation(draft: String, station: String) async throws(KuagerError) {
        try await session.call { try $0.setStation(draft: draft, station: station) }
    }

    /// Throws a draft away.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    public func discardDraft(_ draft: String) async throws(KuagerError) -> Bool {
        try await session.call { try $0.discardDraft(draft: draft) }
    }

    /// How the form of a draft stands, in the draft's language; `nil` for a note. Changes with every answer:
    /// ``formUpdates(draft:)`` follows it.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/formNotUnderstood``, ``KuagerError/Code/noSuchDraft``.
    public func formState(draft: String) async throws(KuagerError) -> FormState? {
        try await session.call { try $0.formState(draft: draft) }
    }

    /// What the current pack changes against the one a draft was begun under; `nil` when it is the same.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noSuchDraft``, ``KuagerError/Code/noPack``.
    public func packChanges(draft: String) async throws(KuagerError) -> [FormChange]? {
        try await session.call { try $0.packChanges(draft: draft) }
    }

    /// Seals a draft: from here on it is signed evidence, chained and queued. When this returns, it survives anything but loss of
    /// the disk. There is no way back; ``correct(record:)`` makes a new record.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/notInvited``, ``KuagerError/Code/cannotSeal``, ``KuagerError/Code/tooLarge``,
    ///   ``KuagerError/Code/noSuchDraft``; the draft is then unchanged.
    @discardableResult
    public func seal(draft: String) async throws(KuagerError) -> Sealed {
        try await session.call { try $0.seal(draft: draft) }
    }

    /// Begins a correction of a sealed record. Both stay.
    ///
    /// - Returns: The draft's name.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noSuchRecord``.
    public func correct(record: String) async throws(KuagerError) -> String {
        try await session.call { try $0.correct(record: record) }
    }

    /// The newest records and where they stand, the newest first.
    public func recent(limit: Int = .max) async throws(KuagerError) -> [RecordInfo] {
        try await session.call { try $0.recent(limit: Int64(limit)) }
    }

    /// One sealed record with what the coordinator signed about it.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noSuchRecord``.
    public func record(_ record: String) async throws(KuagerError) -> SealedRecord {
        try await session.call { try $0.record(record: record) }
    }
}
