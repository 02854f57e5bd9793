package org.kuager.sample

import android.content.Context
import android.text.format.DateUtils
import org.kuager.Answer
import org.kuager.AskedQuestion
import org.kuager.ChoiceNotOffered
import org.kuager.EnrolmentRefused
import org.kuager.FailureReason
import org.kuager.FileDelayed
import org.kuager.FileHeld
import org.kuager.FileKept
import org.kuager.FileState
import org.kuager.FileStored
import org.kuager.FileUploading
import org.kuager.FileWaiting
import org.kuager.GroupAnswer
import org.kuager.HeldObstacle
import org.kuager.HoldReason
import org.kuager.NetworkObstacle
import org.kuager.NotInvited
import org.kuager.NumberAnswer
import org.kuager.Outbox
import org.kuager.QuestionType
import org.kuager.RecordAccepted
import org.kuager.RecordForked
import org.kuager.RecordHeld
import org.kuager.RecordRefused
import org.kuager.RecordSealed
import org.kuager.RecordSending
import org.kuager.RecordState
import org.kuager.RecordType
import org.kuager.RecordWaiting
import org.kuager.ReminderReason
import org.kuager.SeveralAnswer
import org.kuager.SyncObstacle
import org.kuager.TextAnswer
import org.kuager.TooFewEntries
import org.kuager.UnlikelyAnswer
import org.kuager.UnreadableWords

/** What the app says about what the core says, in the observer's language. */
class Words(private val context: Context) {
    /** The language of the screen, as packs name it. */
    val language: String get() = context.getString(R.string.language_code)

    /** What an error's code means. A code that came with a newer core than this app knows is shown as it is. */
    fun error(code: String): String = named("error_$code") ?: context.getString(R.string.error_other, code)

    /** Why a record or a device was refused. */
    fun refusal(code: String): String = named("refusal_$code") ?: context.getString(R.string.error_other, code)

    /** What a record is about. */
    fun kind(kind: RecordType): String = context.getString(
        when (kind) {
            RecordType.CHECKLIST -> R.string.kind_checklist
            RecordType.TURNOUT -> R.string.kind_turnout
            RecordType.INCIDENT -> R.string.kind_incident
            RecordType.PROTOCOL -> R.string.kind_protocol
            RecordType.EXIT_POLL_WAVE -> R.string.kind_exit_poll_wave
            RecordType.NOTE -> R.string.kind_note
            RecordType.KEY_EVENT -> R.string.kind_key_event
            RecordType.GAP_STATEMENT -> R.string.kind_gap_statement
            RecordType.TRANSCRIPTION -> R.string.kind_transcription
        },
    )

    /** Where a record stands, and why it is not sent yet. */
    fun state(state: RecordState): String = when (state) {
        is RecordSealed -> context.getString(R.string.record_sealed)
        is RecordSending -> context.getString(R.string.record_sending)
        is RecordWaiting -> context.getString(R.string.record_waiting, failure(state.reason))
        is RecordHeld -> context.getString(R.string.record_held, hold(state.reason))
        is RecordRefused -> context.getString(R.string.record_refused, refusal(state.code))
        is RecordAccepted -> context.getString(R.string.record_accepted)
        is RecordForked -> context.getString(R.string.record_forked)
    }

    /** How a record's state looks. */
    fun look(state: RecordState): Look = when (state) {
        is RecordAccepted -> Look.GOOD
        is RecordRefused, is RecordForked -> Look.DANGER
        else -> Look.WARNING
    }

    /** Where a file stands, and why it is not sent yet. */
    fun state(state: FileState): String = when (state) {
        is FileKept -> context.getString(R.string.file_kept)
        is FileWaiting -> context.getString(R.string.file_waiting)
        is FileUploading -> context.getString(R.string.file_uploading)
        is FileDelayed -> context.getString(R.string.file_delayed, failure(state.reason))
        is FileHeld -> context.getString(R.string.file_held, hold(state.reason))
        is FileStored -> context.getString(R.string.file_stored)
    }

    /** Why not everything was sent yet; null when it was. */
    fun whyNot(outbox: Outbox): String? {
        if (outbox.completed) return null
        val left = context.getString(R.string.left, outbox.recordsLeft, outbox.mediaLeft)
        val why = outbox.obstacle?.let(::obstacle) ?: context.getString(R.string.nothing_in_the_way)
        val next = outbox.nextAttemptMs?.let { context.getString(R.string.next_attempt, (it + MILLIS - 1) / MILLIS) }
        return listOfNotNull(left, why, next).joinToString("\n")
    }

    private fun obstacle(obstacle: SyncObstacle): String = when (obstacle) {
        is NetworkObstacle -> failure(obstacle.reason)
        is HeldObstacle -> hold(obstacle.reason)
        is EnrolmentRefused -> context.getString(R.string.obstacle_enrolment, refusal(obstacle.code))
        is NotInvited -> context.getString(R.string.error_not_invited)
    }

    /** Why an attempt failed. */
    fun failure(reason: FailureReason): String = context.getString(
        when (reason) {
            FailureReason.OFFLINE -> R.string.failure_offline
            FailureReason.DNS -> R.string.failure_dns
            FailureReason.RESET -> R.string.failure_reset
            FailureReason.TIMEOUT -> R.string.failure_timeout
            FailureReason.TLS -> R.string.failure_tls
            FailureReason.CAPTIVE_PORTAL -> R.string.failure_captive_portal
            FailureReason.SERVER_BUSY -> R.string.failure_server_busy
            FailureReason.BAD_ANSWER -> R.string.failure_bad_answer
            FailureReason.WRONG_SERVER -> R.string.failure_wrong_server
            FailureReason.REJECTED -> R.string.failure_rejected
        },
    )

    /** Why something is kept back. */
    fun hold(reason: HoldReason): String = context.getString(
        when (reason) {
            HoldReason.AUTH -> R.string.hold_auth
            HoldReason.METERED -> R.string.hold_metered
            HoldReason.POLICY -> R.string.hold_policy
            HoldReason.RECORD -> R.string.hold_record
        },
    )

    /** What to look at again about an answer. */
    fun reminder(reason: ReminderReason): String = when (reason) {
        is UnlikelyAnswer -> reason.text ?: context.getString(R.string.reminder_unlikely)
        is ChoiceNotOffered -> context.getString(R.string.reminder_not_offered)
        is UnreadableWords -> context.getString(R.string.reminder_words)
        is TooFewEntries -> context.getString(R.string.reminder_too_few, reason.expected)
    }

    /** A day and a time, as the phone writes them. */
    fun time(millis: Long): String =
        DateUtils.formatDateTime(context, millis, DateUtils.FORMAT_SHOW_DATE or DateUtils.FORMAT_SHOW_TIME)

    /** One of the four answers to a yes-or-no question. */
    fun yesNo(key: String): String = context.getString(
        when (key) {
            "yes" -> R.string.yes
            "no" -> R.string.no
            "not_seen" -> R.string.not_seen
            else -> R.string.not_applicable
        },
    )

    /** An answer, to read. */
    fun answer(question: AskedQuestion): String {
        fun choice(key: String) = question.choices.firstOrNull { it.key == key }?.text ?: key
        fun of(answer: Answer): String = when (answer) {
            is NumberAnswer -> when (question.kind) {
                QuestionType.TIME -> Numbers.time(answer.value)
                else -> Numbers.decimal(answer.value, question.scale.toInt())
            }
            is TextAnswer -> if (question.kind == QuestionType.YES_NO) yesNo(answer.value) else choice(answer.value)
            is SeveralAnswer -> answer.values.joinToString(transform = ::of)
            is GroupAnswer -> answer.answers.size.toString()
        }
        return question.answer?.let(::of) ?: context.getString(R.string.no_answer)
    }

    @Suppress("DiscouragedApi") // The codes come from the core; tests/android/resources.py finds one without a text.
    private fun named(name: String): String? =
        context.resources.getIdentifier(name, "string", context.packageName).takeIf { it != 0 }?.let(context::getString)

    private companion object {
        const val MILLIS = 1000L
    }
}
