import Foundation
import Kuager
import XCTest

@testable import KuagerScenario

/// A folder of its own for each test, and a look at what is left on the other side after each.
class KuagerTestCase: XCTestCase {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kuager-\(UUID().uuidString)")
    var store: URL { folder.appendingPathComponent("store") }
    var vault: InsecureTestVault { InsecureTestVault(file: folder.appendingPathComponent("vault")) }

    override func setUp() async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    override func tearDown() async throws {
        try FileManager.default.removeItem(at: folder)
        XCTAssertEqual(try KuagerLibrary.liveHandles(), .none, "not let go")
    }

    func open(
        vault: (any KeyVault)? = nil, clock: (any DeviceClock)? = nil, connectivity: (any Connectivity)? = nil
    ) async throws -> Observer {
        try await Observer.open(dir: store, vault: vault ?? self.vault, clock: clock, connectivity: connectivity)
    }

    /// Opens an observer, hands it over and closes it.
    func withObserver(
        vault: (any KeyVault)? = nil, clock: (any DeviceClock)? = nil, connectivity: (any Connectivity)? = nil,
        _ body: (Observer) async throws -> Void
    ) async throws {
        let observer = try await open(vault: vault, clock: clock, connectivity: connectivity)
        do {
            try await body(observer)
        } catch {
            await observer.close()
            throw error
        }
        await observer.close()
    }

    /// As `withObserver`, with a coordinator that has invited the observer.
    func withHost(
        connectivity: (any Connectivity)? = nil, _ body: (Observer, Host) async throws -> Void
    ) async throws {
        let host = try Host()
        defer { host.stop() }
        try await withObserver(connectivity: connectivity) { observer in
            try await observer.acceptInvite(XCTUnwrap(host.ready["invite"].text))
            try await observer.importPack(from: host.file("pack"))
            try await body(observer, host)
        }
    }
}

extension LiveHandles {
    static let none = LiveHandles(observers: 0, tasks: 0, callbacks: 0)
}

extension Host {
    /// A file that the host offers.
    func file(_ name: String) throws -> URL {
        URL(fileURLWithPath: try XCTUnwrap(ready[name].text))
    }
}

/// Checks that something fails with this code, and gives the error.
@discardableResult
func assertFails<Value>(
    _ code: KuagerError.Code, file: StaticString = #filePath, line: UInt = #line, _ work: () async throws -> Value
) async throws -> KuagerError {
    do {
        let value = try await work()
        XCTFail("gave \(value) and should fail with \(code)", file: file, line: line)
    } catch let error as KuagerError {
        XCTAssertEqual(error.code, code, "\(error)", file: file, line: line)
        return error
    }
    throw Unexpected("no error")
}

/// Waits until something holds: so long that only a hang takes longer.
func eventually(_ what: String, file: StaticString = #filePath, line: UInt = #line, _ holds: () throws -> Bool) async throws {
    for _ in 0..<18_000 {
        if try holds() { return }
        try await Task.sleep(nanoseconds: 10_000_000)
    }
    XCTFail("never happened: \(what)", file: file, line: line)
}

/// A value that callbacks of other threads write to.
final class Shared<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var current: Value

    init(_ value: Value) {
        current = value
    }

    var value: Value {
        get { lock.withLock { current } }
        set { lock.withLock { current = newValue } }
    }

    func change(_ body: (inout Value) -> Void) {
        lock.withLock { body(&current) }
    }
}

/// What implementations throw that know nothing of Kuager.
struct Odd: Error {}
