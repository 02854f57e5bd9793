package org.kuager.sample

import android.app.AlertDialog
import android.view.Gravity
import android.view.View
import android.widget.LinearLayout
import kotlinx.coroutines.CoroutineScope
import org.kuager.AttachmentRole
import org.kuager.DraftInfo
import org.kuager.FormState
import org.kuager.Observer
import org.kuager.Place
import org.kuager.RecordKind
import org.kuager.RelationStanding
import org.kuager.RelationState
import org.kuager.Value
import org.kuager.addEntry
import org.kuager.android.SyncSchedule
import org.kuager.detach
import org.kuager.discardDraft
import org.kuager.draft
import org.kuager.label
import org.kuager.removeEntry
import org.kuager.seal
import org.kuager.setAnswer
import org.kuager.setText

/**
 * Fills the form of a draft. Knows no question: shows what the pack asks about the answers so far, and saves at every change.
 *
 * @param draft the draft's name.
 */
class FormScreen(host: MainActivity, private val draft: String) : Screen(host), QuestionView.Actions {
    override val title: String get() = string(R.string.form)

    private val questions = ui.column()
    private val files = ui.column()
    private val relations = ui.column()
    private val rows = HashMap<Any, View>()
    private val shown = LinkedHashMap<Place, QuestionView>()
    private val sums = ui.notice(Look.PLAIN, "")
    private val note by lazy { ui.field(QuestionView.PROSE).apply { hint = string(R.string.note_text) } }
    private var current: DraftInfo? = null
    private var missing = 0

    override fun show(body: LinearLayout, actions: LinearLayout) {
        listOf(questions, files, relations).forEach(body::addView)
        sums.visibility = View.GONE
        actions.addView(sums)
        val row = ui.row()
        ui.fill(
            row,
            listOf(
                ui.button(Look.PLAIN, string(R.string.discard), ::askToDiscard),
                ui.button(Look.PLAIN, string(R.string.photo)) { photograph(null) },
            ),
        )
        actions.addView(row)
        actions.addView(ui.button(Look.PRIMARY, string(R.string.seal), ::askToSeal))
    }

    override fun follow(scope: CoroutineScope, observer: Observer) {
        scope.each(observer.state.form(draft), ended = { host.home() }) { state ->
            val now = observer.draft(draft)
            current = now
            if (state == null) showNote(now) else showForm(state, now)
            showFiles(now)
        }
    }

    private fun showForm(state: FormState, now: DraftInfo) {
        missing = state.missing.size
        arrange(FormRow.of(state.asked))
        state.asked.forEach { question ->
            val remind = state.reminders.filter { it.place == question.place }.map { phrases.reminder(it.kind) }
            val files = now.attachments.count { it.role == AttachmentRole.ORIGINAL && it.label == question.place.label }
            shown[question.place]?.update(question, remind, question.place in state.missing, files)
        }
        showRelations(state.relations)
    }

    /** Puts a view for each row in its place and touches no other: the one that is typed in keeps its cursor. */
    private fun arrange(wanted: List<FormRow>) {
        val keys = wanted.mapTo(HashSet(), FormRow::key)
        rows.entries.removeAll { (key, view) -> (key !in keys).also { gone -> if (gone) questions.removeView(view) } }
        shown.values.removeAll { it.root.parent == null }
        wanted.forEachIndexed { index, row ->
            val view = rows.getOrPut(row.key) { make(row).also { ui.indent(it, row.depth) } }
            if (questions.getChildAt(index) !== view) {
                questions.removeView(view)
                questions.addView(view, index)
            }
        }
    }

    private fun make(row: FormRow): View = when (row) {
        is FormRow.Question -> QuestionView(host, ui, phrases, row.asked, this).also { shown[row.asked.place] = it }.root
        is FormRow.Entry -> entryHead(row)
        is FormRow.More -> {
            val text = string(R.string.entry_more)
            ui.button(Look.PLAIN, text) { host.save { it.addEntry(draft, row.group.place.question) } }
                .apply { contentDescription = "${row.group.text}: $text" }
        }
    }

    private fun entryHead(row: FormRow.Entry): View {
        val number = "№ ${row.number + 1}"
        val text = string(R.string.entry_remove)
        val name = "${row.group.text}, $number"
        val remove = ui.button(Look.PLAIN, text) { askToRemove(row, name) }.apply { contentDescription = "$name: $text" }
        val heading = ui.heading(number).apply {
            contentDescription = name
            gravity = Gravity.CENTER_VERTICAL
        }
        return ui.row().also { ui.fill(it, listOf(heading, remove)) }
    }

    private fun askToRemove(row: FormRow.Entry, name: String) {
        AlertDialog.Builder(host)
            .setTitle(name)
            .setMessage(R.string.entry_remove_warning)
            .setNegativeButton(R.string.back, null)
            .setPositiveButton(R.string.entry_remove) { _, _ ->
                val group = row.group.place.question
                // Those after it move up, each into the views of the one before.
                shown.filterKeys { it.group == group }.values.forEach(QuestionView::release)
                host.save { it.removeEntry(draft, group, row.number) }
            }
            .show()
    }

    private fun showRelations(all: List<RelationState>) {
        relations.removeAllViews()
        val failed = all.filter { it.standing == RelationStanding.FAILS }
        val holds = all.count { it.standing == RelationStanding.HOLDS }
        val open = all.count { it.standing == RelationStanding.UNKNOWN }
        if (failed.isNotEmpty()) relations.addView(ui.heading(string(R.string.relations_failed)))
        failed.forEach { relations.addView(ui.notice(Look.WARNING, "${it.id}. ${it.message ?: it.law.orEmpty()}")) }
        sums.visibility = if (holds + open + failed.size > 0) View.VISIBLE else View.GONE
        ui.dress(sums, if (failed.isEmpty()) Look.GOOD else Look.WARNING)
        val text = string(R.string.relations_sum, holds, failed.size, open)
        // Set only when it changes: each setting is read aloud.
        if (sums.text.toString() != text) sums.text = text
    }

    private fun showNote(now: DraftInfo) {
        if (note.parent != null) return
        note.setText(now.text.orEmpty())
        QuestionView.onText(note) { text -> host.save { it.setText(draft, text) } }
        questions.addView(note)
    }

    private fun showFiles(now: DraftInfo) {
        files.removeAllViews()
        val originals = now.attachments.filter { it.role == AttachmentRole.ORIGINAL }
        if (originals.isNotEmpty()) files.addView(ui.heading(string(R.string.files)))
        originals.forEachIndexed { index, file ->
            val about = file.label?.let { label -> shown.entries.firstOrNull { it.key.label == label }?.value?.name } ?: string(R.string.media_of_record)
            val text = string(R.string.media_remove, index + 1, about)
            files.addView(ui.button(Look.PLAIN, text) { host.save { it.detach(draft, file.hash, file.label) } })
        }
    }

    override fun answer(place: Place, answer: Value?) = host.save { it.setAnswer(draft, place, answer) }

    override fun photograph(question: String?) = host.photograph(draft, question)

    private fun askToSeal() {
        val text = listOfNotNull(
            string(R.string.seal_warning),
            string(R.string.seal_missing, missing).takeIf { missing > 0 },
        ).joinToString("\n\n")
        AlertDialog.Builder(host)
            .setTitle(R.string.seal)
            .setMessage(text)
            .setNegativeButton(R.string.back, null)
            .setPositiveButton(R.string.seal) { _, _ -> seal() }
            .show()
    }

    /** After everything that was typed before. */
    private fun seal() = host.save { observer ->
        val urgent = current?.kind == RecordKind.INCIDENT || current?.kind == RecordKind.PROTOCOL
        val sealed = observer.seal(draft)
        SyncSchedule(host).soon(urgent)
        host.home()
        host.go(Route(Route.To.RECORD, sealed.hash))
    }

    private fun askToDiscard() {
        AlertDialog.Builder(host)
            .setTitle(R.string.discard)
            .setMessage(R.string.discard_warning)
            .setNegativeButton(R.string.back, null)
            .setPositiveButton(R.string.discard) { _, _ -> host.save { it.discardDraft(draft) } }
            .show()
    }
}
