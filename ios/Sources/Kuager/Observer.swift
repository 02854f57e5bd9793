import Foundation
import KuagerFFI

/// One observer's device: store, journal and outbox of one folder.
///
/// Open one, keep it, and ``close()`` it when done; closing lets go of everything, once and for all. Calls may come from any task
/// and in any number. They touch the disk on threads of their own, and return within milliseconds but where they say otherwise.
/// Calls that run at the same time have no order: where it matters, as for two answers to one question, await the first. What a call
/// has saved when it returns survives a kill. A call that has begun is carried through even if its task is cancelled;
/// ``sync(limit:)`` and ``run()`` stop.
///
/// Every call throws ``KuagerError`` and nothing else. Any of them may throw
/// ``KuagerError/Code/storePaused`` while paused, ``KuagerError/Code/storeClosed`` once closed or wiped, and the codes of a store that
/// cannot be read or written.
public final class Observer: Sendable {
    let session: Session

    private init(session: Session) {
        self.session = session
    }

    deinit {
        let session = session
        if session.isOpen {
            Task.detached { _ = await session.end { try $0.shutdown() } }
        }
    }

    /// Opens an observer's folder, making it when it is new. Needs no network.
    ///
    /// - Parameters:
    ///   - dir: Private to the app and left out of backups.
    ///   - vault: Keeps the key of the store.
    ///   - clock: The system's own clocks when absent; enough for desktops and servers.
    ///   - connectivity: When absent, bytes are taken to be free until ``setNetwork(_:)`` says otherwise.
    ///   - timeouts: How patient the network code is.
    ///   - passcode: Where ``passcodeState(dir:clock:)`` says that it is needed. The duress passcode destroys everything and opens an
    ///     app that was never used.
    /// - Returns: The observer, to be closed by whoever opened it.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/passcodeNeeded``, ``KuagerError/Code/passcodeWrong``,
    ///   ``KuagerError/Code/passcodeWait``, ``KuagerError/Code/vaultLocked`` (again after unlocking),
    ///   ``KuagerError/Code/storeUnavailable`` (again later), ``KuagerError/Code/vaultLost`` and ``KuagerError/Code/identityMissing`` (the store belongs to another device), and
    ///   others of the vault and the store.
    public static func open(
        dir: URL, vault: any KeyVault, clock: (any DeviceClock)? = nil, connectivity: (any Connectivity)? = nil,
        timeouts: Timeouts = Timeouts(), passcode: String? = nil
    ) async throws(KuagerError) -> Observer {
        let config = ObserverConfig(
            dir: try dir.localPath, connectTimeoutMs: timeouts.connect.map(milliseconds),
            idleTimeoutMs: timeouts.idle.map(milliseconds), callTimeoutMs: timeouts.call.map(milliseconds))
        try KuagerLibrary.startUnlessStarted()
        let changes = ChangeHub()
        let session = try await callOffThread {
            let handle = try ObserverHandle.open(
                config: config, vault: VaultAdapter(vault), clock: clock.map(ClockAdapter.init),
                connectivity: connectivity.map(ConnectivityAdapter.init), listener: changes, passcode: passcode)
            return Session(handle: handle, changes: changes)
        }
        return Observer(session: session)
    }

    /// Whether a folder asks for a passcode, and how long the next attempt has to wait. Give the clock that it is opened with.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/identityDamaged``, ``KuagerError/Code/file``.
    public static func passcodeState(
        dir: URL, clock: (any DeviceClock)? = nil
    ) async throws(KuagerError) -> PasscodeState {
        let path = try dir.localPath
        return try await callOffThread {
            try KuagerFFI.passcodeState(dir: path, clock: clock.map(ClockAdapter.init))
        }
    }

    /// How patient the network code is, in seconds; the core's own measure where absent.
    public struct Timeouts: Hashable, Sendable {
        /// Longest wait for a connection to one address.
        public var connect: TimeInterval?
        /// Longest silence during a call.
        public var idle: TimeInterval?
        /// Longest duration of one call.
        public var call: TimeInterval?

        /// How patient to be.
        public init(connect: TimeInterval? = nil, idle: TimeInterval? = nil, call: TimeInterval? = nil) {
            self.connect = connect
            self.idle = idle
            self.call = call
        }
    }

    // MARK: Attestation

    /// What a platform key has to be made with so that it speaks for this device and its invite, 32 bytes.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/notInvited``.
    public func attestationChallenge() async throws(KuagerError) -> Data {
        try await session.call { try $0.attestationChallenge() }
    }

    /// Takes what the platform said about this phone, to be sent when it is enrolled. Evidence only: nothing depends on it.
    ///
    /// - Returns: Whether it will be sent: not by a device that is enrolled already.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/notInvited``, ``KuagerError/Code/statementNotValid``.
    public func attest(format: AttestationFormat, parts: [Data]) async throws(KuagerError) -> Bool {
        try await session.call { try $0.attest(format: format, parts: parts) }
    }

    // MARK: Passcode

    /// Whether this store is locked with a passcode.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/storeClosed``.
    public func hasPasscode() async throws(KuagerError) -> Bool {
        try await session.call { try $0.hasPasscode() }
    }

    /// Locks this store with a passcode, or with another one, and with a duress passcode that destroys everything when it is entered.
    /// What was set before, both of it, no longer counts. Nothing is delivered any more unless the observer is open. Takes up to
    /// some seconds on a small phone.
    ///
    /// - Parameters:
    ///   - passcode: What opens the store from now on.
    ///   - current: Needed where there is one already.
    ///   - duress: What destroys everything from now on, whoever asks.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/passcodeUnfit``; about `current` ``KuagerError/Code/passcodeNeeded``,
    ///   ``KuagerError/Code/passcodeWrong`` and ``KuagerError/Code/passcodeWait``; ``KuagerError/Code/storeClosed`` when `current`
    ///   was the duress passcode.
    public func setPasscode(
        _ passcode: String, current: String? = nil, duress: String? = nil
    ) async throws(KuagerError) {
        try await session.call { try $0.setPasscode(current: current, passcode: passcode, duress: duress) }
    }

    /// Removes the passcode, and the duress passcode with it; the vault alone guards the store again.
    ///
    /// - Throws: ``KuagerError``: as ``setPasscode(_:current:duress:)``.
    public func removePasscode(current: String) async throws(KuagerError) {
        try await session.call { try $0.removePasscode(current: current) }
    }

    // MARK: Lifecycle

    /// Stops what is being sent and closes every connection to the store, as iOS demands before an app is suspended. Calls fail with
    /// ``KuagerError/Code/storePaused`` until ``resume()``. Safe to call twice.
    public func pause() async throws(KuagerError) {
        try await session.call(on: .lifecycle) { try $0.pause() }
    }

    /// Goes on after ``pause()``. Safe to call twice.
    public func resume() async throws(KuagerError) {
        try await session.call(on: .lifecycle) { try $0.resume() }
    }

    /// Closes everything: stops syncs, ends sequences of ``Updates``, waits for calls under way and lets go of vault, clock and
    /// connectivity. Afterwards every call fails with ``KuagerError/Code/storeClosed``. Safe to call twice.
    public func close() async {
        // Fails only from inside a callback, where nobody can await.
        _ = await session.end { try $0.shutdown() }
    }

    /// Destroys everything, the key first, and closes the observer whatever comes of it. There is no way back; ask twice.
    ///
    /// - Throws: ``KuagerError``: the first step that failed, of the vault or ``KuagerError/Code/file``. Do it again with
    ///   ``wipe(dir:vault:)``.
    public func wipe() async throws(KuagerError) {
        guard let result = await session.end({ try $0.wipe() }) else { throw .closed }
        try result.get()
    }

    /// Destroys a folder that is not open, or cannot be opened: first the vault's key, which makes everything unreadable, then the
    /// files.
    ///
    /// - Throws: ``KuagerError``: the first step that failed, of the vault or ``KuagerError/Code/file``. Call it again.
    public static func wipe(dir: URL, vault: any KeyVault) async throws(KuagerError) {
        let path = try dir.localPath
        try await callOffThread { try wipeDir(dir: path, vault: VaultAdapter(vault)) }
    }

    // MARK: Enrolment

    /// How things stand.
    public func status() async throws(KuagerError) -> ObserverStatus {
        try await session.call { try $0.status() }
    }

    /// Accepts an invite, the text of a QR code or link. Needs no network; from here on records can be sealed.
    ///
    /// - Returns: The deployment's id.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/inviteUnreadable``, ``KuagerError/Code/otherDeployment``,
    ///   ``KuagerError/Code/inviteForged``, ``KuagerError/Code/serverAddress``, and those of the vault.
    @discardableResult
    public func acceptInvite(_ url: String) async throws(KuagerError) -> String {
        try await session.call { try $0.acceptInvite(url: url) }
    }

    /// Says whom an invite would make this device follow, and changes nothing.
    ///
    /// - Throws: ``KuagerError`` as ``acceptInvite(_:)``, without the vault.
    public func previewInvite(_ url: String) async throws(KuagerError) -> InvitePreview {
        try await session.call { try $0.previewInvite(url: url) }
    }

    /// Takes back an invite whose deployment was never reached. What was sealed stays.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/notInvited``, ``KuagerError/Code/joinedAlready``, and those of the vault.
    public func forgetInvite() async throws(KuagerError) {
        try await session.call { try $0.forgetInvite() }
    }

    /// Takes a pack from a file, so that work can begin before the coordinator was ever reached.
    ///
    /// - Returns: The name of the pack that is current then: of another one when a newer one is here, or its stations are still to come.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/packNotAcceptable``, ``KuagerError/Code/notInvited``, ``KuagerError/Code/file``.
    @discardableResult
    public func importPack(from file: URL) async throws(KuagerError) -> String {
        let path = try file.localPath
        return try await session.call { try $0.importPack(path: path) }
    }

    /// The current pack, in a language of it.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noPack``.
    public func pack(language: String) async throws(KuagerError) -> PackInfo {
        try await session.call { try $0.pack(language: language) }
    }

    /// Checks every signature and every link of this device's chain. What is wrong with it is in the answer.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/notInvited``.
    public func verify() async throws(KuagerError) -> ChainReport {
        try await session.call { try $0.verify() }
    }
}
