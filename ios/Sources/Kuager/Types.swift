import KuagerFFI

// The values that cross, under this module's name, so that an app imports nothing else. Plain data: ids are hexadecimal text,
// times ending in `Ms` are milliseconds since 1970, texts are already in one language.

// MARK: Forms

/// A question that is asked now.
public typealias AskedQuestion = KuagerFFI.AskedQuestion
/// One choice.
public typealias ChoiceInfo = KuagerFFI.ChoiceInfo
/// How a form stands.
public typealias FormState = KuagerFFI.FormState
/// Where a question stands.
public typealias PlaceInfo = KuagerFFI.PlaceInfo
/// What kind of answer a question takes.
public typealias QuestionType = KuagerFFI.QuestionType
/// A control relation and how it comes out.
public typealias RelationInfo = KuagerFFI.RelationInfo
/// How much a relation that fails says.
public typealias RelationSeverity = KuagerFFI.RelationSeverity
/// How a relation comes out.
public typealias RelationStanding = KuagerFFI.RelationStanding
/// Something to remind of.
public typealias ReminderInfo = KuagerFFI.ReminderInfo
/// Why to remind.
public typealias ReminderReason = KuagerFFI.ReminderReason

// MARK: Drafts and records

/// An answer to a question.
public typealias Answer = KuagerFFI.Answer
/// An attempt of the log, newest first.
public typealias Attempt = KuagerFFI.Attempt
/// What checking this device's chain found.
public typealias ChainCheck = KuagerFFI.ChainCheck
/// What has been entered and not sealed yet.
public typealias DraftInfo = KuagerFFI.DraftInfo
/// A step in the life of an incident.
public typealias IncidentStep = KuagerFFI.IncidentStep
/// Numbers that are lost by signed statement.
public typealias LostRange = KuagerFFI.LostRange
/// How a draft begins.
public typealias NewDraftOptions = KuagerFFI.NewDraftOptions
/// What a newer pack changes about a form.
public typealias PackChange = KuagerFFI.PackChange
/// Where the device is.
public typealias Place = KuagerFFI.Place
/// What a verified receipt says.
public typealias ReceiptInfo = KuagerFFI.ReceiptInfo
/// A sealed record with its content.
public typealias RecordDetail = KuagerFFI.RecordDetail
/// A sealed record and where it stands.
public typealias RecordInfo = KuagerFFI.RecordInfo
/// Where a record stands, and why it is not sent yet.
public typealias RecordState = KuagerFFI.RecordState
/// What a record is about.
public typealias RecordType = KuagerFFI.RecordType
/// A record that has just been sealed.
public typealias SealedInfo = KuagerFFI.SealedInfo
/// Where, in what language, and whether it counts.
public typealias Setting = KuagerFFI.Setting

// MARK: Photos, videos and sound

/// A file that has been saved and attached.
public typealias AttachedFile = KuagerFFI.AttachedFile
/// A file as a draft or record lists it.
public typealias AttachmentInfo = KuagerFFI.AttachmentInfo
/// Where a file comes from.
public typealias FileOrigin = KuagerFFI.FileOrigin
/// What a file is to its record.
public typealias FileRole = KuagerFFI.FileRole
/// How a file is marked in the record.
public typealias FileSource = KuagerFFI.FileSource
/// Where a file stands.
public typealias FileState = KuagerFFI.FileState
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
/// A group of the catalogue of incidents.
public typealias IncidentGroup = KuagerFFI.IncidentGroup
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
public typealias FailureReason = KuagerFFI.FailureReason
/// Why something is kept back.
public typealias HoldReason = KuagerFFI.HoldReason
/// What a message asks for, so that the app can offer it as one tap.
public typealias MessageAsk = KuagerFFI.MessageAsk
/// A message from the coordinator, verified.
public typealias MessageInfo = KuagerFFI.MessageInfo
/// What kind of network there is.
public typealias NetworkState = KuagerFFI.NetworkState
/// What the holder of this device may do.
public typealias ObserverRole = KuagerFFI.ObserverRole
/// How things stand, in one look.
public typealias ObserverStatus = KuagerFFI.ObserverStatus
/// What is left to send.
public typealias Outbox = KuagerFFI.Outbox
/// What was salvaged from a damaged store.
public typealias RecoveryInfo = KuagerFFI.RecoveryInfo
/// What the next attempt waits for.
public typealias SyncObstacle = KuagerFFI.SyncObstacle
/// What a sync did and what is left.
public typealias SyncSummary = KuagerFFI.SyncSummary
/// Heads counted at a station.
public typealias TallyInfo = KuagerFFI.TallyInfo
/// How a wave of the exit poll stands.
public typealias WaveStatus = KuagerFFI.WaveStatus

// MARK: The library

/// One thing a [`KuagerError`] can say.
public typealias ErrorCode = KuagerFFI.ErrorCode
/// The variants of [`KuagerError`], as a value.
public typealias ErrorKind = KuagerFFI.ErrorKind
/// What an invite says, before anybody follows it.
public typealias InviteInfo = KuagerFFI.InviteInfo
/// Objects that are alive on the Rust side.
public typealias LiveHandles = KuagerFFI.LiveHandles
/// How much a line matters.
public typealias LogLevel = KuagerFFI.LogLevel
/// One line.
public typealias LogLine = KuagerFFI.LogLine
/// What checking a statement found.
public typealias StatementCheck = KuagerFFI.StatementCheck
