package org.kuager.sample

import android.widget.LinearLayout
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.combine
import org.kuager.MediaInfo
import org.kuager.Observer
import org.kuager.RecordInfo
import org.kuager.networkChanged

/** What was sealed, where each record and file stands, and why what is left has not been sent yet. */
class OutboxScreen(host: MainActivity) : Screen(host) {
    override val title: String get() = string(R.string.outbox)

    private val why = ui.notice(Look.PLAIN, "")
    private val records = ui.column()
    private val files = ui.column()

    override fun show(body: LinearLayout, actions: LinearLayout) {
        listOf(why, records, files).forEach(body::addView)
        // What a new network would do: all waits for the network's sake end.
        actions.addView(ui.button(Look.PRIMARY, string(R.string.send_now)) { host.act { it.networkChanged() } })
    }

    override fun follow(scope: CoroutineScope, observer: Observer) {
        scope.each(observer.state.outlook) { outlook ->
            val reason = phrases.whyNot(outlook)
            ui.dress(why, if (reason == null) Look.GOOD else Look.WARNING)
            val text = reason ?: string(R.string.all_delivered)
            if (why.text.toString() != text) why.text = text
        }
        scope.each(observer.state.records) { show(it) }
        scope.each(combine(observer.state.media, observer.state.progress, ::Pair)) { (media, progress) ->
            showFiles(media) { file -> progress[file.hash]?.sent ?: file.sent }
        }
    }

    private fun show(all: List<RecordInfo>) {
        records.removeAllViews()
        if (all.isEmpty()) records.addView(ui.text(string(R.string.no_records)))
        all.forEach { record ->
            val text = "№ ${record.seq}. ${phrases.kind(record.kind)}, ${phrases.time(record.sealedMs)}\n${phrases.state(record.state)}"
            records.addView(ui.button(phrases.look(record.state), text) { host.go(Route(Route.To.RECORD, record.hash)) })
        }
    }

    private fun showFiles(all: List<MediaInfo>, sent: (MediaInfo) -> Long) {
        files.removeAllViews()
        val originals = all.filter { it.previewOf == null }
        if (originals.isEmpty()) return
        files.addView(ui.heading(string(R.string.files)))
        originals.forEachIndexed { index, file ->
            val share = if (file.size > 0) sent(file) * PERCENT / file.size else PERCENT
            files.addView(ui.text(string(R.string.media_stands, index + 1, phrases.state(file.state), share)))
        }
    }

    private companion object {
        const val PERCENT = 100L
    }
}
