import Foundation
import XCTest

@testable import KuagerScenario

/// The scenarios that Rust, Kotlin and Swift share, each phase in a process of its own.
final class ScenarioTests: XCTestCase {
    func testEveryScenario() throws {
        let tests = try XCTUnwrap(ProcessInfo.processInfo.environment["KUAGER_TESTS"], "run by tests/swift/run")
        let folder = URL(fileURLWithPath: tests).appendingPathComponent("scenarios")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let scenarios = files.filter { $0.pathExtension == "json" }
        XCTAssertFalse(scenarios.isEmpty)
        for scenario in scenarios { try play(scenario) }
    }

    private func play(_ scenario: URL) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kuager-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let host = try Host()
        defer { host.stop() }
        let ready = folder.appendingPathComponent("ready.json")
        try Data(host.ready.line().utf8).write(to: ready)
        let phases = try JSON.read(scenario)["phases"].list
        XCTAssertFalse(phases.isEmpty)
        for phase in phases {
            let name = try XCTUnwrap(phase["name"].text)
            let program = try LineProcess(
                try runner(),
                arguments: [
                    "--folder", folder.path, "--scenario", scenario.path, "--phase", name, "--ready", ready.path,
                ])
            while let line = try program.readLine() {
                guard line.hasPrefix("HOST ") else { continue }
                let command = try JSONDecoder().decode(JSON.self, from: Data(line.dropFirst(5).utf8))
                try program.write(try host.ask(command).line())
            }
            let killed = phase["steps"].list.last?["do"] == .text("kill")
            let ending = program.wait()
            XCTAssertEqual(ending, killed ? .signal(SIGKILL) : .exit(0), "\(scenario.lastPathComponent), phase \(name)")
            // What comes next builds on this phase.
            guard ending == (killed ? .signal(SIGKILL) : .exit(0)) else { return }
        }
    }

    /// The program beside the tests.
    private func runner() throws -> URL {
        let tests = try XCTUnwrap(Bundle.main.executableURL)
        return tests.deletingLastPathComponent().appendingPathComponent("KuagerScenario")
    }
}
