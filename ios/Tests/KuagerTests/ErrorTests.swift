import KuagerFFI
import XCTest

@testable import Kuager

final class ErrorTests: XCTestCase {
    func testEveryCodeHasANameHere() throws {
        let listed = try KuagerLibrary.errorCodes().map(\.code)
        XCTAssertEqual(Set(Kuager.KuagerError.Code.allCases.map(\.rawValue)), Set(listed))
        XCTAssertEqual(Kuager.KuagerError.Code.allCases.count, listed.count)
    }

    func testEveryCodeKeepsItsMeaning() throws {
        for listed in try KuagerLibrary.errorCodes() {
            let error = Kuager.KuagerError(crossed(listed))
            XCTAssertEqual(kind(of: error), listed.kind, listed.code)
            XCTAssertEqual(error.code.rawValue, listed.code)
            XCTAssertEqual(error.reason, "because")
            XCTAssertEqual(error.isRetryable, listed.retryable, listed.code)
            XCTAssertEqual("\(error)", "because (\(listed.code))")
        }
    }

    func testErrorsMadeHereSayWhatTheListSays() throws {
        let listed = try KuagerLibrary.errorCodes()
        for error in [Kuager.KuagerError.closed, Kuager.KuagerError.noFile, Kuager.KuagerError(Odd())] {
            let code = try XCTUnwrap(listed.first { $0.code == error.code.rawValue })
            XCTAssertEqual(kind(of: error), code.kind)
            XCTAssertEqual(error.isRetryable, code.retryable)
        }
    }

    func testWhatNobodyKnowsIsAMistakeAndSaysNothingOfItsContent() {
        struct Secret: Error { let answer = "secret" }
        let error = Kuager.KuagerError(Secret())
        XCTAssertEqual(error.code, .panicked)
        XCTAssertFalse("\(error)".contains("secret"))
    }

    private func crossed(_ listed: ErrorCode) -> KuagerFFI.KuagerError {
        let (code, reason, retryable) = (listed.code, "because", listed.retryable)
        return switch listed.kind {
        case .vault: .Vault(code: code, reason: reason, retryable: retryable)
        case .storage: .Storage(code: code, reason: reason, retryable: retryable)
        case .notNow: .NotNow(code: code, reason: reason, retryable: retryable)
        case .input: .Input(code: code, reason: reason, retryable: retryable)
        case .forbidden: .Forbidden(code: code, reason: reason, retryable: retryable)
        case .interrupted: .Interrupted(code: code, reason: reason, retryable: retryable)
        case .internal: .Internal(code: code, reason: reason, retryable: retryable)
        }
    }

    private func kind(of error: Kuager.KuagerError) -> ErrorKind {
        switch error {
        case .vault: .vault
        case .storage: .storage
        case .notNow: .notNow
        case .input: .input
        case .forbidden: .forbidden
        case .interrupted: .interrupted
        case .internal: .internal
        }
    }
}
