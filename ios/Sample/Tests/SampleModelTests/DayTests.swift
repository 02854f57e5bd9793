import Foundation
import Kuager
import XCTest

@testable import SampleModel

/// The screens' day, on the real library and a real coordinator.
@MainActor
final class DayTests: XCTestCase, @unchecked Sendable {
    private var root = FileManager.default.temporaryDirectory
    private var following: [Task<Void, Never>] = []

    override func setUp() async throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("sample-\(UUID().uuidString)")
        let captures = root.appendingPathComponent("captures")
        try FileManager.default.createDirectory(at: captures, withIntermediateDirectories: true)
    }

    override func tearDown() async throws {
        following.forEach { $0.cancel() }
        following = []
        try FileManager.default.removeItem(at: root)
    }

    func testFromInviteToReceiptToRetakeToWipe() async throws {
        let host = try Host()
        let app = app()
        await app.open()
        XCTAssertEqual(app.state, .ready)
        let observer = try XCTUnwrap(app.observer)
        let camera = TestCamera(page: host.photo)

        let home = HomeModel(observer, language: "kk")
        follow { await home.follow() }
        await home.shows("the need of an invite") { $0.needsInvite }
        await accept(host, observer)
        await home.shows("an accepted invite") { $0.status != nil && !$0.needsInvite }
        await home.importPack(from: host.photo)
        XCTAssertEqual(home.state.problem?.key, "error_pack_not_acceptable")
        await home.importPack(from: host.pack)
        await home.shows("the forms") { $0.problem == nil && $0.forms.contains { $0.id == "protocol-list" } }

        try await station(observer, home)
        let form = try XCTUnwrap(home.state.forms.first { $0.id == "protocol-list" })
        let draft = await home.begin(form)
        let filled = FormModel(observer, draft: try XCTUnwrap(draft), captures: try XCTUnwrap(app.captures))
        follow { await filled.follow() }
        try await fill(filled, camera)
        await filled.seal()
        let record = try XCTUnwrap(filled.state.sealed).hash

        try await deliver(host, observer, home, record)
        try await retake(host, observer, app, record, camera)

        try await app.wipe()
        XCTAssertEqual(app.state, .wiped)
        XCTAssertNil(app.observer)
        await app.open()
        XCTAssertEqual(app.state, .wiped, "nothing is opened again in a wiped app")
    }

    func testPhotosOfAKilledAppAreAttached() async throws {
        let host = try Host()
        let app = app()
        await app.open()
        var observer = try XCTUnwrap(app.observer)
        await accept(host, observer)
        try await observer.importPack(from: host.pack)
        let draft = try await observer.newDraft(NewDraft(form: "opening", station: "x", language: "kk"))
        let captures = try XCTUnwrap(app.captures)
        let files = [captures.newFile(draft: draft, label: "O09.photo"), captures.newFile(draft: draft, label: "O09.photo")]
        for file in files { try FileManager.default.copyItem(at: host.photo, to: file) }
        let orphan = captures.newFile(draft: String(repeating: "0", count: 32), label: "page")
        try FileManager.default.copyItem(at: host.photo, to: orphan)
        await observer.close()

        let again = self.app()
        await again.open()
        observer = try XCTUnwrap(again.observer)
        XCTAssertEqual(again.recovered, 3)
        XCTAssertEqual(try captures.leftovers(), [])
        let photos = try await observer.draft(draft).attachments.filter { $0.role == .original }
        XCTAssertEqual(photos.map(\.label), ["O09.photo"], "the same bytes are one photo")
        XCTAssertEqual(photos.map(\.source), [.imported])
        let notes = try await observer.drafts().filter { $0.kind == .note }
        XCTAssertEqual(notes.map { $0.attachments.filter { $0.role == .original }.count }, [1])
        await observer.close()
    }

    func testALockedPhoneIsTriedAgainAndABrokenStoreIsNot() async throws {
        let vault = TestVault()
        let app = app(vault)
        vault.lock()
        await app.open()
        XCTAssertEqual(app.state, .locked)
        vault.unlock()
        await app.open()
        XCTAssertEqual(app.state, .ready)
        await app.observer?.close()

        try Data("no identity".utf8).write(to: root.appendingPathComponent("store/identity.kuager"))
        let third = self.app()
        await third.open()
        guard case .failed(let phrase) = third.state else { return XCTFail("\(third.state)") }
        XCTAssertEqual(phrase.key, "error_identity_damaged")
        try await third.wipe()
        XCTAssertEqual(third.state, .wiped)
    }

    func testAPasscodeIsSetAskedForAndRemoved() async throws {
        let app = app()
        await app.open()
        var observer = try XCTUnwrap(app.observer)
        var screen = PasscodeModel(observer, app: app)
        await screen.load()
        XCTAssertEqual(screen.state.isSet, false)
        var typed = PasscodeModel.Typed()
        (typed.passcode, typed.again) = ("correct horse", "correct house")
        await screen.set(typed)
        XCTAssertEqual(screen.state.problem, Phrase(.passcodeDiffer))
        (typed.passcode, typed.again) = ("12345", "12345")
        await screen.set(typed)
        XCTAssertEqual(screen.state.problem?.key, "error_passcode_unfit")
        await app.lock()
        XCTAssertEqual(app.state, .ready, "nothing to lock with")
        (typed.passcode, typed.again) = ("correct horse", "correct horse")
        await screen.set(typed)
        XCTAssertTrue(screen.state.isDone && screen.state.isSet == true && !screen.state.isWorking)

        await app.lock()
        XCTAssertEqual(app.state, .passcode(nil))
        XCTAssertNil(app.observer)
        await app.open()
        XCTAssertEqual(app.state, .passcode(nil))
        await app.open(passcode: "wrong horse")
        guard case .passcode(let problem) = app.state else { return XCTFail("\(app.state)") }
        XCTAssertEqual(problem?.key, "error_passcode_wrong")
        await app.open(passcode: "correct horse")
        XCTAssertEqual(app.state, .ready)

        observer = try XCTUnwrap(app.observer)
        screen = PasscodeModel(observer, app: app)
        await screen.load()
        typed.current = "correct horse"
        await screen.remove(typed)
        XCTAssertEqual(screen.state.isSet, false)
        await observer.close()
    }

    func testThePasscodeThatDestroysLeavesAnAppThatWasNeverUsed() async throws {
        let host = try Host()
        for whereItIsTyped in ["at the door", "as the present passcode"] {
            let app = app()
            await app.open()
            let observer = try XCTUnwrap(app.observer)
            await accept(host, observer)
            let captures = try XCTUnwrap(app.captures)
            try FileManager.default.copyItem(at: host.photo, to: captures.newFile(draft: "draft", label: nil))
            let screen = PasscodeModel(observer, app: app)
            await screen.load()
            var typed = PasscodeModel.Typed()
            (typed.passcode, typed.again) = ("correct horse", "correct horse")
            (typed.duress, typed.duressAgain) = ("battery staple", "battery staple")
            await screen.set(typed)
            XCTAssertTrue(screen.state.isDone)
            if whereItIsTyped == "at the door" {
                await app.lock()
                await app.open(passcode: "battery staple")
            } else {
                typed.current = "battery staple"
                await screen.remove(typed)
                XCTAssertNil(screen.state.problem, "nothing is said about it")
                XCTAssertFalse(screen.state.isDone)
            }
            XCTAssertEqual(app.state, .ready, whereItIsTyped)
            let opened = try XCTUnwrap(app.observer)
            let status = try await opened.status()
            XCTAssertNil(status.deployment, whereItIsTyped)
            XCTAssertEqual(try captures.leftovers(), [], whereItIsTyped)
            await opened.close()
            try FileManager.default.removeItem(at: root.appendingPathComponent("store"))
        }
    }

    func testACameraThatFailsLeavesTheDraftAsItWas() async throws {
        let host = try Host()
        let app = app()
        await app.open()
        let observer = try XCTUnwrap(app.observer)
        await accept(host, observer)
        let draft = try await observer.newDraft(NewDraft(station: "x", text: "note"))
        let note = FormModel(observer, draft: draft, captures: try XCTUnwrap(app.captures))
        follow { await note.follow() }
        await note.photograph(nil, with: TestCamera(page: host.photo, breaks: true))
        XCTAssertEqual(note.state.problem?.phrase.key, "error_other")
        XCTAssertFalse(note.state.isSavingPhoto)
        await note.photograph(nil, with: TestCamera(page: host.photo))
        await note.shows("a photo") { $0.problem == nil && $0.draft?.attachments.isEmpty == false }
        let photo = try XCTUnwrap(note.state.draft?.attachments.first { $0.role == .original })
        XCTAssertEqual(photo.source, .captured)
        await note.remove(photo: photo)
        await note.shows("no photo") { $0.draft?.attachments.isEmpty == true }
        let gone = await note.discard()
        XCTAssertTrue(gone)
        await observer.close()
    }

    // MARK: Steps

    private func app(_ vault: TestVault = TestVault()) -> AppModel {
        let store = root.appendingPathComponent("store")
        let captures = CaptureFolder(root.appendingPathComponent("captures"))
        return AppModel(
            AppModel.Platform(
                open: { try await Observer.open(dir: store, vault: vault, passcode: $0) },
                wipe: { try await Observer.wipe(dir: store, vault: vault) },
                captures: { captures }, language: "kk"))
    }

    private func follow(_ work: @escaping @MainActor () async -> Void) {
        following.append(Task { await work() })
    }

    private func accept(_ host: Host, _ observer: Observer) async {
        let invite = InviteModel(observer)
        await invite.read("https://example.org/")
        XCTAssertEqual(invite.state.problem?.key, "error_invite_unreadable")
        XCTAssertEqual(invite.state.digits, "")
        await invite.read(" \(host.invite)\n")
        XCTAssertNil(invite.state.problem)
        XCTAssertEqual(invite.state.digits.count, 29)
        XCTAssertEqual(invite.state.hosts.map { $0.hasPrefix("127.0.0.1:") }, [true])
        XCTAssertNil(invite.state.title(in: "kk"), "nobody was asked yet")
        XCTAssertEqual(invite.state.warnings, [], "it is signed, and there was none before")
        XCTAssertFalse(invite.state.isAccepted)
        await invite.accept()
        XCTAssertTrue(invite.state.isAccepted)
        invite.forget()
        XCTAssertEqual(invite.state, InviteModel.State())
    }

    private func station(_ observer: Observer, _ home: HomeModel) async throws {
        let stations = StationModel(observer, language: "kk")
        await stations.search("астана 99")
        let hit = try XCTUnwrap(stations.state.hits.first)
        XCTAssertEqual(hit.key, "710000000-99")
        await stations.search("  ")
        XCTAssertNil(stations.state.freeText)
        await home.choose(station: hit.key)
        XCTAssertEqual(home.state.stationName, hit.name)
        await home.choose(station: "Мектеп, 2-қабат")
        XCTAssertEqual(home.state.stationName, "Мектеп, 2-қабат")
        await home.choose(station: hit.key)
    }

    private func fill(_ form: FormModel, _ camera: TestCamera) async throws {
        await form.shows("questions") { $0.form?.asked.isEmpty == false }
        func place(_ question: String) -> Place { Place(question: question, group: nil, entry: nil) }
        await form.number(place("P02"), "many", scale: 0)
        XCTAssertEqual(
            form.state.problem, FormModel.Problem(place: place("P02"), phrase: Phrase(.answerNotANumber)))
        await form.number(place("P02"), "800", scale: 0)
        XCTAssertNil(form.state.problem)
        await form.answer(place("P02"), "text")
        XCTAssertEqual(form.state.problem?.phrase.key, "error_answer_does_not_fit")

        let photos = try XCTUnwrap(form.state.form?.asked.first { $0.kind == .attachment })
        let allowed = await form.mayPhotograph(photos.place)
        XCTAssertTrue(allowed)
        await form.photograph(photos.place, with: camera)
        await form.shows("a photo") { $0.photos(of: photos.place).count == 1 }
        XCTAssertEqual(form.state.photos(of: photos.place).first?.source, .captured)
    }

    private func deliver(_ host: Host, _ observer: Observer, _ home: HomeModel, _ record: String) async throws {
        let outbox = OutboxModel(observer)
        follow { await outbox.follow() }
        try host.say(["do": "network", "fate": "down"])
        outbox.syncNow()
        await outbox.shows("why nothing is sent") { $0.records.first?.why != nil && $0.why != nil }
        outbox.stopSync()
        await outbox.shows("a stopped sync") { !$0.isSyncing && $0.problem == nil }
        XCTAssertGreaterThan(home.state.waiting, 0)

        try host.say(["do": "network", "fate": "fine"])
        try await observer.networkChanged()
        outbox.syncNow()
        await outbox.shows("delivery") { state in
            state.outlook?.completed == true && state.records.allSatisfy { $0.state == Phrase(.recordAccepted) && $0.why == nil }
                && state.files.allSatisfy { $0.state == Phrase(.mediaStored) } && state.files.count >= 2
        }
        let sealed = RecordModel(observer, record: record)
        follow { await sealed.follow() }
        await sealed.shows("a receipt") { $0.detail?.receipt != nil }
    }

    private func retake(
        _ host: Host, _ observer: Observer, _ app: AppModel, _ record: String, _ camera: TestCamera
    ) async throws {
        let detail = try await observer.record(record)
        let photo = try XCTUnwrap(detail.attachments.first { $0.role == .original })
        try host.say(["do": "message", "text": "2-бетті қайта түсіріңіз", "about": record, "media": photo.hash])
        try await observer.sync(limit: 30)
        let messages = MessagesModel(observer)
        follow { await messages.follow() }
        await messages.shows("a message") { $0.messages.first?.ask == .retake }
        let begun = await messages.retake(try XCTUnwrap(messages.state.messages.first))
        let retake = try XCTUnwrap(begun)
        XCTAssertEqual(retake.label, photo.label)
        let attachments = try await observer.draft(retake.draft).attachments
        XCTAssertEqual(attachments, [], "the old photo and its preview stay with the old record")
        await messages.shows("a message that was read") { $0.messages.first?.read == true }

        let correction = FormModel(observer, draft: retake.draft, captures: try XCTUnwrap(app.captures))
        await correction.photograph(
            retake.label.map { Place(question: $0, group: nil, entry: nil) }, with: camera)
        await correction.seal()
        XCTAssertNotNil(correction.state.sealed)
    }
}
