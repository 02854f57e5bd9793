import Foundation
import Kuager

/// From a QR code to an enrolled device: shows where an invite leads before anybody follows it.
public final class InviteModel: StateModel<InviteModel.State> {
    /// What the screen shows.
    public struct State: Equatable, Sendable {
        /// What the invite would make this device believe, once one was read.
        public var invite: InvitePreview?
        /// What went wrong.
        public var problem: Phrase?
        /// The invite has been accepted.
        public var isAccepted = false

        /// Nothing known yet.
        public init() {}

        /// The digits to compare with those the coordinator says.
        public var digits: String { invite?.digits ?? "" }

        /// Where it leads: hosts and ports.
        public var hosts: [String] {
            let servers = invite?.servers ?? []
            return servers.map { server in
                guard let parts = URLComponents(string: server), let host = parts.host else { return server }
                return parts.port.map { "\(host):\($0)" } ?? host
            }
        }

        /// What is observed there, in a language or in any; nothing before the deployment was reached.
        public func title(in language: String) -> String? {
            invite.flatMap { $0.title[language] ?? $0.title.sorted { $0.key < $1.key }.first?.value }
        }

        /// What to say beside it: that nobody signed where it leads, and what it changes.
        public var warnings: [Phrase] {
            guard let invite else { return [] }
            let unsigned = invite.signed ? [] : [Phrase(.inviteUnsigned)]
            switch invite.replaces {
            case .token: return unsigned + [Phrase(.inviteAgain)]
            case .servers: return unsigned + [Phrase(.inviteMoves)]
            case nil: return unsigned
            }
        }
    }

    private let observer: Observer
    private var url = ""

    /// A screen without an invite.
    public init(_ observer: Observer) {
        self.observer = observer
        super.init(State())
    }

    /// Takes what a camera, a finger or a link gave. The camera sees the same code many times a second.
    public func read(_ text: String) async {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard text != url || state.invite == nil else { return }
        url = text
        do {
            let invite = try await observer.previewInvite(text)
            update { ($0.invite, $0.problem) = (invite, nil) }
        } catch {
            update { ($0.invite, $0.problem) = (nil, Phrase(error)) }
        }
    }

    /// Forgets the invite that was read.
    public func forget() {
        url = ""
        update { $0 = State() }
    }

    /// Follows the invite. Needs no network.
    public func accept() async {
        do {
            try await observer.acceptInvite(url)
            update { ($0.isAccepted, $0.problem) = (true, nil) }
        } catch {
            update { $0.problem = Phrase(error) }
        }
    }
}
