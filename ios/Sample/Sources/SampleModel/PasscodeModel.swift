import Kuager

/// Sets, changes and removes the passcode, and the one that destroys.
public final class PasscodeModel: StateModel<PasscodeModel.State> {
    /// What the screen shows.
    public struct State: Equatable, Sendable {
        /// Whether there is a passcode; nothing before it is known.
        public var isSet: Bool?
        /// A change is being made, which takes some seconds on a small phone.
        public var isWorking = false
        /// What went wrong.
        public var problem: Phrase?
        /// The change was made.
        public var isDone = false

        /// Nothing known yet.
        public init() {}
    }

    /// What was typed; each new one twice, since nobody sees it.
    public struct Typed: Equatable, Sendable {
        /// The present passcode, where there is one.
        public var current = ""
        /// The new one.
        public var passcode = ""
        /// The new one once more.
        public var again = ""
        /// The one that destroys; empty for none.
        public var duress = ""
        /// The one that destroys once more.
        public var duressAgain = ""

        /// Nothing typed.
        public init() {}
    }

    private let observer: Observer
    private let app: AppModel

    /// A screen that knows nothing yet; ``load()`` fills it.
    public init(_ observer: Observer, app: AppModel) {
        self.observer = observer
        self.app = app
        super.init(State())
    }

    /// Finds out whether there is a passcode.
    public func load() async {
        do {
            let isSet = try await observer.hasPasscode()
            update { $0.isSet = isSet }
        } catch {
            update { $0.problem = Phrase(error) }
        }
    }

    /// Sets a passcode, or another one.
    public func set(_ typed: Typed) async {
        guard typed.passcode == typed.again, typed.duress == typed.duressAgain else {
            return update { ($0.problem, $0.isDone) = (Phrase(.passcodeDiffer), false) }
        }
        await change(typed) { observer, current in
            try await observer.setPasscode(
                typed.passcode, current: current, duress: typed.duress.isEmpty ? nil : typed.duress)
        }
    }

    /// Removes the passcode, and the one that destroys with it.
    public func remove(_ typed: Typed) async {
        await change(typed) { observer, current in try await observer.removePasscode(current: current ?? "") }
    }

    private func change(
        _ typed: Typed, _ work: @Sendable (Observer, String?) async throws -> Void
    ) async {
        update { ($0.isWorking, $0.isDone, $0.problem) = (true, false, nil) }
        do {
            try await work(observer, state.isSet == true ? typed.current : nil)
            let isSet = try await observer.hasPasscode()
            update { ($0.isSet, $0.isDone) = (isSet, true) }
        } catch let error as KuagerError where error.code == .storeClosed {
            await app.enter(again: typed.current)
        } catch {
            update { $0.problem = Phrase(error) }
        }
        update { $0.isWorking = false }
    }
}
