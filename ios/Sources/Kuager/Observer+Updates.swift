import KuagerFFI

/// States to follow, for screens.
extension Observer {
    /// How things stand.
    public var statusUpdates: Updates<ObserverStatus> {
        updates(of: [.status, .records]) { try $0.status() }
    }

    /// All drafts, the last changed first.
    public var draftUpdates: Updates<[DraftInfo]> {
        updates(of: .drafts) { try $0.drafts() }
    }

    /// How the form of a draft stands. Ends when the draft is sealed or discarded; a note has none.
    public func formUpdates(draft: String) -> Updates<FormState> {
        updates(of: [.drafts, .pack]) { handle in
            do {
                return try handle.formState(draft: draft)
            } catch let error where KuagerError(error).code == .noSuchDraft {
                return nil
            }
        }
    }

    /// The newest records, the newest first.
    public func recordUpdates(limit: Int = .max) -> Updates<[RecordInfo]> {
        updates(of: .records) { try $0.recent(limit: Int64(limit)) }
    }

    /// What is left to send, and what the next attempt waits for.
    public var outlookUpdates: Updates<Outlook> {
        updates(of: [.records, .media, .status]) { try $0.outlook() }
    }

    /// Every file and where it stands, in the order they came.
    public var mediaUpdates: Updates<[MediaInfo]> {
        updates(of: .media) { try $0.media() }
    }

    /// Messages, oldest first.
    public var messageUpdates: Updates<[MessageInfo]> {
        updates(of: .messages) { try $0.messages() }
    }

    /// The current pack. Waits for the first one where there is none yet.
    public func packUpdates(language: String) -> Updates<PackInfo> {
        updates(of: .pack) { try $0.pack(language: language) }
    }

    /// The regions of the pack, and whether the stations of each are on the phone. Waits for the first pack.
    public func regionUpdates(language: String) -> Updates<[RegionInfo]> {
        updates(of: [.pack, .stations]) { try $0.regions(language: language) }
    }

    /// How far uploads have come, at most ten times a second, and a hint only: ``media()`` says what has arrived.
    public func uploadProgress() -> AsyncStream<UploadProgress> {
        session.changes.progress()
    }

    private func updates<Element: Equatable & Sendable>(
        of topics: Topics, read: @escaping @Sendable (ObserverHandle) throws -> Element?
    ) -> Updates<Element> {
        // Not the observer itself: a screen that follows must not keep open what its owner let go.
        let session = session
        return Updates(signals: { session.changes.signals(of: topics) }) {
            try await session.call(read)
        }
    }
}
