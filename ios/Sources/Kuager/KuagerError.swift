import Foundation

/// Why a call did not do what was asked. Nothing sealed is ever lost by one.
///
/// An app decides by three things: the case (what sort of trouble), the ``code`` (which text to show), and ``isRetryable``. The
/// ``reason`` is for developers and is in English.
public enum KuagerError: Error, Hashable, Sendable {
    /// The keystore.
    case vault(Detail)
    /// The phone's disk, or what is on it.
    case storage(Detail)
    /// Something has to happen first: an invite, a pack, ``Observer/resume()``.
    case notNow(Detail)
    /// What was given does not fit.
    case input(Detail)
    /// The pack or the law does not allow it.
    case forbidden(Detail)
    /// The work was stopped: cancelled, paused, closed.
    case interrupted(Detail)
    /// A mistake in Kuager or in the app that uses it. Worth a report; what was saved is still there.
    case `internal`(Detail)

    /// What an error says.
    public struct Detail: Hashable, Sendable {
        /// The stable name.
        public let code: Code
        /// What happened, for developers. Never shown to an observer.
        public let reason: String
        /// Whether the same call may succeed later.
        public let isRetryable: Bool

        init(code: Code, reason: String, isRetryable: Bool) {
            self.code = code
            self.reason = reason
            self.isRetryable = isRetryable
        }
    }

    /// What it says.
    public var detail: Detail {
        switch self {
        case .vault(let detail), .storage(let detail), .notNow(let detail), .input(let detail), .forbidden(let detail),
            .interrupted(let detail), .internal(let detail):
            detail
        }
    }

    /// The stable name of what happened.
    public var code: Code { detail.code }
    /// What happened, for developers. Never shown to an observer.
    public var reason: String { detail.reason }
    /// Whether the same call may succeed later.
    public var isRetryable: Bool { detail.isRetryable }
}

extension KuagerError: CustomStringConvertible, LocalizedError {
    /// Reason and code, for logs.
    public var description: String { "\(reason) (\(code))" }
    /// The description. Apps show their own text for the ``code`` instead.
    public var errorDescription: String? { description }
}
