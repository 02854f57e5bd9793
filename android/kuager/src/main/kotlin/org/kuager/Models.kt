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

/** What kind of network there is. */
public typealias NetworkState = org.kuager.ffi.NetworkState

/** How things stand, in one look. */
public typealias ObserverStatus = org.kuager.ffi.ObserverStatus

/** What the holder of this device may do. */
public typealias ObserverRole = org.kuager.ffi.ObserverRole

/** What was salvaged from a damaged store. */
public typealias RecoveryInfo = org.kuager.ffi.RecoveryInfo

/** What an invite says, before anybody follows it. */
public typealias InviteInfo = org.kuager.ffi.InviteInfo

/** What checking this device's chain found. */
public typealias ChainCheck = org.kuager.ffi.ChainCheck

/** Numbers that are lost by signed statement. */
public typealias LostRange = org.kuager.ffi.LostRange

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

/** A group of the catalogue of incidents. */
public typealias IncidentGroup = org.kuager.ffi.IncidentGroup

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
public typealias PackChange = org.kuager.ffi.PackChange

/** The form is new. */
public typealias FormAdded = org.kuager.ffi.PackChange.Added

/** The form is gone. */
public typealias FormRemoved = org.kuager.ffi.PackChange.Removed

/** The form asks differently. */
public typealias FormChanged = org.kuager.ffi.PackChange.Changed

// Drafts and forms.

/** An answer to a question: [NumberAnswer], [TextAnswer], [SeveralAnswer] or [GroupAnswer]. */
public typealias Answer = org.kuager.ffi.Answer

/** An integer, a decimal scaled by the question, a time in minutes after local midnight. */
public typealias NumberAnswer = org.kuager.ffi.Answer.Number

/** A choice's key, or free text. */
public typealias TextAnswer = org.kuager.ffi.Answer.Text

/** Several choices, or the entries of a repeat group. */
public typealias SeveralAnswer = org.kuager.ffi.Answer.Several

/** The answers of a group, by question. */
public typealias GroupAnswer = org.kuager.ffi.Answer.Group

/** How a draft begins. */
public typealias NewDraft = org.kuager.ffi.NewDraftOptions

/** Where, in what language, and whether it counts. */
public typealias Setting = org.kuager.ffi.Setting

/** What has been entered and not sealed yet. */
public typealias DraftInfo = org.kuager.ffi.DraftInfo

/** Where the device is. */
public typealias Place = org.kuager.ffi.Place

/** How a form stands over the answers given so far. */
public typealias FormState = org.kuager.ffi.FormState

/** A question that is asked now. */
public typealias AskedQuestion = org.kuager.ffi.AskedQuestion

/** What kind of answer a question takes. */
public typealias QuestionType = org.kuager.ffi.QuestionType

/** Where a question stands. */
public typealias PlaceInfo = org.kuager.ffi.PlaceInfo

/** A control relation and how it comes out. */
public typealias RelationInfo = org.kuager.ffi.RelationInfo

/** How much a relation that fails says. */
public typealias RelationSeverity = org.kuager.ffi.RelationSeverity

/** How a relation comes out. */
public typealias RelationStanding = org.kuager.ffi.RelationStanding

/** Something to remind of. It never blocks sealing. */
public typealias ReminderInfo = org.kuager.ffi.ReminderInfo

/** Why to remind: [UnlikelyAnswer], [ChoiceNotOffered], [UnreadableWords] or [TooFewEntries]. */
public typealias ReminderReason = org.kuager.ffi.ReminderReason

/** The answer is unlikely. */
public typealias UnlikelyAnswer = org.kuager.ffi.ReminderReason.Constraint

/** What was chosen is not offered any more. */
public typealias ChoiceNotOffered = org.kuager.ffi.ReminderReason.NotOffered

/** The number in words cannot be read. */
public typealias UnreadableWords = org.kuager.ffi.ReminderReason.UnreadableWords

/** Fewer entries, choices or files than expected. */
public typealias TooFewEntries = org.kuager.ffi.ReminderReason.TooFew

/** A step in the life of an incident. */
public typealias IncidentStep = org.kuager.ffi.IncidentStep

/** Heads counted at a station. */
public typealias TallyInfo = org.kuager.ffi.TallyInfo

/** How a wave of the exit poll stands. */
public typealias WaveStatus = org.kuager.ffi.WaveStatus

// Sealed records.

/** What a record is about. */
public typealias RecordType = org.kuager.ffi.RecordType

/** A record that has just been sealed. */
public typealias SealedInfo = org.kuager.ffi.SealedInfo

/** A sealed record and where it stands. */
public typealias RecordInfo = org.kuager.ffi.RecordInfo

/** A sealed record with its content. */
public typealias RecordDetail = org.kuager.ffi.RecordDetail

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

/** Where a file comes from: [CapturedFile] or [ImportedFile]. */
public typealias FileOrigin = org.kuager.ffi.FileOrigin

/** The camera that was opened for this token of [beginCapture]. */
public typealias CapturedFile = org.kuager.ffi.FileOrigin.Captured

/** The gallery, or another app. */
public typealias ImportedFile = org.kuager.ffi.FileOrigin.Imported

/** How a file is marked in the record. */
public typealias FileSource = org.kuager.ffi.FileSource

/** What a file is to its record. */
public typealias FileRole = org.kuager.ffi.FileRole

/** A file that has been saved and attached. */
public typealias AttachedFile = org.kuager.ffi.AttachedFile

/** A file as a draft or record lists it. */
public typealias AttachmentInfo = org.kuager.ffi.AttachmentInfo

/** A file of this store. */
public typealias MediaInfo = org.kuager.ffi.MediaInfo

/** Where a file stands: [FileKept], [FileWaiting], [FileUploading], [FileDelayed], [FileHeld] or [FileStored]. */
public typealias FileState = org.kuager.ffi.FileState

/** On the phone; no record lists it yet. */
public typealias FileKept = org.kuager.ffi.FileState.Kept

/** To be uploaded. */
public typealias FileWaiting = org.kuager.ffi.FileState.Waiting

/** An upload has begun. */
public typealias FileUploading = org.kuager.ffi.FileState.Uploading

/** Not tried again for now. */
public typealias FileDelayed = org.kuager.ffi.FileState.Delayed

/** Kept back. */
public typealias FileHeld = org.kuager.ffi.FileState.Held

/** A verified receipt is stored: delivered. */
public typealias FileStored = org.kuager.ffi.FileState.Stored

/** How far an upload has come. */
public typealias UploadProgress = org.kuager.ffi.UploadProgress

// Sending.

/** What is left to send. */
public typealias Outbox = org.kuager.ffi.Outbox

/** What a sync did and what is left. */
public typealias SyncSummary = org.kuager.ffi.SyncSummary

/** What the next attempt waits for: [NetworkObstacle], [HeldObstacle], [EnrolmentRefused] or [NotInvited]. */
public typealias SyncObstacle = org.kuager.ffi.SyncObstacle

/** The network. */
public typealias NetworkObstacle = org.kuager.ffi.SyncObstacle.Network

/** Everything that is left is kept back. */
public typealias HeldObstacle = org.kuager.ffi.SyncObstacle.Held

/** Enrolment was refused; another invite is needed. */
public typealias EnrolmentRefused = org.kuager.ffi.SyncObstacle.EnrolmentRefused

/** No invite has been accepted yet. */
public typealias NotInvited = org.kuager.ffi.SyncObstacle.NotInvited

/** Why an attempt failed. */
public typealias FailureReason = org.kuager.ffi.FailureReason

/** Why something is kept back. */
public typealias HoldReason = org.kuager.ffi.HoldReason

/** An attempt of the log. */
public typealias Attempt = org.kuager.ffi.Attempt

/** A message from the coordinator, verified. */
public typealias MessageInfo = org.kuager.ffi.MessageInfo

/** What a message asks for. */
public typealias MessageAsk = org.kuager.ffi.MessageAsk
