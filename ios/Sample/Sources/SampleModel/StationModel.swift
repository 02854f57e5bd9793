import Foundation
import Kuager

/// Finding the station by number, name or address, without a network.
public final class StationModel: StateModel<StationModel.State> {
    /// What the screen shows.
    public struct State: Equatable, Sendable {
        /// What was typed.
        public var query = ""
        /// The best stations, the best first.
        public var hits: [StationInfo] = []
        /// What went wrong.
        public var problem: Phrase?

        /// Nothing known yet.
        public init() {}

        /// A station that the directory lacks is its own name: nobody has to choose a wrong one to get on.
        public var freeText: String? {
            let text = query.trimmingCharacters(in: .whitespacesAndNewlines)
            return text.isEmpty ? nil : text
        }
    }

    private let observer: Observer
    private let language: String

    /// A screen that has searched for nothing yet.
    public init(_ observer: Observer, language: String) {
        self.observer = observer
        self.language = language
        super.init(State())
    }

    /// Searches. Answers that come late are not shown.
    public func search(_ query: String) async {
        update { $0.query = query }
        do {
            let hits = try await observer.searchStations(query, language: language)
            guard state.query == query else { return }
            update { ($0.hits, $0.problem) = (hits, nil) }
        } catch {
            update { ($0.hits, $0.problem) = ([], Phrase(error)) }
        }
    }
}
