import Kuager
import XCTest

@testable import SampleModel

final class PhrasesTests: XCTestCase {
    func testEveryErrorOfTheLibraryHasATextOfItsOwn() throws {
        let codes = try KuagerLibrary.errorCodes()
        XCTAssertGreaterThan(codes.count, 40)
        for code in codes {
            XCTAssertTrue(KuagerError.Code.allCases.contains(KuagerError.Code(rawValue: code.code)), code.code)
        }
        do {
            _ = try KuagerLibrary.readInvite("no invite")
            XCTFail("read")
        } catch {
            XCTAssertEqual(Phrase(error).key, "error_invite_unreadable")
        }
    }

    func testAnErrorOfSomebodyElseNamesItself() {
        let phrase = Phrase(CocoaError(.fileNoSuchFile))
        XCTAssertEqual(phrase, Phrase(.errorOther, .text("CocoaError")))
    }

    func testWhatStandsDifferentlyReadsDifferently() {
        let failures: [FailureClass] = [
            .offline, .dns, .reset, .timeout, .tls, .captivePortal, .serverBusy, .badAnswer, .wrongServer, .rejected,
        ]
        let holds: [HeldReason] = [.auth, .metered, .policy, .record]
        let states: [RecordState] = [
            .sealed, .sending, .waiting(failure: .dns), .held(reason: .auth), .refused(code: "x"), .accepted, .forked,
        ]
        let phrases = failures.map { Phrase($0) } + holds.map { Phrase($0) } + states.map { Phrase($0) }
        XCTAssertEqual(Set(phrases).count, phrases.count)
        XCTAssertEqual(Phrase(SyncObstacle.network(failure: .tls)), Phrase(.failureTls))
        XCTAssertEqual(Phrase(SyncObstacle.held(reason: .metered)), Phrase(.heldMetered))
        XCTAssertNil(Phrase(RelationStanding.notJudged))
    }

    func testEveryRefusalOfTheLibraryHasATextOfItsOwn() throws {
        XCTAssertEqual(Set(try KuagerLibrary.refusalCodes()), Set(RefusalCode.allCases.map(\.rawValue)))
    }

    func testARefusalIsToldInWords() {
        XCTAssertEqual(Phrase(refusal: "invite_used").key, "refusal_invite_used")
        XCTAssertEqual(Phrase(refusal: "of_next_year"), Phrase(.refusalOther, .text("of_next_year")))
        let expected = Phrase(.recordRefused, .phrase(Phrase(refusal: "busy")))
        XCTAssertEqual(Phrase(RecordState.refused(code: "busy")), expected)
    }

    func testARowSaysWhyItIsNotSent() {
        let outlook = Outlook(
            completed: false, left: 1, mediaLeft: 0, obstacle: .network(failure: .captivePortal), nextAttemptMs: 5)
        func why(_ state: RecordState) -> Phrase? {
            OutboxModel.Row(record(state), outlook: outlook).why
        }
        XCTAssertEqual(why(.sealed), Phrase(.failureCaptivePortal), "what stands before all stands before this one")
        XCTAssertEqual(why(.waiting(failure: .serverBusy)), Phrase(.failureServerBusy))
        XCTAssertEqual(why(.held(reason: .auth)), Phrase(.heldAuth))
        XCTAssertNil(why(.accepted))
        XCTAssertNil(why(.sending))
    }

    func testAFileSaysHowFarItIsAndWhetherItMayGoNow() {
        func row(_ state: UploadState, sent: Int64 = 0, size: Int64 = 400) -> OutboxModel.FileRow {
            OutboxModel.FileRow(
                MediaInfo(
                    hash: "h", size: size, mime: "image/jpeg", previewOf: nil, state: state, sent: sent, attempts: 0))
        }
        XCTAssertEqual(row(.uploading, sent: 100).state, Phrase(.mediaUploading, .number(25)))
        XCTAssertEqual(row(.uploading, size: 0).state, Phrase(.mediaUploading, .number(0)))
        XCTAssertTrue(row(.held(reason: .metered)).canSendNow)
        XCTAssertFalse(row(.held(reason: .record)).canSendNow, "its record goes first")
        XCTAssertEqual(row(.delayed(failure: .dns)).why, Phrase(.failureDns))
        XCTAssertNil(row(.stored).why)
    }

    func testAPhotoWhosePreviewCannotBeReadIsSaidToBeOne() {
        func attached(_ preview: String?, legible: Bool) -> Attached {
            Attached(
                hash: "h", size: 1, mime: "image/jpeg", source: .captured, preview: preview,
                previewNeeded: preview == nil, previewLegible: legible)
        }
        XCTAssertTrue(attached("p", legible: false).isIllegible)
        XCTAssertFalse(attached("p", legible: true).isIllegible)
        XCTAssertFalse(attached(nil, legible: false).isIllegible, "the platform makes it, or there is nothing to see")
    }

    func testWhereTheObserverMostLikelyIs() {
        XCTAssertNil(HomeModel.likelyStation(drafts: [], records: [], sentTo: []))
        XCTAssertEqual(HomeModel.likelyStation(drafts: [], records: [], sentTo: ["a", "b"]), "a")
        XCTAssertEqual(HomeModel.likelyStation(drafts: [], records: [record(.accepted)], sentTo: ["a"]), "here")
    }

    private func record(_ state: RecordState) -> RecordInfo {
        RecordInfo(
            hash: "h", seq: 1, kind: .note, form: nil, station: "here", sealedMs: 0, supersedes: nil, state: state,
            attempts: 0)
    }
}
