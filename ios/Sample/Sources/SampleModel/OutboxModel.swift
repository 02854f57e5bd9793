import Foundation
import Kuager

/// What has been sealed, where it stands, and why it has not arrived.
public final class OutboxModel: StateModel<OutboxModel.State> {
    /// What the screen shows.
    public struct State: Equatable, Sendable {
        /// What is left to send.
        public var outlook: Outlook?
        /// Records, the newest first.
        public var records: [Row] = []
        /// Files that a record lists, in the order they came.
        public var files: [FileRow] = []
        /// A sync that somebody asked for is under way.
        public var isSyncing = false
        /// What went wrong.
        public var problem: Phrase?

        /// Nothing known yet.
        public init() {}

        /// Why nothing more is sent now.
        public var why: Phrase? { outlook?.obstacle.map { Phrase($0) } }
    }

    /// A record.
    public struct Row: Equatable, Sendable, Identifiable {
        /// The record.
        public let record: RecordInfo
        /// Where it stands.
        public let state: Phrase
        /// Why it is not delivered; absent when it is, or when only its turn has not come.
        public let why: Phrase?

        public var id: String { record.hash }

        init(_ record: RecordInfo, outlook: Outlook?) {
            self.record = record
            state = Phrase(record.state)
            why =
                switch record.state {
                case .waiting(let reason): Phrase(reason)
                case .held(let reason): Phrase(reason)
                case .sealed: outlook?.obstacle.map { Phrase($0) }
                case .sending, .refused, .accepted, .forked: nil
                }
        }
    }

    /// A file.
    public struct FileRow: Equatable, Sendable, Identifiable {
        /// The file.
        public let file: MediaInfo
        /// Where it stands.
        public let state: Phrase
        /// Why it has not arrived.
        public let why: Phrase?
        /// It waits for a network without costs and may be sent all the same.
        public let canSendNow: Bool

        public var id: String { file.hash }

        init(_ file: MediaInfo) {
            self.file = file
            state = Phrase(file)
            switch file.state {
            case .delayed(let reason): (why, canSendNow) = (Phrase(reason), false)
            case .held(let reason): (why, canSendNow) = (Phrase(reason), reason == .metered || reason == .policy)
            case .kept, .waiting, .uploading, .stored: (why, canSendNow) = (nil, false)
            }
        }
    }

    private let observer: Observer
    private var sync: Task<Void, Never>?

    /// A screen that knows nothing yet; ``follow()`` fills it.
    public init(_ observer: Observer) {
        self.observer = observer
        super.init(State())
    }

    /// Follows the store until the task is cancelled or the observer is closed.
    public func follow() async {
        do {
            // Whatever changes what is to be sent changes this; records and files are then read with it, so that a row and its
            // reason belong to one moment.
            async let files: Void = followFiles()
            for try await outlook in observer.outlookUpdates { try await read(outlook) }
            try await files
        } catch {
            update { $0.problem = Phrase(error) }
        }
    }

    /// Delivers for at most a minute, as somebody asked. Records go by themselves as well.
    public func syncNow() {
        guard sync == nil else { return }
        update { ($0.isSyncing, $0.problem) = (true, nil) }
        sync = Task {
            do {
                try await observer.sync(limit: 60)
            } catch let error as KuagerError where error.code == .cancelled || error.code == .storePaused {
                // Stopped by the person, or by leaving the app.
            } catch {
                update { $0.problem = Phrase(error) }
            }
            update { $0.isSyncing = false }
            sync = nil
        }
    }

    /// Stops the sync that somebody asked for. What arrived has arrived.
    public func stopSync() {
        sync?.cancel()
    }

    /// Sends a file even where bytes cost money.
    public func sendNow(_ file: FileRow) async {
        do {
            try await observer.sendMediaNow(media: file.id)
        } catch {
            update { $0.problem = Phrase(error) }
        }
    }

    private func followFiles() async throws {
        for try await files in observer.mediaUpdates {
            update { $0.files = files.filter { $0.state != .kept }.map(FileRow.init) }
        }
    }

    private func read(_ outlook: Outlook) async throws {
        let records = try await observer.recent(limit: 200)
        update { state in
            state.outlook = outlook
            state.records = records.map { Row($0, outlook: outlook) }
        }
    }
}
