import XCTest

@testable import Kuager

/// What the Apple-only code decides without Apple's frameworks.
final class AppleSupportTests: XCTestCase {
    // MARK: Keychain

    func testAnEnvelopeReadsBack() throws {
        let envelope = KeychainEnvelope(key: UUID(), ciphertext: Data([1, 2, 3]))
        XCTAssertEqual(KeychainEnvelope(envelope.bytes), envelope)
        // Also as a slice, whose indices do not begin at 0.
        XCTAssertEqual(KeychainEnvelope((Data([9]) + envelope.bytes).dropFirst()), envelope)
    }

    func testWhatIsNoEnvelopeIsNotRead() {
        let bytes = KeychainEnvelope(key: UUID(), ciphertext: Data([1])).bytes
        XCTAssertNil(KeychainEnvelope(Data()))
        XCTAssertNil(KeychainEnvelope(bytes.dropLast()), "no ciphertext")
        XCTAssertNil(KeychainEnvelope(Data([0]) + bytes.dropFirst()), "another format")
    }

    func testWhatTheKeychainSays() {
        let meanings: [(Int, VaultError)] = [
            (-25308, .locked), (-25291, .locked), (-128, .cancelled), (-25300, .lost), (-50, .failed("x: status -50")),
        ]
        for (status, meaning) in meanings {
            XCTAssertEqual(KeychainStatus.error(status: status, while: "x"), meaning)
            XCTAssertEqual(KeychainStatus.error(domain: "NSOSStatusErrorDomain", code: status, while: "x"), meaning)
        }
        let others: [(String, Int, VaultError)] = [
            ("com.apple.LocalAuthentication", -2, .cancelled), ("com.apple.LocalAuthentication", -3, .cancelled),
            ("com.apple.LocalAuthentication", -4, .cancelled), ("com.apple.LocalAuthentication", -9, .cancelled),
            ("com.apple.LocalAuthentication", -8, .locked), ("com.apple.LocalAuthentication", -1004, .locked),
            ("CryptoTokenKit", -4, .cancelled), ("CryptoTokenKit", -9, .locked), ("CryptoTokenKit", -6, .lost),
            ("CryptoTokenKit", -3, .failed("x: CryptoTokenKit -3")), ("other", -128, .failed("x: other -128")),
        ]
        for (domain, code, meaning) in others {
            XCTAssertEqual(KeychainStatus.error(domain: domain, code: code, while: "x"), meaning, "\(domain) \(code)")
        }
    }

    // MARK: Network

    func testBytesAreFreeOnlyWhereThePlatformSaysSo() {
        var path = NetworkPath(isSatisfied: true, isExpensive: false, isConstrained: false, interfaces: ["en0"])
        XCTAssertEqual(path.state, .unmetered)
        path.isConstrained = true
        XCTAssertEqual(path.state, .metered)
        path = NetworkPath(isSatisfied: true, isExpensive: true, isConstrained: false, interfaces: ["pdp_ip0"])
        XCTAssertEqual(path.state, .metered)
        path.isSatisfied = false
        XCTAssertEqual(path.state, .offline)
        XCTAssertEqual(NetworkPath.unknown.state, .metered)
    }

    // MARK: Background

    func testWhatToAskTheSchedulerFor() {
        func plan(
            completed: Bool = false, media: Int64 = 0, obstacle: SyncObstacle? = nil, next: Int64? = nil
        ) -> BackgroundPlan {
            BackgroundPlan(
                Outlook(
                    completed: completed, left: completed ? 0 : 1, mediaLeft: media, obstacle: obstacle,
                    nextAttemptMs: next))
        }
        XCTAssertEqual(plan(completed: true).refresh, BackgroundPlan.lookAgain, "messages may come")
        XCTAssertNil(plan(completed: true).processing)
        XCTAssertEqual(plan(next: 0).refresh, BackgroundPlan.soonest)
        XCTAssertEqual(plan(obstacle: .network(failure: .offline), next: 600_000).refresh, 600)
        XCTAssertNil(plan(next: 0).processing, "records are small")
        XCTAssertEqual(plan(media: 3, next: 90_000).processing, 90)
        XCTAssertEqual(plan(media: 3, obstacle: .held(reason: .metered)).processing, BackgroundPlan.soonest)
        for obstacle in [SyncObstacle.notInvited, .enrolment(code: "invite_used")] {
            XCTAssertNil(plan(obstacle: obstacle, next: 5).refresh, "only a person can help")
            XCTAssertNil(plan(media: 1, obstacle: obstacle, next: 5).processing)
        }
        XCTAssertEqual(BackgroundPlan.again.refresh, BackgroundPlan.lookAgain)
    }

    // MARK: Folders

    func testFoldersAreMadePrivateAndAgain() throws {
        let root = scratch()
        for _ in 0..<2 {
            let folder = try StoreFolder(below: root)
            for made in [root, folder.store, folder.captures.url] {
                let attributes = try FileManager.default.attributesOfItem(atPath: made.path)
                XCTAssertEqual((attributes[.posixPermissions] as? NSNumber)?.intValue, 0o700, made.path)
            }
        }
    }

    func testAPhotoThatWasNotAttachedSaysWhatItIsFor() throws {
        let folder = try StoreFolder(below: scratch()).captures
        let draft = String(repeating: "0f", count: 16)
        let long = String(repeating: "ұ", count: 200)
        let files = [("page 1/№.jpg", "page 1/№.jpg"), ("", nil), (long, nil)]
        var made: [URL] = []
        for (number, (label, _)) in files.enumerated() {
            let file = folder.newFile(draft: draft, label: label.isEmpty ? nil : label)
            try Data([1]).write(to: file)
            let date = Date(timeIntervalSince1970: TimeInterval(1_000_000 + number))
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file.path)
            made.append(file)
        }
        try Data([1]).write(to: folder.url.appendingPathComponent("half written"))
        let leftovers = try folder.leftovers()
        XCTAssertEqual(leftovers.map(\.draft), [draft, draft, draft])
        XCTAssertEqual(leftovers.map(\.label), files.map(\.1))
        XCTAssertEqual(leftovers.map(\.file.lastPathComponent), made.map(\.lastPathComponent), "the oldest first")
        for leftover in leftovers {
            try folder.discard(leftover.file)
            try folder.discard(leftover.file)
        }
        XCTAssertEqual(try folder.leftovers(), [])
        try folder.discardAll()
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.url.path), [])
    }

    private func scratch() -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kuager-\(UUID().uuidString)")
        addTeardownBlock { try FileManager.default.removeItem(at: folder) }
        return folder
    }
}
