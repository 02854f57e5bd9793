import Foundation
import Kuager
import XCTest

@testable import SampleModel

/// The coordinator of the shared scenarios, as a process; see tests/scenarios/README.md. It ends with its input.
final class Host {
    let invite: String
    let pack: URL
    let photo: URL
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init() throws {
        let path = try XCTUnwrap(ProcessInfo.processInfo.environment["KUAGER_HOST"], "KUAGER_HOST names test-host")
        process.executableURL = URL(fileURLWithPath: path)
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let ready = try Self.line(output)
        invite = try XCTUnwrap(ready["invite"] as? String)
        pack = URL(fileURLWithPath: try XCTUnwrap(ready["pack"] as? String))
        photo = URL(fileURLWithPath: try XCTUnwrap(ready["photo"] as? String))
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Says something to the host.
    func say(_ command: [String: String]) throws {
        let line = try JSONSerialization.data(withJSONObject: command) + Data("\n".utf8)
        try input.fileHandleForWriting.write(contentsOf: line)
        let answer = try Self.line(output)
        if let error = answer["error"] { throw CocoaError(.featureUnsupported, userInfo: ["error": error]) }
    }

    private static func line(_ pipe: Pipe) throws -> [String: Any] {
        var line = Data()
        while let byte = try pipe.fileHandleForReading.read(upToCount: 1), !byte.isEmpty, byte != Data("\n".utf8) {
            line += byte
        }
        return try XCTUnwrap(try JSONSerialization.jsonObject(with: line) as? [String: Any])
    }
}

/// Protects nothing; for tests.
final class TestVault: KeyVault, @unchecked Sendable {
    private let guarding = NSLock()
    private var isLocked = false

    func lock() { guarding.withLock { isLocked = true } }
    func unlock() { guarding.withLock { isLocked = false } }

    func seal(_ secret: Data) throws -> Data { try turn(secret) }
    func unseal(_ sealed: Data) throws -> Data { try turn(sealed) }
    func destroy() throws {}

    private func turn(_ bytes: Data) throws -> Data {
        if guarding.withLock({ isLocked }) { throw VaultError.locked }
        return Data(bytes.map { $0 ^ 0x5A })
    }
}

/// A camera that always sees the same page.
struct TestCamera: PhotoSource {
    let page: URL
    var breaks = false

    func takePhoto(to file: URL) async throws {
        if breaks { throw CocoaError(.fileReadUnknown) }
        try FileManager.default.copyItem(at: page, to: file)
    }
}

extension StateModel {
    /// Waits until the screen shows something.
    func shows(
        _ what: String, within seconds: TimeInterval = 180, file: StaticString = #filePath, line: UInt = #line,
        _ expected: @escaping @Sendable (State) -> Bool
    ) async {
        let states = states()
        let seen = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await state in states where expected(state) { return true }
                return false
            }
            group.addTask {
                try? await Task.sleep(nanoseconds: UInt64(seconds * 1e9))
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        XCTAssertTrue(seen, "\(what) was never shown, but \(state)", file: file, line: line)
    }
}
