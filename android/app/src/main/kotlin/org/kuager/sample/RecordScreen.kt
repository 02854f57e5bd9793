package org.kuager.sample

import android.widget.LinearLayout
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.combine
import org.kuager.AttachmentRole
import org.kuager.MediaHeld
import org.kuager.MediaInfo
import org.kuager.MediaStored
import org.kuager.Observer
import org.kuager.RecordInfo
import org.kuager.SealedRecord
import org.kuager.correct
import org.kuager.holdMedia
import org.kuager.record
import org.kuager.sendMediaNow

/**
 * One sealed record with its receipt and its files.
 *
 * @param hash the record's id.
 */
class RecordScreen(host: MainActivity, private val hash: String) : Screen(host) {
    override val title: String get() = string(R.string.record)

    private val facts = ui.column()
    private val files = ui.column()

    override fun show(body: LinearLayout, actions: LinearLayout) {
        body.addView(facts)
        body.addView(files)
        actions.addView(
            ui.button(Look.PLAIN, string(R.string.correct)) {
                host.act { host.go(Route(Route.To.FORM, it.correct(hash))) }
            },
        )
    }

    override fun follow(scope: CoroutineScope, observer: Observer) {
        scope.each(combine(observer.state.records, observer.state.media, ::Pair)) { (records, media) ->
            val detail = observer.record(hash)
            showFacts(detail, records.firstOrNull { it.hash == hash })
            showFiles(detail, media.associateBy(MediaInfo::hash))
        }
    }

    private fun showFacts(detail: SealedRecord, stands: RecordInfo?) {
        facts.removeAllViews()
        facts.addView(ui.heading("№ ${detail.seq}. ${phrases.kind(detail.kind)}"))
        facts.addView(ui.text(listOfNotNull(phrases.time(detail.sealedMs), detail.station).joinToString("\n")))
        stands?.let { facts.addView(ui.notice(phrases.look(it.state), phrases.state(it.state))) }
        detail.receipt?.let { facts.addView(ui.notice(Look.GOOD, string(R.string.receipt, phrases.time(it.receivedMs), it.logOrigin))) }
        detail.refusal?.let { facts.addView(ui.notice(Look.DANGER, it)) }
        if (detail.failedRelations.isNotEmpty()) {
            facts.addView(ui.text(string(R.string.sealed_with_failures, detail.failedRelations.joinToString())))
        }
        detail.text?.takeIf { it.isNotBlank() }?.let { facts.addView(ui.text(it)) }
        facts.addView(ui.hint(string(R.string.record_id, detail.hash.chunked(GROUP).joinToString(" "))).apply { setTextIsSelectable(true) })
    }

    private fun showFiles(detail: SealedRecord, media: Map<String, MediaInfo>) {
        files.removeAllViews()
        val originals = detail.attachments.filter { it.role == AttachmentRole.ORIGINAL }.mapNotNull { media[it.hash] }
        if (originals.isNotEmpty()) files.addView(ui.heading(string(R.string.files)))
        originals.forEachIndexed { index, file ->
            val share = if (file.size > 0) file.sent * PERCENT / file.size else PERCENT
            files.addView(ui.text(string(R.string.media_stands, index + 1, phrases.state(file.state), share)))
            when (file.state) {
                is MediaStored -> Unit
                is MediaHeld -> files.addView(ui.button(Look.PLAIN, string(R.string.media_send)) { host.act { it.sendMediaNow(file.hash) } })
                else -> files.addView(ui.button(Look.PLAIN, string(R.string.media_hold)) { host.act { it.holdMedia(file.hash) } })
            }
        }
    }

    private companion object {
        const val PERCENT = 100L
        const val GROUP = 8
    }
}
