package org.kuager.sample

import android.widget.LinearLayout
import kotlinx.coroutines.CoroutineScope
import org.kuager.MessageAsk
import org.kuager.MessageInfo
import org.kuager.Observer
import org.kuager.correct
import org.kuager.detach
import org.kuager.markRead
import org.kuager.record

/** What the coordinator wrote, the newest first. A request for another photo is one tap away from the camera. */
class MessagesScreen(host: MainActivity) : Screen(host) {
    override val title: String get() = string(R.string.messages)

    private val messages = ui.column()

    override fun show(body: LinearLayout, actions: LinearLayout) {
        body.addView(messages)
    }

    override fun follow(scope: CoroutineScope, observer: Observer) {
        scope.each(observer.state.messages) { all ->
            messages.removeAllViews()
            if (all.isEmpty()) messages.addView(ui.text(string(R.string.no_messages)))
            all.asReversed().forEach { show(it) }
        }
    }

    private fun show(message: MessageInfo) {
        val look = if (message.read) Look.PLAIN else Look.WARNING
        messages.addView(ui.hint(phrases.time(message.sentMs)))
        messages.addView(ui.notice(look, message.text))
        val record = message.about
        val photo = message.media
        if (message.ask == MessageAsk.RETAKE && record != null && photo != null) {
            messages.addView(ui.button(Look.PRIMARY, string(R.string.retake)) { retake(message.number, record, photo) })
        }
        if (!message.read) {
            messages.addView(ui.button(Look.PLAIN, string(R.string.mark_read)) { host.act { it.markRead(message.number) } })
        }
    }

    /** A correction without the old photo, and the camera for the same question. Both records and both photos stay. */
    private fun retake(number: Long, record: String, photo: String) = host.act { observer ->
        val label = observer.record(record).attachments.firstOrNull { it.hash == photo }?.label
        val draft = observer.correct(record)
        observer.detach(draft, photo)
        observer.markRead(number)
        host.photograph(draft, label)
    }
}
