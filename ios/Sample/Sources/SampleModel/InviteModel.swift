import Foundation
import Kuager

/// From a QR code to an enrolled device: shows where an invite leads before anybody follows it.
public final class InviteModel: StateModel<InviteModel.State> {
    /// What the screen shows.
    public struct State: Equatable, Sendable {
        /// Where the invite leads, once one was read.
        public var invite: InviteInfo?
        /// What went wrong.
        public var problem: Phrase?
        /// The invite has been accepted.
        public var isAccepted = false

        /// Nothing known yet.
        public init() {}

        /// The digits to compare with those the coordinator says.
        public var digits: String { invite?.digits ?? "" }
    }

    private let observer: Observer
    private var url = ""

    /// A screen without an invite.
    public init(_ observer: Observer) {
        self.observer = observer
        super.init(State())
    }

    /// Takes what a camera or a finger gave. The camera sees the same code many times a second.
    public func read(_ text: String) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard text != url || state.invite == nil else { return }
        url = text
        do {
            let invite = try KuagerLibrary.readInvite(text)
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
