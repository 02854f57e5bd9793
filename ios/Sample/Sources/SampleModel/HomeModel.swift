import Foundation
import Kuager

/// Where to begin: the forms of the election, what has been begun, and what the tabs say about the rest.
public final class HomeModel: StateModel<HomeModel.State> {
    /// What the screens show.
    public struct State: Equatable, Sendable {
        /// How things stand, once read.
        public var status: ObserverStatus?
        /// The election; absent until there is a pack.
        public var pack: PackInfo?
        /// What has been begun and not sealed.
        public var drafts: [DraftInfo] = []
        /// Where the observer is: the key of a station, or free text.
        public var station: String?
        /// The same for reading.
        public var stationName: String?
        /// Messages nobody has opened.
        public var unread = 0
        /// What is left to send.
        public var outlook: Outlook?
        /// What went wrong.
        public var problem: Phrase?

        /// Nothing known yet.
        public init() {}

        /// An invite is needed: none was accepted, or the last one was refused.
        public var needsInvite: Bool {
            guard let status else { return false }
            return status.deployment == nil || status.enrolmentRefused != nil
        }

        /// Records and files that have not arrived.
        public var waiting: Int64 { outlook.map { $0.left + $0.mediaLeft } ?? 0 }

        /// Forms that begin without an hour or a code of the catalogue.
        public var forms: [FormInfo] {
            pack?.forms.filter { $0.kind == .checklist || $0.kind == .protocol } ?? []
        }
    }

    /// The language the observer reads.
    public let language: String
    private let observer: Observer

    /// A screen that knows nothing yet; ``follow()`` fills it.
    public init(_ observer: Observer, language: String) {
        self.observer = observer
        self.language = language
        super.init(State())
    }

    /// Follows the store until the task is cancelled or the observer is closed.
    public func follow() async {
        async let status: Void = follow(observer.statusUpdates) { [self] in await take($0) }
        async let pack: Void = follow(observer.packUpdates(language: language)) { [self] pack in
            update { $0.pack = pack }
            await nameStation()
        }
        async let drafts: Void = follow(observer.draftUpdates) { [self] drafts in update { $0.drafts = drafts } }
        async let outlook: Void = follow(observer.outlookUpdates) { [self] outlook in update { $0.outlook = outlook } }
        async let messages: Void = follow(observer.messageUpdates) { [self] messages in
            update { $0.unread = messages.count { !$0.read } }
        }
        _ = await (status, pack, drafts, outlook, messages)
    }

    /// Goes to another station. Drafts stay where they are.
    public func choose(station: String) async {
        update { ($0.station, $0.stationName) = (station, nil) }
        await nameStation()
    }

    /// Takes a pack from a file, before the coordinator was ever reached.
    public func importPack(from file: URL) async {
        do {
            try await observer.importPack(from: file)
            update { $0.problem = nil }
        } catch {
            update { $0.problem = Phrase(error) }
        }
    }

    /// Begins a form at the station.
    ///
    /// - Returns: The draft; nothing when it could not be begun, which ``State/problem`` explains.
    public func begin(_ form: FormInfo) async -> String? {
        do {
            let draft = try await observer.newDraft(
                NewDraft(form: form.id, station: state.station, language: language))
            update { $0.problem = nil }
            return draft
        } catch {
            update { $0.problem = Phrase(error) }
            return nil
        }
    }

    /// Where the observer most likely is: where they were last, else where they are sent. Kept nowhere but in the store, which
    /// a wipe destroys.
    nonisolated static func likelyStation(drafts: [DraftInfo], records: [RecordInfo], sentTo: [String]) -> String? {
        drafts.compactMap(\.station).first ?? records.compactMap(\.station).first ?? sentTo.first
    }

    private func take(_ status: ObserverStatus) async {
        update { $0.status = status }
        guard state.station == nil, let drafts = try? await observer.drafts(),
            let records = try? await observer.recent(limit: 20),
            let station = Self.likelyStation(drafts: drafts, records: records, sentTo: status.stations)
        else { return }
        await choose(station: station)
    }

    private func nameStation() async {
        guard let station = state.station else { return }
        // Free text, or a station whose region is not on the phone, names itself.
        let found = try? await observer.station(station, language: language)
        update { $0.stationName = found?.name ?? station }
    }

    private func follow<Element>(_ updates: Updates<Element>, _ take: @MainActor (Element) async -> Void) async {
        do {
            for try await element in updates { await take(element) }
        } catch {
            update { $0.problem = Phrase(error) }
        }
    }
}
