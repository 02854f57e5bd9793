import Foundation
import KuagerFFI

/// Sending, messages, and what became of both.
extension Observer {
    /// Delivers what is waiting, for as long as `limit` seconds at most; ends as soon as nothing is left. For background time.
    ///
    /// Cutting it short is safe, in every way: cancelling the task stops the sync at its next step and throws
    /// ``KuagerError/Code/cancelled``; what was stored stays, what was not is done again by the next sync.
    ///
    /// - Returns: What it did, what is left, and why. A network that is missing is no error.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/cancelled``, ``KuagerError/Code/storePaused`` and
    ///   ``KuagerError/Code/storeClosed`` when it was stopped.
    @discardableResult
    public func sync(limit: TimeInterval) async throws(KuagerError) -> SyncSummary {
        try await session.work { try $0.startSync(limitMs: milliseconds(limit)) }
    }

    /// Delivers until the task is cancelled: for while the app is in front.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/cancelled``, the usual end, or as ``sync(limit:)``.
    public func run() async throws(KuagerError) {
        _ = try await session.work { try $0.startRun() }
    }

    /// What is left to send and what the next attempt waits for, without touching the network.
    public func outlook() async throws(KuagerError) -> Outlook {
        try await session.call { try $0.outlook() }
    }

    /// The log of attempts, newest first.
    public func attempts(limit: Int) async throws(KuagerError) -> [AttemptInfo] {
        try await session.call { try $0.attempts(limit: Int64(limit)) }
    }

    /// Says that the network changed: asks ``Connectivity`` what there is now, drops the connections that went through the old one,
    /// and ends waits that were for its sake.
    public func networkChanged() async throws(KuagerError) {
        try await session.call { try $0.networkChanged() }
    }

    /// Says what kind of network there is, for apps that give no ``Connectivity``.
    public func setNetwork(_ network: NetworkState) async throws(KuagerError) {
        try await session.call { try $0.setNetwork(network: network) }
    }

    /// Messages from the coordinator, oldest first.
    public func messages() async throws(KuagerError) -> [MessageInfo] {
        try await session.call { try $0.messages() }
    }

    /// Marks a message as read.
    public func markRead(message number: Int64) async throws(KuagerError) {
        try await session.call { try $0.markRead(number: number) }
    }
}
