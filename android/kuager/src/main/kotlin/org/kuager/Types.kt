package org.kuager

// What crosses as a plain value is defined once, in Rust, with its documentation. The names below are the ones to import; the
// package they come from is generated and may be replaced.
//
// Kotlin does not reach a nested class through an alias, so each case of a sealed class has a name of its own:
// `when (record.state) { is RecordSealed -> …; is RecordWaiting -> … }`, with `is` also before a case without fields, is checked for
// completeness as usual.

// Errors, logs, diagnostics.

/** One thing a [KuagerException] can say. */
public typealias ErrorCode = org.kuager.ffi.ErrorCode

/** The classes of [KuagerException], as a value. */
public typealias ErrorKind = org.kuager.ffi.ErrorKind

/** How much a log line matters. */
public typealias LogLevel = org.kuager.ffi.LogLevel

/** One line of the log. */
public typealias LogLine = org.kuager.ffi.LogLine

/** Objects that are alive on the Rust side; all zero once everything was closed. */
public typealias LiveHandles = org.kuager.ffi.LiveHandles

// The device and the network.

/** What kind of network there is. The core calls it `Network`, as Android calls a class. */
public typealias NetworkState = org.kuager.ffi.NetworkState

/** How things stand, in one look. */
public typealias ObserverStatus = org.kuager.ffi.ObserverStatus

/** Whether a folder asks for a passcode, and how long the next attempt has to wait. */
public typealias PasscodeState = org.kuager.ffi.PasscodeState

/** How a platform attests. */
public typealias AttestationFormat = org.kuager.ffi.AttestationFormat

/** What the holder of this device may do. */
public typealias ObserverRole = org.kuager.ffi.ObserverRole

/** What was salvaged from a damaged store. */
public typealias RecoveryInfo = org.kuager.ffi.RecoveryInfo
public typealias RevokedInfo = org.kuager.ffi.RevokedInfo

/** What an invite says, before anybody follows it. */
public typealias InviteInfo = org.kuager.ffi.InviteInfo
public typealias InvitePreview = org.kuager.ffi.InvitePreview
public typealias Replaces = org.kuager.ffi.Replaces

/** What checking this device's chain found. */
public typealias ChainReport = org.kuager.ffi.ChainReport

/** Numbers that are lost by signed statement. */
public typealias SeqRange = org.kuager.ffi.SeqRange

/** What checking a signed statement found: [ValidStatement] or [InvalidStatement]. */
public typealias StatementCheck = org.kuager.ffi.StatementCheck

/** The bytes are the statement they are offered as. */
public typealias ValidStatement = org.kuager.ffi.StatementCheck.Valid

/** They are not. */
public typealias InvalidStatement = org.kuager.ffi.StatementCheck.Invalid

// The pack.

/** The election as the pack defines it, in one language. */
public typealias PackInfo = org.kuager.ffi.PackInfo

/** A form of the pack. */
public typealias FormInfo = org.kuager.ffi.FormInfo

/** What is voted on. */
public typealias ContestInfo = org.kuager.ffi.ContestInfo

/** One choice. */
public typealias ChoiceInfo = org.kuager.ffi.ChoiceInfo

/** An incident of the catalogue. */
public typealias IncidentInfo = org.kuager.ffi.IncidentInfo

/** How much an incident weighs. */
public typealias IncidentGravity = org.kuager.ffi.IncidentGravity

/** A moment at which turnout is noted. */
public typealias TurnoutHourInfo = org.kuager.ffi.TurnoutHourInfo

/** A wave of the exit poll. */
public typealias WaveInfo = org.kuager.ffi.WaveInfo

/** How asking a selected voter can end. */
public typealias DispositionInfo = org.kuager.ffi.DispositionInfo

/** A region. */
public typealias RegionInfo = org.kuager.ffi.RegionInfo

/** A polling station. */
public typealias StationInfo = org.kuager.ffi.StationInfo

/** What a newer pack changes about a form: [FormAdded], [FormRemoved] or [FormChanged]. */
public typealias FormChange = org.kuager.ffi.FormChange

/** The form is new. */
public typealias FormAdded = org.kuager.ffi.FormChange.Added

/** The form is gone. */
public typealias FormRemoved = org.kuager.ffi.FormChange.Removed

/** The form asks differently. */
public typealias FormChanged = org.kuager.ffi.FormChange.Changed

// Drafts and forms.

/** The value of an answer: [IntValue], [TextValue], [ListValue] or [GroupValue]. */
public typealias Value = org.kuager.ffi.Value

/** An integer, a decimal scaled by the question, a time in minutes after local midnight. */
public typealias IntValue = org.kuager.ffi.Value.Int

/** A choice's key, or free text. */
public typealias TextValue = org.kuager.ffi.Value.Text

/** Several choices, or the entries of a repeat group. */
public typealias ListValue = org.kuager.ffi.Value.Several

/** The answers of a group, by question. */
public typealias GroupValue = org.kuager.ffi.Value.Group

/** How a draft begins. */
public typealias NewDraft = org.kuager.ffi.NewDraft

/** Where, in what language, and whether it counts. */
public typealias Setting = org.kuager.ffi.Setting

/** What has been entered and not sealed yet. */
public typealias DraftInfo = org.kuager.ffi.DraftInfo

/** Where the device is: the core's `Location`, which Android has a class of its own for. */
public typealias LocationInfo = org.kuager.ffi.LocationInfo

/** How a form stands over the answers given so far. */
public typealias FormState = org.kuager.ffi.FormState

/** A question that is asked now. */
public typealias Asked = org.kuager.ffi.Asked

/** What kind of answer a question takes. */
public typealias QuestionKind = org.kuager.ffi.QuestionKind

/** Where a question stands. The core calls it `Path`, which in Java and Android is something else. */
public typealias Place = org.kuager.ffi.Place

/** A control relation and how it comes out. */
public typealias RelationState = org.kuager.ffi.RelationState

/** How much a relation that fails says. */
public typealias RelationSeverity = org.kuager.ffi.RelationSeverity

/** How a relation comes out. */
public typealias RelationStanding = org.kuager.ffi.RelationStanding

/** Something to remind of. It never blocks sealing. */
public typealias Reminder = org.kuager.ffi.Reminder

/** What a reminder is about: [ConstraintReminder], [NotOfferedReminder], [UnreadableWordsReminder] or [TooFewReminder]. */
public typealias ReminderKind = org.kuager.ffi.ReminderKind

/** The answer is unlikely. */
public typealias ConstraintReminder = org.kuager.ffi.ReminderKind.Constraint

/** What was chosen is not offered any more. */
public typealias NotOfferedReminder = org.kuager.ffi.ReminderKind.NotOffered

/** The number in words cannot be read. */
public typealias UnreadableWordsReminder = org.kuager.ffi.ReminderKind.UnreadableWords

/** Fewer entries, choices or files than expected. */
public typealias TooFewReminder = org.kuager.ffi.ReminderKind.TooFew

/** A step in the life of an incident. */
public typealias IncidentStatus = org.kuager.ffi.IncidentStatus

/** Heads counted at a station. */
public typealias TallyInfo = org.kuager.ffi.TallyInfo

/** How a wave of the exit poll stands. */
public typealias WaveState = org.kuager.ffi.WaveState

// Sealed records.

/** What a record is about. */
public typealias RecordKind = org.kuager.ffi.RecordKind

/** A record that has just been sealed. */
public typealias Sealed = org.kuager.ffi.Sealed

/** A sealed record and where it stands. */
public typealias RecordInfo = org.kuager.ffi.RecordInfo

/** A sealed record with its content. */
public typealias SealedRecord = org.kuager.ffi.SealedRecord

/** What a verified receipt says. */
public typealias ReceiptInfo = org.kuager.ffi.ReceiptInfo

/**
 * Where a record stands: [RecordSealed], [RecordSending], [RecordWaiting], [RecordHeld], [RecordRefused], [RecordAccepted] or
 * [RecordForked]. Delivered are the last two only.
 */
public typealias RecordState = org.kuager.ffi.RecordState

/** Signed and on the disk, not sent yet. */
public typealias RecordSealed = org.kuager.ffi.RecordState.Sealed

/** An attempt has begun. */
public typealias RecordSending = org.kuager.ffi.RecordState.Sending

/** Not sent again for now. */
public typealias RecordWaiting = org.kuager.ffi.RecordState.Waiting

/** Kept back. */
public typealias RecordHeld = org.kuager.ffi.RecordState.Held

/** Refused by signed statement. The record stays. */
public typealias RecordRefused = org.kuager.ffi.RecordState.Refused

/** A verified receipt is stored: delivered. */
public typealias RecordAccepted = org.kuager.ffi.RecordState.Accepted

/** Delivered, and another record has the same number. */
public typealias RecordForked = org.kuager.ffi.RecordState.Forked

// Files.

/** Where a file comes from: [CapturedOrigin] or [ImportedOrigin]. */
public typealias MediaOrigin = org.kuager.ffi.MediaOrigin

/** The camera that was opened for this token of [beginCapture]. */
public typealias CapturedOrigin = org.kuager.ffi.MediaOrigin.Captured

/** The gallery, or another app. */
public typealias ImportedOrigin = org.kuager.ffi.MediaOrigin.Imported

/** How a file is marked in the record. */
public typealias MediaSource = org.kuager.ffi.MediaSource

/** What a file is to its record. */
public typealias AttachmentRole = org.kuager.ffi.AttachmentRole

/** A file that has been saved and attached. */
public typealias Attached = org.kuager.ffi.Attached

/** A file as a draft or record lists it. */
public typealias AttachmentInfo = org.kuager.ffi.AttachmentInfo

/** A file of this store. */
public typealias MediaInfo = org.kuager.ffi.MediaInfo

/** Where a file stands: [MediaKept], [MediaWaiting], [MediaUploading], [MediaDelayed], [MediaHeld] or [MediaStored]. */
public typealias UploadState = org.kuager.ffi.UploadState

/** On the phone; no record lists it yet. */
public typealias MediaKept = org.kuager.ffi.UploadState.Kept

/** To be uploaded. */
public typealias MediaWaiting = org.kuager.ffi.UploadState.Waiting

/** An upload has begun. */
public typealias MediaUploading = org.kuager.ffi.UploadState.Uploading

/** Not tried again for now. */
public typealias MediaDelayed = org.kuager.ffi.UploadState.Delayed

/** Kept back. */
public typealias MediaHeld = org.kuager.ffi.UploadState.Held

/** A verified receipt is stored: delivered. */
public typealias MediaStored = org.kuager.ffi.UploadState.Stored

/** How far an upload has come. */
public typealias UploadProgress = org.kuager.ffi.UploadProgress

// Sending.

/** What is left to send. */
public typealias Outlook = org.kuager.ffi.Outlook

/** What a sync did and what is left. */
public typealias SyncSummary = org.kuager.ffi.SyncSummary

/** What the next attempt waits for: [NetworkObstacle], [HeldObstacle], [EnrolmentObstacle] or [NotInvitedObstacle]. */
public typealias SyncObstacle = org.kuager.ffi.SyncObstacle

/** The network. */
public typealias NetworkObstacle = org.kuager.ffi.SyncObstacle.Network

/** Everything that is left is kept back. */
public typealias HeldObstacle = org.kuager.ffi.SyncObstacle.Held

/** Enrolment was refused; another invite is needed. */
public typealias EnrolmentObstacle = org.kuager.ffi.SyncObstacle.Enrolment

/** No invite has been accepted yet. */
public typealias NotInvitedObstacle = org.kuager.ffi.SyncObstacle.NotInvited

/** Why an attempt failed. */
public typealias FailureClass = org.kuager.ffi.FailureClass

/** Why something is kept back. */
public typealias HeldReason = org.kuager.ffi.HeldReason

/** An attempt of the log. */
public typealias AttemptInfo = org.kuager.ffi.AttemptInfo

/** A message from the coordinator, verified. */
public typealias MessageInfo = org.kuager.ffi.MessageInfo

/** What a message asks for. */
public typealias MessageAsk = org.kuager.ffi.MessageAsk
