package org.kuager.sample

import android.graphics.Typeface
import android.net.Uri
import android.widget.LinearLayout
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch
import org.kuager.InvitePreview
import org.kuager.KuagerException
import org.kuager.Observer
import org.kuager.Replaces

/**
 * Says whom an invite makes the observer join, before anything is believed: what is observed, where it leads, and the digits to compare with
 * those that came by another way.
 *
 * @param text the invite as it came.
 */
class JoinScreen(host: MainActivity, private val text: String) : Screen(host) {
    override val title: String get() = string(R.string.join_title)

    private val said = ui.column()
    private val answers = ui.column()

    override fun show(body: LinearLayout, actions: LinearLayout) {
        body.addView(said)
        actions.addView(answers)
    }

    override fun follow(scope: CoroutineScope, observer: Observer) {
        scope.launch {
            try {
                tell(observer.previewInvite(text))
            } catch (error: KuagerException) {
                said.removeAllViews()
                answers.removeAllViews()
                said.addView(ui.notice(Look.DANGER, phrases.error(error.code)))
            }
        }
    }

    private fun tell(invite: InvitePreview) {
        said.removeAllViews()
        answers.removeAllViews()
        val name = invite.title[phrases.language] ?: invite.title.values.firstOrNull()
        if (name == null) said.addView(ui.text(string(R.string.join_unknown))) else said.addView(ui.heading(name))
        val hosts = invite.servers.map { Uri.parse(it).authority ?: it }
        said.addView(ui.text(string(R.string.join_servers, hosts.joinToString(", "))))
        when (invite.replaces) {
            Replaces.TOKEN -> said.addView(ui.notice(Look.WARNING, string(R.string.join_again)))
            Replaces.SERVERS -> said.addView(ui.notice(Look.WARNING, string(R.string.join_moves)))
            null -> Unit
        }
        if (!invite.signed) said.addView(ui.notice(Look.WARNING, string(R.string.join_unsigned)))
        said.addView(ui.text(string(R.string.join_compare)))
        said.addView(ui.text(invite.digits, R.dimen.text_heading).apply { typeface = Typeface.MONOSPACE })
        answers.addView(ui.button(Look.DANGER, string(R.string.join_differ)) { host.home() })
        answers.addView(ui.button(Look.PRIMARY, string(R.string.join_same), ::accept))
    }

    private fun accept() = host.act { observer ->
        observer.acceptInvite(text)
        host.home()
    }
}
