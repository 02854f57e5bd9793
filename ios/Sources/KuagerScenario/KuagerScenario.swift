import Foundation
import Kuager

/// One phase of a scenario of `tests/scenarios` in a process of its own:
/// `KuagerScenario --folder DIR --scenario FILE --phase NAME --ready FILE`.
///
/// Prints `HOST {command}` for the host and reads its answer from standard input.
@main
struct KuagerScenario {
    static func main() async {
        ignoreBrokenPipes()
        do {
            try await runPhase()
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(1)
        }
    }

    private static func runPhase() async throws {
        let options = try options(CommandLine.arguments.dropFirst())
        let name = try options["phase"].orThrow("--phase is missing")
        let scenario = try JSON.read(file(options, "scenario"))
        let phase = try scenario["phases"].list.first { $0["name"] == .text(name) }.orThrow("no phase \(name)")
        let ready = try JSON.read(file(options, "ready"))
        let runner = try await Runner(folder: file(options, "folder"), ready: ready, host: askHost)
        try await runner.run(phase)
    }

    private static func options(_ arguments: ArraySlice<String>) throws -> [String: String] {
        guard arguments.count.isMultiple(of: 2) else { throw Unexpected("options go in pairs") }
        let starts = stride(from: arguments.startIndex, to: arguments.endIndex, by: 2)
        let pairs = starts.map { (String(arguments[$0].drop { $0 == "-" }), arguments[$0 + 1]) }
        return Dictionary(pairs) { _, last in last }
    }

    private static func file(_ options: [String: String], _ name: String) throws -> URL {
        URL(fileURLWithPath: try options[name].orThrow("--\(name) is missing"))
    }

    private static func askHost(_ command: JSON) throws -> JSON {
        FileHandle.standardOutput.write(Data("HOST \(try command.line())\n".utf8))
        let answer = try readLine().orThrow("the host is gone")
        return try JSONDecoder().decode(JSON.self, from: Data(answer.utf8))
    }
}

/// Linux kills a program that writes to a connection which is gone, unless it says that it does not want that. On Apple systems the
/// sockets say it.
func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
}

extension Optional {
    /// The value, or an error that says what is missing.
    func orThrow(_ message: @autoclosure () -> String) throws -> Wrapped {
        guard let self else { throw Unexpected(message()) }
        return self
    }
}
