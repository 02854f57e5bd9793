import Foundation
import XCTest

@testable import KuagerScenario

/// The program `test-host`: a real coordinator behind a network that it controls. `KUAGER_HOST` says where it is.
final class Host {
    /// What it said first: an invite, a pack, a photo.
    let ready: JSON
    private let process: LineProcess

    init() throws {
        ignoreBrokenPipes()
        let program = try XCTUnwrap(ProcessInfo.processInfo.environment["KUAGER_HOST"], "run by tests/swift/run")
        process = try LineProcess(URL(fileURLWithPath: program), arguments: [])
        ready = try Self.read(try process.readLine())
    }

    /// Says a command and gives the answer.
    @discardableResult
    func ask(_ command: JSON) throws -> JSON {
        try process.write(try command.line())
        let answer = try Self.read(try process.readLine())
        if let error = answer["error"].text { throw Unexpected("the host says: \(error)") }
        return answer
    }

    /// Sets how new connections fare: `fine`, `silent` or `down`.
    func setNetwork(_ fate: String) throws {
        try ask(.object(["do": .text("network"), "fate": .text(fate)]))
    }

    func stop() {
        process.endInput()
        process.wait()
    }

    private static func read(_ line: String?) throws -> JSON {
        let line = try line.orThrow("the host is gone")
        return try JSONDecoder().decode(JSON.self, from: Data(line.utf8))
    }
}

/// A program that is talked to in lines, and killed when it takes far too long.
final class LineProcess {
    private static let patience: TimeInterval = 180

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var received = Data()

    init(_ program: URL, arguments: [String]) throws {
        process.executableURL = program
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let process = process
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { [weak process] in
            if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
    }

    /// The next line; nothing at the end.
    func readLine() throws -> String? {
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                defer { received = Data(received[(end + 1)...]) }
                return String(decoding: received[..<end], as: UTF8.self)
            }
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            received += more
        }
    }

    func write(_ line: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8))
    }

    func endInput() {
        try? input.fileHandleForWriting.close()
    }

    /// Waits for its end and gives the signal that ended it, or its exit code.
    @discardableResult
    func wait() -> Ending {
        process.waitUntilExit()
        let status = process.terminationStatus
        return process.terminationReason == .uncaughtSignal ? .signal(status) : .exit(status)
    }

    enum Ending: Equatable {
        case exit(Int32)
        case signal(Int32)
    }
}
