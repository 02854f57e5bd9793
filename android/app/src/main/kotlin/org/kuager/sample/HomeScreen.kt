package org.kuager.sample

import android.widget.LinearLayout
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.launch
import org.kuager.DraftInfo
import org.kuager.NewDraft
import org.kuager.Observer
import org.kuager.ObserverStatus
import org.kuager.Outlook
import org.kuager.PackInfo
import org.kuager.RecordInfo
import org.kuager.RecordKind
import org.kuager.discardDraft
import org.kuager.newDraft
import org.kuager.station

/**
 * Where a day begins and to which it returns: the station, what to fill, what is half done, and what has not arrived.
 *
 * @param chosen the station that was just chosen. Otherwise it is that of the newest draft or record, so that it need not be kept anywhere
 *   in the clear.
 */
class HomeScreen(host: MainActivity, private val chosen: String?) : Screen(host) {
    override val title: String get() = string(R.string.app_name)

    private val state = ui.column()
    private val place = ui.column()
    private val forms = ui.column()
    private val drafts = ui.column()
    private val leftovers = ui.column()
    private var station: String? = chosen

    override fun show(body: LinearLayout, actions: LinearLayout) {
        listOf(state, leftovers, place, drafts, forms).forEach(body::addView)
        val row = ui.row()
        ui.fill(
            row,
            listOf(
                ui.button(Look.PLAIN, string(R.string.messages)) { host.go(Route(Route.To.MESSAGES)) },
                ui.button(Look.PLAIN, string(R.string.passcode)) { host.go(Route(Route.To.PASSCODE)) },
                ui.button(Look.PLAIN, string(R.string.wipe)) { host.go(Route(Route.To.WIPE)) },
            ),
        )
        actions.addView(row)
        actions.addView(ui.button(Look.PRIMARY, string(R.string.outbox)) { host.go(Route(Route.To.OUTBOX)) })
    }

    override fun follow(scope: CoroutineScope, observer: Observer) {
        scope.each(combine(observer.state.status, observer.state.outlook, observer.state.messages, ::Triple)) { (status, outlook, messages) ->
            showState(status, outlook, messages.count { !it.read })
        }
        scope.each(combine(observer.state.pack(phrases.language), observer.state.drafts, observer.state.records, ::Triple)) {
            (pack, known, records) ->
            station = chosen ?: newestStation(known, records)
            showPlace(observer, pack)
            showDrafts(known)
            showForms(pack)
        }
        scope.launch { showLeftovers(host.capture.leftovers(), observer) }
    }

    private fun newestStation(drafts: List<DraftInfo>, records: List<RecordInfo>): String? =
        drafts.firstNotNullOfOrNull { it.station } ?: records.firstNotNullOfOrNull { it.station }

    private fun showState(status: ObserverStatus, outlook: Outlook, unread: Int) {
        state.removeAllViews()
        if (status.deployment == null || status.enrolmentRefused != null) {
            status.enrolmentRefused?.let { state.addView(ui.notice(Look.DANGER, phrases.refusal(it))) }
            state.addView(ui.notice(Look.WARNING, phrases.error("not_invited")))
            state.addView(ui.button(Look.PRIMARY, string(R.string.invite)) { host.go(Route(Route.To.INVITE)) })
            return
        }
        status.recovery?.let { state.addView(ui.notice(Look.DANGER, string(R.string.recovered, it.records, it.quarantined))) }
        status.revoked?.let { revoked ->
            val text = revoked.lastSeq?.let { string(R.string.revoked_up_to, it) } ?: string(R.string.revoked)
            state.addView(ui.notice(Look.DANGER, text))
        }
        status.behind?.let { state.addView(ui.notice(Look.DANGER, string(R.string.behind, it))) }
        status.clockErrorMs?.let {
            val minutes = Math.abs(it) / 60_000
            val wrong = string(R.string.clock_wrong, minutes / 1440, minutes / 60 % 24, minutes % 60)
            state.addView(ui.notice(Look.WARNING, wrong))
        }
        val why = phrases.whyNot(outlook)
        state.addView(ui.notice(if (why == null) Look.GOOD else Look.WARNING, why ?: string(R.string.all_delivered)))
        if (unread > 0) {
            state.addView(ui.button(Look.WARNING, string(R.string.unread, unread)) { host.go(Route(Route.To.MESSAGES)) })
        }
    }

    private suspend fun showPlace(observer: Observer, pack: PackInfo?) {
        place.removeAllViews()
        if (pack == null) {
            place.addView(ui.text(string(R.string.no_pack_yet)))
            return
        }
        place.addView(ui.heading(pack.title))
        val key = station
        val name = key?.let { observer.station(it, phrases.language)?.let { found -> "№ ${found.number}, ${found.name}" } ?: it }
        val text = name?.let { string(R.string.station_is, it) } ?: string(R.string.station_choose)
        val look = if (name == null) Look.PRIMARY else Look.PLAIN
        place.addView(ui.button(look, text) { host.go(Route(Route.To.STATION)) })
    }

    private fun showDrafts(known: List<DraftInfo>) {
        drafts.removeAllViews()
        if (known.isNotEmpty()) drafts.addView(ui.heading(string(R.string.drafts)))
        known.forEach { draft ->
            val text = "${phrases.kind(draft.kind)}, ${phrases.time(draft.changedMs)}"
            drafts.addView(ui.button(Look.WARNING, text) { host.go(Route(Route.To.FORM, draft.id)) })
        }
    }

    private fun showForms(pack: PackInfo?) {
        forms.removeAllViews()
        val here = station
        if (pack == null || here == null) return
        forms.addView(ui.heading(string(R.string.begin)))
        pack.forms.filter { it.kind != RecordKind.EXIT_POLL_WAVE }.forEach { form ->
            forms.addView(ui.button(Look.PLAIN, form.title) { begin(NewDraft(form.id, here, phrases.language)) })
        }
    }

    private fun begin(draft: NewDraft) = host.act { observer -> host.go(Route(Route.To.FORM, observer.newDraft(draft))) }

    /** Photos that a kill kept from being attached. */
    private fun showLeftovers(names: List<String>, observer: Observer) {
        leftovers.removeAllViews()
        if (names.isEmpty()) return
        leftovers.addView(ui.notice(Look.WARNING, string(R.string.leftovers, names.size)))
        leftovers.addView(
            ui.button(Look.PRIMARY, string(R.string.leftovers_attach)) {
                host.act {
                    val draft = observer.newDraft(NewDraft(station = station, language = phrases.language, text = ""))
                    try {
                        names.forEach { host.capture.finish(observer, draft, it, token = null, label = null) }
                    } finally {
                        // A note without anything is of no use, and what could not be attached is still a leftover.
                        if (host.capture.leftovers().size == names.size) observer.discardDraft(draft)
                    }
                    host.go(Route(Route.To.FORM, draft))
                }
            },
        )
        leftovers.addView(
            ui.button(Look.PLAIN, string(R.string.leftovers_discard)) {
                host.act {
                    names.forEach { host.capture.discard(it) }
                    leftovers.removeAllViews()
                }
            },
        )
    }
}
