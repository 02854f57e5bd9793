package org.kuager.sample

import android.content.Context
import android.text.format.DateUtils
import org.kuager.Asked
import org.kuager.Attached
import org.kuager.ConstraintReminder
import org.kuager.EnrolmentObstacle
import org.kuager.FailureClass
import org.kuager.HeldObstacle
import org.kuager.HeldReason
import org.kuager.MediaDelayed
import org.kuager.MediaHeld
import org.kuager.MediaKept
import org.kuager.MediaStored
import org.kuager.MediaUploading
import org.kuager.MediaWaiting
import org.kuager.NetworkObstacle
import org.kuager.NotInvitedObstacle
import org.kuager.NotOfferedReminder
import org.kuager.Outlook
import org.kuager.RecordAccepted
import org.kuager.RecordForked
import org.kuager.RecordHeld
import org.kuager.RecordKind
import org.kuager.RecordRefused
import org.kuager.RecordSealed
import org.kuager.RecordSending
import org.kuager.RecordState
import org.kuager.RecordWaiting
import org.kuager.ReminderKind
import org.kuager.SyncObstacle
import org.kuager.TooFewReminder
import org.kuager.UnreadableWordsReminder
import org.kuager.UploadState

/** What is shown of it before it arrives is there and cannot be read. */
val Attached.isIllegible: Boolean get() = preview != null && !previewLegible

/** What the app says about what the core says, in the observer's language. */
class Phrases(private val context: Context) {
    /** The language of the screen, as packs name it. */
    val language: String get() = context.getString(R.string.language_code)

    /** What an error's code means. A code that came with a newer core than this app knows is shown as it is. */
    fun error(code: String): String = named("error_$code") ?: context.getString(R.string.error_other, code)

    /** Why a record or a device was refused. */
    fun refusal(code: String): String = named("refusal_$code") ?: context.getString(R.string.error_other, code)

    /** What a record is about. */
    fun kind(kind: RecordKind): String = context.getString(
        when (kind) {
            RecordKind.CHECKLIST -> R.string.kind_checklist
            RecordKind.TURNOUT -> R.string.kind_turnout
            RecordKind.INCIDENT -> R.string.kind_incident
            RecordKind.PROTOCOL -> R.string.kind_protocol
            RecordKind.EXIT_POLL_WAVE -> R.string.kind_exit_poll_wave
            RecordKind.NOTE -> R.string.kind_note
            RecordKind.KEY_EVENT -> R.string.kind_key_event
            RecordKind.GAP_STATEMENT -> R.string.kind_gap_statement
            RecordKind.TRANSCRIPTION -> R.string.kind_transcription
        },
    )

    /** What to say of a photo that was taken in: all is well, or what arrives first cannot be read. */
    fun photo(attached: Attached): Pair<Look, String> =
        if (attached.isIllegible) {
            Look.WARNING to context.getString(R.string.photo_not_legible)
        } else {
            Look.GOOD to context.getString(R.string.photo_saved)
        }

    /** Where a record stands, and why it is not sent yet. */
    fun state(state: RecordState): String = when (state) {
        is RecordSealed -> context.getString(R.string.record_sealed)
        is RecordSending -> context.getString(R.string.record_sending)
        is RecordWaiting -> context.getString(R.string.record_waiting, failure(state.failure))
        is RecordHeld -> context.getString(R.string.record_held, held(state.reason))
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
    fun state(state: UploadState): String = when (state) {
        is MediaKept -> context.getString(R.string.media_kept)
        is MediaWaiting -> context.getString(R.string.media_waiting)
        is MediaUploading -> context.getString(R.string.media_uploading)
        is MediaDelayed -> context.getString(R.string.media_delayed, failure(state.failure))
        is MediaHeld -> context.getString(R.string.media_held, held(state.reason))
        is MediaStored -> context.getString(R.string.media_stored)
    }

    /** Why not everything was sent yet; null when it was. */
    fun whyNot(outlook: Outlook): String? {
        if (outlook.completed) return null
        val left = context.getString(R.string.left, outlook.left, outlook.mediaLeft)
        val why = outlook.obstacle?.let(::obstacle) ?: context.getString(R.string.nothing_in_the_way)
        val next = outlook.nextAttemptMs?.let { context.getString(R.string.next_attempt, (it + MILLIS - 1) / MILLIS) }
        return listOfNotNull(left, why, next).joinToString("\n")
    }

    private fun obstacle(obstacle: SyncObstacle): String = when (obstacle) {
        is NetworkObstacle -> failure(obstacle.failure)
        is HeldObstacle -> held(obstacle.reason)
        is EnrolmentObstacle -> context.getString(R.string.obstacle_enrolment, refusal(obstacle.code))
        is NotInvitedObstacle -> context.getString(R.string.error_not_invited)
    }

    /** Why an attempt failed. */
    fun failure(failure: FailureClass): String = context.getString(
        when (failure) {
            FailureClass.OFFLINE -> R.string.failure_offline
            FailureClass.DNS -> R.string.failure_dns
            FailureClass.RESET -> R.string.failure_reset
            FailureClass.TIMEOUT -> R.string.failure_timeout
            FailureClass.TLS -> R.string.failure_tls
            FailureClass.CAPTIVE_PORTAL -> R.string.failure_captive_portal
            FailureClass.SERVER_BUSY -> R.string.failure_server_busy
            FailureClass.BAD_ANSWER -> R.string.failure_bad_answer
            FailureClass.WRONG_SERVER -> R.string.failure_wrong_server
            FailureClass.REJECTED -> R.string.failure_rejected
        },
    )

    /** Why something is kept back. */
    fun held(reason: HeldReason): String = context.getString(
        when (reason) {
            HeldReason.AUTH -> R.string.held_auth
            HeldReason.METERED -> R.string.held_metered
            HeldReason.POLICY -> R.string.held_policy
            HeldReason.RECORD -> R.string.held_record
        },
    )

    /** What to look at again about an answer. */
    fun reminder(kind: ReminderKind): String = when (kind) {
        is ConstraintReminder -> kind.text ?: context.getString(R.string.reminder_unlikely)
        is NotOfferedReminder -> context.getString(R.string.reminder_not_offered)
        is UnreadableWordsReminder -> context.getString(R.string.reminder_words)
        is TooFewReminder -> context.getString(R.string.reminder_too_few, kind.expected)
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

    /** An answer, to read, in the core's words. */
    fun answer(question: Asked): String = question.wording ?: context.getString(R.string.no_answer)

    @Suppress("DiscouragedApi") // The codes come from the core; tests/android/resources.py finds one without a text.
    private fun named(name: String): String? =
        context.resources.getIdentifier(name, "string", context.packageName).takeIf { it != 0 }?.let(context::getString)

    private companion object {
        const val MILLIS = 1000L
    }
}
