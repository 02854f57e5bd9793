import Foundation

/// What to ask the system's scheduler for, from what is left to send.
///
/// The system decides when, and whether: a request names the earliest moment only.
struct BackgroundPlan: Sendable, Equatable {
    /// Seconds until a short run, of about half a minute, may begin; absent when there is nothing it could do.
    var refresh: TimeInterval?
    /// Seconds until a run of some minutes may begin, which the system gives to a phone that lies idle. For files.
    var processing: TimeInterval?

    /// The shortest wait worth asking for; the system gives no less.
    static let soonest: TimeInterval = 60
    /// How often to look for messages when nothing is left to send.
    static let lookAgain: TimeInterval = 30 * 60

    /// To be replaced when more is known.
    static let again = BackgroundPlan(refresh: lookAgain, processing: nil)

    private init(refresh: TimeInterval?, processing: TimeInterval?) {
        self.refresh = refresh
        self.processing = processing
    }

    /// The plan for an outlook; nothing to ask for while only an invite can help.
    init(_ outlook: Outlook) {
        switch outlook.obstacle {
        case .notInvited, .enrolment:
            return
        case .network, .held, nil:
            break
        }
        guard !outlook.completed else {
            refresh = Self.lookAgain
            return
        }
        let wait = outlook.nextAttemptMs.map { max(Self.soonest, TimeInterval($0) / 1000) }
        refresh = wait ?? Self.lookAgain
        if outlook.mediaLeft > 0 {
            processing = wait ?? Self.soonest
        }
    }
}
