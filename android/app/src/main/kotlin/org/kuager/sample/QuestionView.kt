package org.kuager.sample

import android.app.DatePickerDialog
import android.app.TimePickerDialog
import android.text.Editable
import android.text.InputFilter
import android.text.InputType
import android.text.TextWatcher
import android.view.View
import android.widget.EditText
import android.widget.LinearLayout
import android.widget.TextView
import java.time.DateTimeException
import java.time.LocalDate
import java.time.LocalTime
import org.kuager.Asked
import org.kuager.IntValue
import org.kuager.ListValue
import org.kuager.Place
import org.kuager.QuestionKind
import org.kuager.TextValue
import org.kuager.Value
import org.kuager.label

/** One question with what it takes to answer it. */
class QuestionView(
    private val host: MainActivity,
    private val ui: Ui,
    private val phrases: Phrases,
    private var question: Asked,
    private val actions: Actions,
) {
    /** What a question does. */
    interface Actions {
        /** Saves an answer, or that there is none. */
        fun answer(place: Place, answer: Value?)

        /** Opens the camera for a question, or for the record as a whole. */
        fun photograph(question: String?)
    }

    /** The whole of it. */
    val root: LinearLayout = ui.column()

    /** The question's id. */
    val id: String get() = question.place.question

    /** What is asked. In a repeat group it begins with the entry's number, without which nobody hears which one it is. */
    val name: String get() = question.place.entry?.let { "${it + 1}. " }.orEmpty() + question.text

    private val label = if (question.kind == QuestionKind.GROUP) ui.heading("") else ui.text("")
    private val hint = ui.hint("")
    private val input = ui.column()
    private val remarks = ui.notice(Look.WARNING, "")
    private var field: EditText? = null
    private var drawn: Any? = null
    private var showing = false
    private var released = false

    init {
        listOf(label, hint, input, remarks).forEach(root::addView)
    }

    /** Shows how the question stands now. */
    fun update(now: Asked, reminders: List<String>, missing: Boolean, files: Int) {
        question = now
        val mark = if (missing) host.getString(R.string.required_mark) else ""
        set(label, name + mark)
        set(hint, listOfNotNull(now.hint, now.line?.let { host.getString(R.string.paper_line, it) }, now.law).joinToString("\n"))
        set(remarks, reminders.joinToString("\n"))
        when (now.kind) {
            QuestionKind.INTEGER, QuestionKind.DECIMAL, QuestionKind.TEXT, QuestionKind.WORDS -> type(now)
            else -> draw(now, files)
        }
    }

    /** Lets go of what was typed: the place is about to hold another entry, whose answer is shown even in the field that has the cursor. */
    fun release() {
        released = true
    }

    /** Fields are made once and keep what is typed; what the store holds is only put in while nobody types. */
    private fun type(now: Asked) {
        val field = field ?: makeField().also {
            field = it
            input.addView(it)
        }
        val stored = when (val value = now.value) {
            is IntValue -> Numbers.decimal(value.value, now.scale.toInt())
            is TextValue -> value.value
            else -> ""
        }
        if (field.isFocused && !released || field.text.toString() == stored) return
        showing = true
        field.setText(stored)
        showing = false
    }

    private fun makeField(): EditText {
        val number = question.kind == QuestionKind.INTEGER || question.kind == QuestionKind.DECIMAL
        val field = ui.field(if (number) NUMBER else PROSE)
        field.id = View.generateViewId()
        label.labelFor = field.id // What a screen reader says in the field.
        question.maxLength?.let { field.filters = arrayOf(InputFilter.LengthFilter(it.toInt())) }
        onText(field) { text -> if (!showing) typed(text, number) }
        return field
    }

    private fun typed(text: String, number: Boolean) {
        released = false
        val answer = when {
            text.isBlank() -> null
            !number -> TextValue(text)
            else -> Numbers.parse(text, question.scale.toInt())?.let { IntValue(it) } ?: run {
                set(remarks, host.getString(R.string.not_a_number))
                return
            }
        }
        actions.answer(question.place, answer)
    }

    /** Everything that is tapped is made anew when it changes. */
    private fun draw(now: Asked, files: Int) {
        val look = listOf(now.value, now.choices, files)
        if (drawn == look) return
        drawn = look
        input.removeAllViews()
        when (now.kind) {
            QuestionKind.YES_NO -> YES_NO.chunked(2).forEach { keys -> addRow(keys.map { toggle(phrases.yesNo(it), it) }) }
            QuestionKind.CHOICE -> now.choices.forEach { input.addView(toggle(it.text, it.key)) }
            QuestionKind.CHOICES -> now.choices.forEach { input.addView(check(it.text, it.key)) }
            QuestionKind.TIME -> input.addView(button(phrases.answer(now)) { pickTime() })
            QuestionKind.DATE -> input.addView(button(phrases.answer(now)) { pickDate() })
            QuestionKind.ATTACHMENT -> input.addView(
                button(host.getString(R.string.photo_of, files), if (files == 0) Look.PRIMARY else Look.GOOD) {
                    actions.photograph(now.place.label)
                },
            )
            QuestionKind.CALCULATE -> input.addView(ui.notice(Look.PLAIN, phrases.answer(now)))
            QuestionKind.LOCATION -> input.addView(ui.hint(host.getString(R.string.location_not_asked)))
            else -> Unit
        }
    }

    private fun addRow(views: List<View>) {
        val row = ui.row()
        ui.fill(row, views)
        input.addView(row)
    }

    private fun button(said: String, look: Look = Look.PLAIN, onClick: () -> Unit) = ui.button(look, said, onClick).apply {
        contentDescription = "$name: $said"
    }

    private fun toggle(said: String, key: String): View {
        val chosen = (question.value as? TextValue)?.value == key
        return option(said, chosen) { actions.answer(question.place, if (chosen) null else TextValue(key)) }
    }

    private fun check(said: String, key: String): View {
        val given = (question.value as? ListValue)?.values.orEmpty()
        val chosen = TextValue(key) in given
        return option(said, chosen) {
            val now = if (chosen) given - TextValue(key) else given + TextValue(key)
            actions.answer(question.place, now.takeIf { it.isNotEmpty() }?.let { ListValue(it) })
        }
    }

    /** What is chosen is told by a mark as well as by colour, and said by a screen reader. */
    private fun option(said: String, chosen: Boolean, onClick: () -> Unit) =
        ui.button(if (chosen) Look.PRIMARY else Look.PLAIN, if (chosen) "✓ $said" else said, onClick).apply {
            isSelected = chosen
            contentDescription = "$name: $said"
        }

    private fun pickTime() {
        val minutes = ((question.value as? IntValue)?.value ?: LocalTime.now().toSecondOfDay() / HOUR.toLong()).toInt()
        TimePickerDialog(
            host,
            { _, hour, minute -> actions.answer(question.place, IntValue(hour * HOUR.toLong() + minute)) },
            minutes / HOUR,
            minutes % HOUR,
            true,
        ).show()
    }

    private fun pickDate() {
        val given = (question.value as? TextValue)?.value
        val day = try {
            given?.let(LocalDate::parse) ?: LocalDate.now()
        } catch (_: DateTimeException) {
            LocalDate.now()
        }
        DatePickerDialog(
            host,
            { _, year, month, date -> actions.answer(question.place, TextValue(LocalDate.of(year, month + 1, date).toString())) },
            day.year,
            day.monthValue - 1,
            day.dayOfMonth,
        ).show()
    }

    private fun set(view: TextView, text: String) {
        view.visibility = if (text.isEmpty()) View.GONE else View.VISIBLE
        if (view.text.toString() != text) view.text = text
    }

    companion object {
        /** Input of free text. */
        const val PROSE: Int = InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_FLAG_CAP_SENTENCES or InputType.TYPE_TEXT_FLAG_MULTI_LINE

        private const val NUMBER = InputType.TYPE_CLASS_NUMBER or InputType.TYPE_NUMBER_FLAG_DECIMAL or InputType.TYPE_NUMBER_FLAG_SIGNED
        private const val HOUR = 60
        private val YES_NO = listOf("yes", "no", "not_seen", "not_applicable")

        /** Calls [changed] with the text of [field] after every key. */
        fun onText(field: EditText, changed: (String) -> Unit) {
            field.addTextChangedListener(object : TextWatcher {
                override fun beforeTextChanged(text: CharSequence, start: Int, count: Int, after: Int) = Unit

                override fun onTextChanged(text: CharSequence, start: Int, before: Int, count: Int) = Unit

                override fun afterTextChanged(text: Editable) = changed(text.toString())
            })
        }
    }
}
