extension KuagerError {
    /// The stable name of what happened. Never changes its meaning; new ones may come with new releases, so keep a text for
    /// those that an app does not know.
    public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        /// The name, as in logs and in every other language.
        public let rawValue: String

        /// The code of this name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The name.
        public var description: String { rawValue }
    }
}

extension KuagerError.Code {
    /// The device is locked; call again after it has been unlocked.
    public static let vaultLocked = Self(rawValue: "vault_locked")
    /// The person declined to authenticate.
    public static let vaultCancelled = Self(rawValue: "vault_cancelled")
    /// The keystore no longer holds the key of this store. It cannot be read any more.
    public static let vaultLost = Self(rawValue: "vault_lost")
    /// The keystore failed in another way; the reason says how.
    public static let vaultFailed = Self(rawValue: "vault_failed")
    /// The store is locked with a passcode; ask for it and open again with it.
    public static let passcodeNeeded = Self(rawValue: "passcode_needed")
    /// This is not the passcode.
    public static let passcodeWrong = Self(rawValue: "passcode_wrong")
    /// Too many attempts: the next one is taken later. ``Observer/passcodeState(dir:clock:)`` says when.
    public static let passcodeWait = Self(rawValue: "passcode_wait")
    /// This cannot be a passcode; the reason says why.
    public static let passcodeUnfit = Self(rawValue: "passcode_unfit")
    /// The phone has not enough memory for the passcode now; close other apps.
    public static let passcodeMemory = Self(rawValue: "passcode_memory")
    /// There is a store without its identity file: a copy from another device.
    public static let identityMissing = Self(rawValue: "identity_missing")
    /// The identity file is damaged.
    public static let identityDamaged = Self(rawValue: "identity_damaged")
    /// The store was made with another key.
    public static let storeWrongKey = Self(rawValue: "store_wrong_key")
    /// The store is damaged. Close and open again: what is valid is salvaged.
    public static let storeCorrupt = Self(rawValue: "store_corrupt")
    /// The disk is full. Nothing was written; free some space and repeat.
    public static let diskFull = Self(rawValue: "disk_full")
    /// Another process holds the store.
    public static let storeLocked = Self(rawValue: "store_locked")
    /// The store cannot be reached now, as before the first unlock of a phone.
    public static let storeUnavailable = Self(rawValue: "store_unavailable")
    /// The store was written by a newer release; update the app.
    public static let storeNewer = Self(rawValue: "store_newer")
    /// The store failed in a way it has no better word for.
    public static let storeFailed = Self(rawValue: "store_failed")
    /// A file could not be read or written.
    public static let file = Self(rawValue: "file")
    /// The observer is paused; call ``Observer/resume()`` first.
    public static let storePaused = Self(rawValue: "store_paused")
    /// The observer was closed or wiped; open it again.
    public static let storeClosed = Self(rawValue: "store_closed")
    /// No invite has been accepted yet.
    public static let notInvited = Self(rawValue: "not_invited")
    /// There is no election pack yet; sync once, or import one from a file.
    public static let noPack = Self(rawValue: "no_pack")
    /// The pack does not say how turnout is noted.
    public static let noTurnout = Self(rawValue: "no_turnout")
    /// There is no act about this record.
    public static let noAct = Self(rawValue: "no_act")
    /// A callback called back in. Leave the callback first.
    public static let reentrantCall = Self(rawValue: "reentrant_call")
    /// The text is not an invite.
    public static let inviteUnreadable = Self(rawValue: "invite_unreadable")
    /// The end of the invite is missing; ask for all of it.
    public static let inviteCut = Self(rawValue: "invite_cut")
    /// A character or a line of the invite is wrong or missing; scan or copy it again.
    public static let inviteAltered = Self(rawValue: "invite_altered")
    /// The invite is of another deployment; use another folder for it.
    public static let otherDeployment = Self(rawValue: "other_deployment")
    /// Somebody else than the deployment made the invite, or changed it; the reason says what does not agree.
    public static let inviteForged = Self(rawValue: "invite_forged")
    /// The deployment of the invite has been reached; the invite cannot be taken back any more.
    public static let joinedAlready = Self(rawValue: "joined_already")
    /// The invite's addresses or certificates cannot be used.
    public static let serverAddress = Self(rawValue: "server_address")
    /// The file is not a pack, or not stations, of this deployment.
    public static let packNotAcceptable = Self(rawValue: "pack_not_acceptable")
    /// The pack has no form of this name.
    public static let noSuchForm = Self(rawValue: "no_such_form")
    /// This release cannot interpret the form; fill it in question by question.
    public static let formNotUnderstood = Self(rawValue: "form_not_understood")
    /// There is no such draft; it may have been sealed already.
    public static let noSuchDraft = Self(rawValue: "no_such_draft")
    /// There is no such record in this store.
    public static let noSuchRecord = Self(rawValue: "no_such_record")
    /// There is no such file in this store.
    public static let noSuchMedia = Self(rawValue: "no_such_media")
    /// The form has no such question.
    public static let unknownQuestion = Self(rawValue: "unknown_question")
    /// The answer does not fit the question; the reason says what would.
    public static let answerDoesNotFit = Self(rawValue: "answer_does_not_fit")
    /// What was entered is larger than a record may be.
    public static let tooLarge = Self(rawValue: "too_large")
    /// The name of a station is empty or too long.
    public static let stationName = Self(rawValue: "station_name")
    /// A record may not list so many files.
    public static let tooManyFiles = Self(rawValue: "too_many_files")
    /// The draft cannot be sealed; the reason says why.
    public static let cannotSeal = Self(rawValue: "cannot_seal")
    /// The photo or video cannot be read.
    public static let mediaUnreadable = Self(rawValue: "media_unreadable")
    /// The photo or video has no bytes.
    public static let mediaEmpty = Self(rawValue: "media_empty")
    /// The photo or video is larger than the pack allows.
    public static let mediaTooLarge = Self(rawValue: "media_too_large")
    /// Somebody wrote to the file while it was being saved.
    public static let mediaChanged = Self(rawValue: "media_changed")
    /// Not a photo, video or sound recording in a known format.
    public static let mediaType = Self(rawValue: "media_type")
    /// The catalogue has no such incident.
    public static let incidentUnknown = Self(rawValue: "incident_unknown")
    /// The exit poll cannot go on like this; the reason says why.
    public static let exitPoll = Self(rawValue: "exit_poll")
    /// Text that should name a record, a file or a draft does not.
    public static let notAnID = Self(rawValue: "not_an_id")
    /// The bytes are not the signed statement they are offered as.
    public static let statementNotValid = Self(rawValue: "statement_not_valid")
    /// This is never photographed or recorded.
    public static let captureForbidden = Self(rawValue: "capture_forbidden")
    /// The pack names no legal ground for an exit poll.
    public static let exitPollOff = Self(rawValue: "exit_poll_off")
    /// This pack allows no exercises.
    public static let noTraining = Self(rawValue: "no_training")
    /// The work was cancelled. What it had stored stays.
    public static let cancelled = Self(rawValue: "cancelled")
    /// A request could not be signed.
    public static let syncFailed = Self(rawValue: "sync_failed")
    /// The system gave no thread to work on.
    public static let runtime = Self(rawValue: "runtime")
    /// The native library is missing, or does not belong to this release of the façade.
    public static let library = Self(rawValue: "library")
    /// A mistake in Kuager. What was saved before this call is still there.
    public static let panicked = Self(rawValue: "panicked")
}

extension KuagerError.Code: CaseIterable {
    /// Every code of this release.
    public static let allCases: [Self] = [
        .vaultLocked, .vaultCancelled, .vaultLost, .vaultFailed, .passcodeNeeded, .passcodeWrong, .passcodeWait,
        .passcodeUnfit, .passcodeMemory, .identityMissing, .identityDamaged, .storeWrongKey,
        .storeCorrupt, .diskFull, .storeLocked, .storeUnavailable, .storeNewer, .storeFailed, .file, .storePaused,
        .storeClosed, .notInvited, .noPack, .noTurnout, .noAct, .reentrantCall, .inviteUnreadable, .inviteCut, .inviteAltered,
        .inviteForged, .joinedAlready, .otherDeployment,
        .serverAddress, .packNotAcceptable, .noSuchForm, .formNotUnderstood, .noSuchDraft, .noSuchRecord,
        .noSuchMedia, .unknownQuestion, .answerDoesNotFit, .tooLarge, .stationName, .tooManyFiles, .cannotSeal, .mediaUnreadable,
        .mediaEmpty, .mediaTooLarge, .mediaChanged, .mediaType, .incidentUnknown, .exitPoll, .notAnID,
        .statementNotValid, .captureForbidden, .exitPollOff, .noTraining, .cancelled, .syncFailed, .runtime,
        .library, .panicked,
    ]
}
