import KuagerFFI

// The values that cross, under this module's name, so that an app imports nothing else. Plain data: ids are hexadecimal text,
// times ending in `Ms` are milliseconds since 1970, texts are already in one language. Names are the core's, which says more about
// each; where a platform has the name for something else, it is said here.

// MARK: Forms

/// A question that is asked now.
public typealias Asked = KuagerFFI.Asked
/// One choice.
public typealias ChoiceInfo = KuagerFFI.ChoiceInfo
/// How a form stands.
public typealias FormState = KuagerFFI.FormState
/// Where a question stands. The core calls it `Path`, which in SwiftUI is something else.
public typealias Place = KuagerFFI.Place
/// What kind of answer a question takes.
public typealias QuestionKind = KuagerFFI.QuestionKind
/// A control relation and how it comes out.
public typealias RelationState = KuagerFFI.RelationState
/// How much a relation that fails says.
public typealias RelationSeverity = KuagerFFI.RelationSeverity
/// How a relation comes out.
public typealias RelationStanding = KuagerFFI.RelationStanding
/// Something to remind of.
public typealias Reminder = KuagerFFI.Reminder
/// What a reminder is about.
public typealias ReminderKind = KuagerFFI.ReminderKind

// MARK: Drafts and records

/// The value of an answer.
public typealias Value = KuagerFFI.Value
/// An attempt of the log, newest first.
public typealias AttemptInfo = KuagerFFI.AttemptInfo
/// What checking this device's chain found.
public typealias ChainReport = KuagerFFI.ChainReport
/// What has been entered and not sealed yet.
public typealias DraftInfo = KuagerFFI.DraftInfo
/// A step in the life of an incident.
public typealias IncidentStatus = KuagerFFI.IncidentStatus
/// Numbers that are lost by signed statement.
public typealias SeqRange = KuagerFFI.SeqRange
/// How a draft begins.
public typealias NewDraft = KuagerFFI.NewDraft
/// What a newer pack changes about a form.
public typealias FormChange = KuagerFFI.FormChange
/// Where the device is: the core's `Location`, as it is read here.
public typealias LocationInfo = KuagerFFI.LocationInfo
/// What a verified receipt says.
public typealias ReceiptInfo = KuagerFFI.ReceiptInfo
/// A sealed record with its content.
public typealias SealedRecord = KuagerFFI.SealedRecord
/// A sealed record and where it stands.
public typealias RecordInfo = KuagerFFI.RecordInfo
/// Where a record stands, and why it is not sent yet.
public typealias RecordState = KuagerFFI.RecordState
/// What a record is about.
public typealias RecordKind = KuagerFFI.RecordKind
/// A record that has just been sealed.
public typealias Sealed = KuagerFFI.Sealed
/// Where, in what language, and whether it counts.
public typealias Setting = KuagerFFI.Setting

// MARK: Photos, videos and sound

/// A file that has been saved and attached.
public typealias Attached = KuagerFFI.Attached
/// A file as a draft or record lists it.
public typealias AttachmentInfo = KuagerFFI.AttachmentInfo
/// Where a file comes from.
public typealias MediaOrigin = KuagerFFI.MediaOrigin
/// What a file is to its record.
public typealias AttachmentRole = KuagerFFI.AttachmentRole
/// How a file is marked in the record.
public typealias MediaSource = KuagerFFI.MediaSource
/// Where a file stands.
public typealias UploadState = KuagerFFI.UploadState
/// A file of this store.
public typealias MediaInfo = KuagerFFI.MediaInfo
/// How far an upload has come.
public typealias UploadProgress = KuagerFFI.UploadProgress

// MARK: The election

/// What is voted on.
public typealias ContestInfo = KuagerFFI.ContestInfo
/// How asking a selected voter can end.
public typealias DispositionInfo = KuagerFFI.DispositionInfo
/// A form of the pack.
public typealias FormInfo = KuagerFFI.FormInfo
/// How much an incident weighs.
public typealias IncidentGravity = KuagerFFI.IncidentGravity
/// An incident of the catalogue.
public typealias IncidentInfo = KuagerFFI.IncidentInfo
/// The election.
public typealias PackInfo = KuagerFFI.PackInfo
/// A region.
public typealias RegionInfo = KuagerFFI.RegionInfo
/// A polling station.
public typealias StationInfo = KuagerFFI.StationInfo
/// A moment at which turnout is noted.
public typealias TurnoutHourInfo = KuagerFFI.TurnoutHourInfo
/// A wave of the exit poll.
public typealias WaveInfo = KuagerFFI.WaveInfo

// MARK: How things stand

/// Why an attempt failed.
public typealias FailureClass = KuagerFFI.FailureClass
/// Why something is kept back.
public typealias HeldReason = KuagerFFI.HeldReason
/// What a message asks for, so that the app can offer it as one tap.
public typealias MessageAsk = KuagerFFI.MessageAsk
/// A message from the coordinator, verified.
public typealias MessageInfo = KuagerFFI.MessageInfo
/// What kind of network there is. The core calls it `Network`, as Apple calls a module.
public typealias NetworkState = KuagerFFI.NetworkState
/// What the holder of this device may do.
public typealias ObserverRole = KuagerFFI.ObserverRole
/// How things stand, in one look.
public typealias ObserverStatus = KuagerFFI.ObserverStatus
/// Whether a folder asks for a passcode, and how long the next attempt has to wait.
public typealias PasscodeState = KuagerFFI.PasscodeState
/// How a platform attests.
public typealias AttestationFormat = KuagerFFI.AttestationFormat
/// What is left to send.
public typealias Outlook = KuagerFFI.Outlook
/// What was salvaged from a damaged store.
public typealias RecoveryInfo = KuagerFFI.RecoveryInfo
/// Up to which number a device that is not trusted any more is trusted.
public typealias RevokedInfo = KuagerFFI.RevokedInfo
/// What the next attempt waits for.
public typealias SyncObstacle = KuagerFFI.SyncObstacle
/// What a sync did and what is left.
public typealias SyncSummary = KuagerFFI.SyncSummary
/// Heads counted at a station.
public typealias TallyInfo = KuagerFFI.TallyInfo
/// How a wave of the exit poll stands.
public typealias WaveState = KuagerFFI.WaveState

// MARK: The library

/// One thing a [`KuagerError`] can say.
public typealias ErrorCode = KuagerFFI.ErrorCode
/// The variants of [`KuagerError`], as a value.
public typealias ErrorKind = KuagerFFI.ErrorKind
/// What an invite says, before anybody follows it.
public typealias InviteInfo = KuagerFFI.InviteInfo
/// What an invite would make this device believe.
public typealias InvitePreview = KuagerFFI.InvitePreview
/// What an invite changes for a device that follows another one.
public typealias Replaces = KuagerFFI.Replaces
/// Objects that are alive on the Rust side.
public typealias LiveHandles = KuagerFFI.LiveHandles
/// How much a line matters.
public typealias LogLevel = KuagerFFI.LogLevel
/// One line.
public typealias LogLine = KuagerFFI.LogLine
/// What checking a statement found.
public typealias StatementCheck = KuagerFFI.StatementCheck
