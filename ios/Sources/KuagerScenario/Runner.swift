import Foundation
import Kuager

/// Carries out the steps of a phase. The actions are described in `tests/scenarios/README.md`.
final class Runner {
    let observer: Observer
    let ready: JSON
    private let folder: URL
    private let host: (JSON) throws -> JSON
    private var names: [String: JSON]

    init(folder: URL, ready: JSON, host: @escaping (JSON) throws -> JSON) async throws {
        self.folder = folder
        self.ready = ready
        self.host = host
        let file = folder.appendingPathComponent("names.json")
        names = FileManager.default.fileExists(atPath: file.path) ? try JSON.read(file).object : [:]
        for given in ["invite", "pack", "photo"] { names[given] = ready[given] }
        observer = try await Observer.open(
            dir: folder.appendingPathComponent("store"),
            vault: InsecureTestVault(file: folder.appendingPathComponent("vault")))
    }

    /// Runs a phase, and closes the observer.
    func run(_ phase: JSON) async throws {
        for (number, step) in phase["steps"].list.enumerated() {
            do {
                try await perform(step)
            } catch {
                throw Unexpected("step \(number) of \(try phase["name"].line()): \(try step.line()): \(error)")
            }
        }
        await observer.close()
        let live = try KuagerLibrary.liveHandles()
        guard live == LiveHandles(observers: 0, tasks: 0, callbacks: 0) else {
            throw Unexpected("not let go: \(live)")
        }
    }

    private func perform(_ step: JSON) async throws {
        switch step["do"].text {
        case "host": try askHost(step)
        case "accept_invite": try await observer.acceptInvite(text(step, "invite"))
        case "import_pack": try await observer.importPack(from: file(step, "path"))
        case "new_draft":
            let options = NewDraft(
                form: try maybe(step, "form"), station: try maybe(step, "station"), language: try maybe(step, "language"),
                text: try maybe(step, "text"), training: step["training"] == .bool(true))
            try keep(step, try await observer.newDraft(options))
        case "new_turnout": try keep(step, try await observer.newTurnout(hour: text(step, "hour"), setting: setting(step)))
        case "new_incident":
            let codes = step["codes"].list.compactMap(\.text)
            try keep(step, try await observer.newIncident(codes: codes, setting: setting(step)))
        case "answer":
            try await observer.setAnswer(
                draft: text(step, "draft"), question: text(step, "question"), answer: step["value"].answer())
        case "answer_in":
            let place = Place(
                question: try text(step, "question"), group: try maybe(step, "group"), entry: step["entry"].number)
            try await observer.setAnswer(draft: text(step, "draft"), place: place, answer: step["value"].answer())
        case "add_entry": try await observer.addEntry(draft: text(step, "draft"), group: text(step, "group"))
        case "remove_entry":
            try await observer.removeEntry(
                draft: text(step, "draft"), group: text(step, "group"), entry: number(step, "entry"))
        case "capture": try await capture(step)
        case "detach": try await observer.detach(draft: text(step, "draft"), media: text(step, "media"))
        case "correct": try keep(step, try await observer.correct(record: text(step, "record")))
        case "seal": try keep(step, try await observer.seal(draft: text(step, "draft")).hash)
        case "tap": try await observer.tap(station: text(step, "station"), heads: Int32(number(step, "heads")))
        case "sync": try await observer.sync(limit: TimeInterval(number(step, "seconds")))
        case "cancelled_sync": try await cancelledSync(step)
        case "paused_sync": try await pausedSync(step)
        case "network_changed": try await observer.networkChanged()
        case "mark_read":
            try await observer.markRead(message: observer.messages().last.orThrow("no message").number)
        case "wipe": try await wipe()
        case "kill": kill(getpid(), SIGKILL)
        case "fails": try await fails(step)
        case "expect": try compare(step, found: try await look(step))
        default: throw Unexpected("no such action")
        }
    }

    private func askHost(_ step: JSON) throws {
        let answer = try host(try named(step["command"]))
        if let error = answer["error"].text { throw Unexpected("the host says: \(error)") }
        for (name, field) in step["as"].object {
            try keep(.object(["as": .text(name)]), answer[field.text ?? ""].text.orThrow("the host gave no \(name)"))
        }
        try compare(step, found: answer)
    }

    private func capture(_ step: JSON) async throws {
        let (draft, label) = (try text(step, "draft"), try maybe(step, "label"))
        try await observer.captureAllowed(draft: draft, label: label)
        let token = try await observer.beginCapture()
        let attached = try await observer.attach(
            draft: draft, file: file(step, "path"), origin: .captured(token: token), label: label)
        try keep(step, attached.hash)
    }

    private func cancelledSync(_ step: JSON) async throws {
        let sync = try await startedSync(step)
        sync.cancel()
        try await fails(with: .cancelled) { try await sync.value }
    }

    private func pausedSync(_ step: JSON) async throws {
        let sync = try await startedSync(step)
        try await observer.pause()
        try await fails(with: .storePaused) { try await sync.value }
        try await fails(with: .storePaused) { try await observer.drafts() }
        try await observer.resume()
    }

    /// A sync that has been under way for a while.
    private func startedSync(_ step: JSON) async throws -> Task<SyncSummary, any Error> {
        let observer = observer
        let sync = Task { try await observer.sync(limit: 60) }
        try await Task.sleep(nanoseconds: UInt64(number(step, "after_ms")) * 1_000_000)
        guard try KuagerLibrary.liveHandles().tasks == 1 else { throw Unexpected("the sync is not under way") }
        return sync
    }

    private func wipe() async throws {
        try await observer.wipe()
        try await fails(with: .storeClosed) { try await observer.status() }
        guard !FileManager.default.fileExists(atPath: folder.appendingPathComponent("store/kuager.db").path) else {
            throw Unexpected("the store is still there")
        }
    }

    private func fails(_ step: JSON) async throws {
        let code = KuagerError.Code(rawValue: try step["code"].text.orThrow("code is missing"))
        let error = try await fails(with: code) { try await perform(step["step"]) }
        if case .bool(let retryable) = step["retryable"], retryable != error.isRetryable {
            throw Unexpected("retryable is \(error.isRetryable)")
        }
    }

    @discardableResult
    private func fails(with code: KuagerError.Code, _ work: () async throws -> some Any) async throws -> KuagerError {
        do {
            _ = try await work()
        } catch let error as KuagerError where error.code == code {
            return error
        }
        throw Unexpected("it should fail with \(code)")
    }

    // MARK: Fields and names

    /// The text of a field, with names replaced.
    func text(_ step: JSON, _ field: String) throws -> String {
        try maybe(step, field).orThrow("\(field) is missing")
    }

    func number(_ step: JSON, _ field: String) throws -> Int64 {
        try step[field].number.orThrow("\(field) is missing")
    }

    private func maybe(_ step: JSON, _ field: String) throws -> String? {
        try named(step[field]).text
    }

    private func file(_ step: JSON, _ field: String) throws -> URL {
        URL(fileURLWithPath: try text(step, field))
    }

    private func setting(_ step: JSON) throws -> Setting {
        Setting(station: try text(step, "station"), language: try text(step, "language"))
    }

    /// A value with every name in it replaced.
    func named(_ value: JSON) throws -> JSON {
        switch value {
        case .text(let text) where text.hasPrefix("$"): try names[String(text.dropFirst())].orThrow("no name \(text)")
        case .list(let values): .list(try values.map(named))
        case .object(let fields): .object(try fields.mapValues(named))
        default: value
        }
    }

    private func keep(_ step: JSON, _ value: String) throws {
        guard let name = step["as"].text else { return }
        names[name] = .text(value)
        let file = folder.appendingPathComponent("names.json")
        try Data(JSON.object(names).line().utf8).write(to: file, options: .atomic)
    }

    /// Compares what `equals` names; of an object, the fields it names.
    private func compare(_ step: JSON, found: JSON) throws {
        for (field, expected) in try named(step["equals"]).object {
            let seen = found[field]
            let same =
                if case .object(let wanted) = expected {
                    wanted.allSatisfy { seen[$0.key] == $0.value }
                } else {
                    seen == expected
                }
            guard same else { throw Unexpected("\(field) is \(try seen.line())") }
        }
    }
}
