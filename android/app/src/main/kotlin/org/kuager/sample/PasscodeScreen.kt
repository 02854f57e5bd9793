package org.kuager.sample

import android.text.InputType
import android.view.View
import android.widget.EditText
import android.widget.LinearLayout
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch
import org.kuager.KuagerException
import org.kuager.Observer

/** Sets, changes and removes the passcode, and the one that wipes; says first what each does and does not do. */
class PasscodeScreen(host: MainActivity) : Screen(host) {
    override val title: String get() = string(R.string.passcode)

    private val fields = ui.column()
    private val buttons = ui.column()
    private var current: EditText? = null
    private lateinit var first: EditText
    private lateinit var again: EditText
    private lateinit var duress: EditText
    private lateinit var duressAgain: EditText

    override fun show(body: LinearLayout, actions: LinearLayout) {
        body.addView(ui.text(string(R.string.passcode_about)))
        body.addView(ui.notice(Look.WARNING, string(R.string.passcode_cost)))
        body.addView(fields)
        actions.addView(buttons)
    }

    override fun follow(scope: CoroutineScope, observer: Observer) {
        scope.launch {
            try {
                ask(observer.hasPasscode())
            } catch (error: KuagerException) {
                host.say(Look.DANGER, phrases.error(error.code))
            }
        }
    }

    private fun ask(isSet: Boolean) {
        fields.removeAllViews()
        buttons.removeAllViews()
        if (isSet) fields.addView(ui.notice(Look.GOOD, string(R.string.passcode_is_set)))
        current = if (isSet) secret(R.string.passcode_current) else null
        first = secret(R.string.passcode_new)
        again = secret(R.string.passcode_again)
        fields.addView(ui.heading(string(R.string.duress)))
        fields.addView(ui.notice(Look.DANGER, string(R.string.duress_about)))
        duress = secret(R.string.duress_new)
        duressAgain = secret(R.string.passcode_again)
        if (isSet) buttons.addView(ui.button(Look.PLAIN, string(R.string.passcode_remove), ::remove))
        buttons.addView(ui.button(Look.PRIMARY, string(R.string.passcode_set), ::set))
    }

    private fun secret(label: Int): EditText {
        val field = ui.secret()
        field.id = View.generateViewId()
        field.hint = string(label)
        fields.addView(ui.text(string(label)).apply { labelFor = field.id })
        fields.addView(field)
        return field
    }

    private fun set() {
        val (passcode, destroying) = first.text.toString() to duress.text.toString()
        if (passcode != again.text.toString() || destroying != duressAgain.text.toString()) {
            host.say(Look.DANGER, string(R.string.passcode_differ))
            return
        }
        change { it.setPasscode(passcode, current?.text?.toString(), destroying.ifEmpty { null }) }
    }

    private fun remove() = change { it.removePasscode(current?.text.toString()) }

    /** Whatever asks for a passcode takes the other one as well: then everything is gone, and the app is as it was when it was new. */
    private fun change(work: suspend (Observer) -> Unit) {
        host.say(Look.PLAIN, string(R.string.passcode_working))
        host.act { observer ->
            try {
                work(observer)
                host.home()
                host.say(Look.GOOD, string(R.string.passcode_done))
            } catch (error: KuagerException) {
                if (error.code != CLOSED) throw error
                host.app.observers.close()
                host.enter(current?.text.toString())
            }
        }
    }

    private companion object {
        const val CLOSED = "store_closed"
    }
}

/** Asks for the passcode when the store is locked. It is no route: whatever was shown before is shown again afterwards. */
class UnlockScreen(host: MainActivity) : Screen(host) {
    override val title: String get() = string(R.string.app_name)

    override fun show(body: LinearLayout, actions: LinearLayout) {
        body.addView(ui.text(phrases.error("passcode_needed")))
        val field = ui.secret()
        field.hint = string(R.string.passcode)
        body.addView(field)
        actions.addView(
            ui.button(Look.PRIMARY, string(R.string.unlock)) {
                host.say(Look.PLAIN, string(R.string.passcode_working))
                host.actWithout { host.enter(field.text.toString()) }
            },
        )
    }
}
