package org.kuager.sample

import android.text.InputType
import android.widget.EditText
import android.widget.LinearLayout
import org.kuager.Kuager
import org.kuager.KuagerException

/**
 * Accepts an invite: photographed, opened as a link, or pasted.
 *
 * @param offered the text of an invite that is at hand.
 */
class InviteScreen(host: MainActivity, private val offered: String?) : Screen(host) {
    override val title: String get() = string(R.string.invite)

    private lateinit var field: EditText

    override fun show(body: LinearLayout, actions: LinearLayout) {
        body.addView(ui.text(string(R.string.invite_help)))
        field = ui.field(InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_FLAG_NO_SUGGESTIONS or InputType.TYPE_TEXT_FLAG_MULTI_LINE)
        field.hint = string(R.string.invite_paste)
        field.setText(offered ?: "")
        body.addView(field)
        offered?.let { describe(it, body) }
        actions.addView(ui.button(Look.PLAIN, string(R.string.scan)) { host.scan() })
        actions.addView(ui.button(Look.PRIMARY, string(R.string.invite_accept), ::accept))
    }

    /** What the invite says, to compare with what the coordinator says aloud. */
    private fun describe(text: String, body: LinearLayout) {
        try {
            val invite = Kuager.readInvite(text)
            body.addView(ui.notice(Look.WARNING, string(R.string.invite_compare, invite.digits)))
            body.addView(ui.hint(invite.servers.joinToString("\n")))
        } catch (error: KuagerException) {
            body.addView(ui.notice(Look.DANGER, phrases.error(error.code)))
        }
    }

    private fun accept() {
        val text = field.text.toString()
        host.act { observer ->
            observer.acceptInvite(text)
            host.home()
        }
    }
}
