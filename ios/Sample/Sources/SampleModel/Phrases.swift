import Kuager

// What an observer reads about where things stand. One place, so that a new case of the core does not compile without a text.

extension Phrase {
    /// What kind of record it is.
    public init(_ kind: RecordKind) {
        switch kind {
        case .checklist: self.init(.kindChecklist)
        case .turnout: self.init(.kindTurnout)
        case .incident: self.init(.kindIncident)
        case .protocol: self.init(.kindProtocol)
        case .exitPollWave: self.init(.kindExitPollWave)
        case .note: self.init(.kindNote)
        case .keyEvent: self.init(.kindKeyEvent)
        case .gapStatement: self.init(.kindGapStatement)
        case .transcription: self.init(.kindTranscription)
        }
    }

    /// Where a record stands.
    public init(_ state: RecordState) {
        switch state {
        case .sealed: self.init(.recordSealed)
        case .sending: self.init(.recordSending)
        case .waiting: self.init(.recordWaiting)
        case .held: self.init(.recordHeld)
        case .refused(let code): self.init(.recordRefused, .phrase(Phrase(refusal: code)))
        case .accepted: self.init(.recordAccepted)
        case .forked: self.init(.recordForked)
        }
    }

    /// Where a file stands.
    public init(_ file: MediaInfo) {
        switch file.state {
        case .kept: self.init(.mediaKept)
        case .waiting: self.init(.mediaWaiting)
        case .uploading: self.init(.mediaUploading, .number(file.size > 0 ? file.sent * 100 / file.size : 0))
        case .delayed: self.init(.mediaDelayed)
        case .held: self.init(.mediaHeld)
        case .stored: self.init(.mediaStored)
        }
    }

    /// Why an attempt failed, and what the observer can do about it.
    public init(_ failure: FailureClass) {
        switch failure {
        case .offline: self.init(.failureOffline)
        case .dns: self.init(.failureDns)
        case .reset: self.init(.failureReset)
        case .timeout: self.init(.failureTimeout)
        case .tls: self.init(.failureTls)
        case .captivePortal: self.init(.failureCaptivePortal)
        case .serverBusy: self.init(.failureServerBusy)
        case .badAnswer: self.init(.failureBadAnswer)
        case .wrongServer: self.init(.failureWrongServer)
        case .rejected: self.init(.failureRejected)
        }
    }

    /// Why something is kept back.
    public init(_ reason: HeldReason) {
        switch reason {
        case .auth: self.init(.heldAuth)
        case .metered: self.init(.heldMetered)
        case .policy: self.init(.heldPolicy)
        case .record: self.init(.heldRecord)
        }
    }

    /// What the next attempt waits for.
    public init(_ obstacle: SyncObstacle) {
        switch obstacle {
        case .network(let failure): self.init(failure)
        case .held(let reason): self.init(reason)
        case .enrolment(let code): self.init(.obstacleEnrolment, .phrase(Phrase(refusal: code)))
        case .notInvited: self.init(.obstacleNotInvited)
        }
    }

    /// What to remind of beside a question.
    public init(_ kind: ReminderKind) {
        switch kind {
        case .constraint(let text?): self.init(.reminderUnlikely, .text(text))
        case .constraint(nil): self.init(.reminderUnlikely, .text(""))
        case .notOffered: self.init(.reminderNotOffered)
        case .unreadableWords: self.init(.reminderWords)
        case .tooFew(let expected): self.init(.reminderTooFew, .number(expected))
        }
    }

    /// How a control relation comes out; nothing where it is not about these answers.
    public init?(_ standing: RelationStanding) {
        switch standing {
        case .notJudged: return nil
        case .unknown: self.init(.relationUnknown)
        case .holds: self.init(.relationHolds)
        case .fails: self.init(.relationFails)
        }
    }
}

/// The four answers to a yes-or-no question, in the order they are offered.
public enum YesNo: String, CaseIterable, Sendable {
    case yes, no
    case notSeen = "not_seen"
    case notApplicable = "not_applicable"

    /// What the observer reads.
    public var phrase: Phrase {
        switch self {
        case .yes: Phrase(.answerYes)
        case .no: Phrase(.answerNo)
        case .notSeen: Phrase(.answerNotSeen)
        case .notApplicable: Phrase(.answerNotApplicable)
        }
    }
}
