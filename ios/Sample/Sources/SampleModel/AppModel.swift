import Foundation
import Kuager

/// The observer's device as a whole: opened, locked, broken, wiped.
public final class AppModel: StateModel<AppModel.State> {
    /// What the app shows.
    public enum State: Equatable, Sendable {
        /// The store is being opened.
        case opening
        /// The phone has not been unlocked since it started; opening is tried again.
        case locked
        /// The store is locked with a passcode; what was wrong with the last one.
        case passcode(Phrase?)
        /// The store cannot be opened.
        case failed(Phrase)
        /// At work.
        case ready
        /// Everything was destroyed.
        case wiped
    }

    /// What the platform brings.
    public struct Platform: Sendable {
        /// Opens the store, with a passcode where it asks for one.
        public var open: @Sendable (String?) async throws -> Observer
        /// Destroys a store that is not open.
        public var wipe: @Sendable () async throws -> Void
        /// The camera's files.
        public var captures: @Sendable () throws -> CaptureFolder
        /// The language the observer reads, of `kk`, `ru` and `en`.
        public var language: String

        /// What the platform brings.
        public init(
            open: @escaping @Sendable (String?) async throws -> Observer, wipe: @escaping @Sendable () async throws -> Void,
            captures: @escaping @Sendable () throws -> CaptureFolder, language: String
        ) {
            self.open = open
            self.wipe = wipe
            self.captures = captures
            self.language = language
        }
    }

    /// The observer, once opened.
    public private(set) var observer: Observer?
    /// The camera's files, once opened.
    public private(set) var captures: CaptureFolder?
    /// Photos of an earlier run that were attached when the store was opened.
    public private(set) var recovered = 0

    public let platform: Platform
    private static let aboutPasscode: [KuagerError.Code] = [.passcodeWrong, .passcodeWait, .passcodeMemory]
    private var opening: Task<Void, Never>?

    /// An app that has just been launched.
    public init(_ platform: Platform) {
        self.platform = platform
        super.init(.opening)
    }

    /// Opens the store. Called at launch, when the phone is unlocked and when somebody asks; waits for an opening under way
    /// instead of beginning another.
    ///
    /// - Parameter passcode: What the person typed, where ``State/passcode(_:)`` asks for it.
    public func open(passcode: String? = nil) async {
        if let opening { return await opening.value }
        guard observer == nil, state != .wiped else { return }
        let task = Task { await openNow(passcode) }
        opening = task
        await task.value
        opening = nil
    }

    /// Closes the store if it has a passcode, so that it is asked for: after the app was out of sight for long.
    public func lock() async {
        guard let observer, (try? await observer.hasPasscode()) == true else { return }
        await close()
        update { $0 = .passcode(nil) }
    }

    /// Opens the store again with what was typed where the present passcode was asked for. The passcode that destroys was, if the
    /// store is closed after that: then the app is as it was when it was new, and nothing is said about it.
    public func enter(again passcode: String) async {
        await close()
        await open(passcode: passcode)
    }

    private func close() async {
        let closing = observer
        (observer, captures, recovered) = (nil, nil, 0)
        await closing?.close()
    }

    /// Destroys everything, whether the store could be opened or not.
    ///
    /// - Throws: ``KuagerError``; call it again then.
    public func wipe() async throws {
        do {
            if let observer {
                self.observer = nil
                try await observer.wipe()
            } else {
                try await platform.wipe()
            }
        } catch {
            // Whatever was left behind goes with a second try, which needs no open store.
            try await platform.wipe()
        }
        try platform.captures().discardAll()
        update { $0 = .wiped }
    }

    private func openNow(_ passcode: String?) async {
        update { $0 = .opening }
        do {
            let observer = try await platform.open(passcode)
            let captures = try platform.captures()
            // A store that follows no invite has nothing to photograph for, however it came to be like that.
            if passcode != nil, try await observer.status().deployment == nil { try captures.discardAll() }
            recovered = await Photos.recover(observer, captures)
            (self.observer, self.captures) = (observer, captures)
            update { $0 = .ready }
        } catch let error as KuagerError where error.code == .passcodeNeeded {
            update { $0 = .passcode(nil) }
        } catch let error as KuagerError where Self.aboutPasscode.contains(error.code) {
            update { $0 = .passcode(Phrase(error)) }
        } catch let error as KuagerError where error.isRetryable {
            update { $0 = .locked }
        } catch {
            update { $0 = .failed(Phrase(error)) }
        }
    }
}
