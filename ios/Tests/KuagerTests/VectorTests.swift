import Foundation
import Kuager
import XCTest

/// What of the vectors is looked at here.
private struct Vectors: Decodable {
    struct Key: Decodable {
        let name: String
        let public_key: String
    }

    struct Statement: Decodable {
        let name: String
        let purpose: String
        let signed_by: String
        let deployment: String
        let bytes: String
        let sha256: String
    }

    struct Malformed: Decodable {
        let name: String
        let offered_as: String
        let deployment: String
        let public_key: String
        let input: String
        let error: String
    }

    struct Invite: Decodable {
        struct Fields: Decodable {
            let deployment: String
            let servers: [String]?
        }

        let about: String
        let fields: Fields
        let digits: String?
        let url: String
    }

    struct MalformedInvite: Decodable {
        let name: String
        let url: String
        let error: String
    }

    let keys: [Key]
    let statements: [Statement]
    let malformed: [Malformed]
    let invites: [Invite]
    let malformed_invites: [MalformedInvite]

    init() throws {
        let tests = try XCTUnwrap(ProcessInfo.processInfo.environment["KUAGER_TESTS"], "run by tests/swift/run")
        let file = URL(fileURLWithPath: tests).appendingPathComponent("vectors/wire-v1.json")
        self = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
    }
}

/// The known results that every implementation of the signed formats must give.
final class VectorTests: XCTestCase {
    func testStatements() throws {
        let vectors = try Vectors()
        let keys = Dictionary(uniqueKeysWithValues: vectors.keys.map { ($0.name, $0.public_key) })
        XCTAssertGreaterThan(vectors.statements.count, 30)
        for statement in vectors.statements {
            let check = try KuagerLibrary.checkStatement(
                purpose: statement.purpose, bytes: try bytes(statement.bytes), deployment: statement.deployment,
                publicKey: try XCTUnwrap(keys[statement.signed_by]))
            XCTAssertEqual(check, .valid(sha256: statement.sha256), statement.name)
        }
    }

    func testMalformed() throws {
        let vectors = try Vectors()
        XCTAssertGreaterThan(vectors.malformed.count, 200)
        for statement in vectors.malformed {
            let check = try KuagerLibrary.checkStatement(
                purpose: statement.offered_as, bytes: try bytes(statement.input), deployment: statement.deployment,
                publicKey: statement.public_key)
            guard case .invalid(let fault, _) = check else {
                XCTFail("\(statement.name) was accepted")
                continue
            }
            XCTAssertEqual(fault, statement.error, statement.name)
        }
    }

    func testInvites() throws {
        let vectors = try Vectors()
        XCTAssertFalse(vectors.invites.isEmpty || vectors.malformed_invites.isEmpty)
        for invite in vectors.invites {
            XCTAssertNil(try KuagerLibrary.inviteFault(invite.url), invite.about)
            let info = try KuagerLibrary.readInvite(invite.url)
            XCTAssertEqual(info.deployment, invite.fields.deployment, invite.about)
            if let servers = invite.fields.servers { XCTAssertEqual(info.servers, servers, invite.about) }
            if let digits = invite.digits { XCTAssertEqual(info.digits, digits, invite.about) }
        }
        for invite in vectors.malformed_invites {
            XCTAssertEqual(try KuagerLibrary.inviteFault(invite.url), invite.error, invite.name)
        }
    }

    func testWhatIsNoIdIsAnError() async throws {
        let zeros = String(repeating: "0", count: 64)
        for (purpose, deployment, key) in [("gossip", zeros, zeros), ("record", "xyz", zeros), ("record", zeros, "")] {
            try await assertFails(.notAnID) {
                try KuagerLibrary.checkStatement(
                    purpose: purpose, bytes: Data(), deployment: deployment, publicKey: key)
            }
        }
    }

    private func bytes(_ hexadecimal: String) throws -> Data {
        let digits = Array(hexadecimal.utf8)
        let pairs = stride(from: 0, to: digits.count, by: 2).map { digits[$0..<min($0 + 2, digits.count)] }
        return Data(try pairs.map { try XCTUnwrap(UInt8(String(decoding: $0, as: UTF8.self), radix: 16)) })
    }
}
