import Foundation
import KuagerFFI

/// The library as a whole: start-up, and what needs no observer.
public enum KuagerLibrary {
    private static let isStarted = Locked(false)

    /// Says where log lines go, once, before anything else. Called again, it changes both; without a sink, nothing is logged. The
    /// sink is kept until another one is given. Opening an observer does this, without a sink, where nobody has.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/runtime`` when the system gives no threads.
    public static func start(log sink: (any LogSink)?, level: LogLevel = .warn) throws(KuagerError) {
        try callDirectly {
            try KuagerFFI.start(options: StartOptions(logLevel: level), log: sink.map(LogAdapter.init))
        }
        isStarted.withLock { $0 = true }
    }

    /// Without a start, what a mistake in Rust says would go to standard error, and it may hold anything.
    static func startUnlessStarted() throws(KuagerError) {
        if !isStarted.withLock({ $0 }) { try start(log: nil) }
    }

    /// The version of the library.
    public static func version() throws(KuagerError) -> String {
        try callDirectly(KuagerFFI.version)
    }

    /// Every code an error can have, for apps that check that they have a text for each.
    public static func errorCodes() throws(KuagerError) -> [ErrorCode] {
        try callDirectly(KuagerFFI.errorCodes)
    }

    /// Every code a signed refusal of the coordinator can have, of a record, a file or an enrolment, for apps that check that they have
    /// a text for each.
    public static func refusalCodes() throws(KuagerError) -> [String] {
        try callDirectly(KuagerFFI.refusalCodes)
    }

    /// Objects that are alive on the other side; all zero once everything was closed, but for a log sink.
    public static func liveHandles() throws(KuagerError) -> LiveHandles {
        try callDirectly(KuagerFFI.liveHandles)
    }

    // MARK: Statements

    /// Reads an invite without following it, to show where it leads.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/inviteUnreadable``.
    public static func readInvite(_ url: String) throws(KuagerError) -> InviteInfo {
        try callDirectly { try KuagerFFI.readInvite(url: url) }
    }

    /// The stable name of what is wrong with a text offered as an invite; `nil` when it is one.
    public static func inviteFault(_ url: String) throws(KuagerError) -> String? {
        try callDirectly { try KuagerFFI.inviteFault(url: url) }
    }

    /// Checks that bytes are a statement of this purpose (`record`, `receipt` and others), of this deployment, signed by this key.
    /// A genesis statement names its own keys: deployment and key are not looked at.
    ///
    /// - Returns: What is wrong with the bytes, or their hash.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/notAnID`` for a purpose, deployment or key that is none.
    public static func checkStatement(
        purpose: String, bytes: Data, deployment: String, publicKey: String
    ) throws(KuagerError) -> StatementCheck {
        try callDirectly {
            try KuagerFFI.checkStatement(
                purpose: purpose, bytes: bytes, deployment: deployment, publicKey: publicKey)
        }
    }
}
