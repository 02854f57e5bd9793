package org.kuager.sample

import android.widget.LinearLayout
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.launch
import org.kuager.KuagerException
import org.kuager.Observer

/**
 * One screen. It is made anew whenever it is shown, also after the phone was turned; whatever matters is in the store.
 *
 * @property host the activity it is shown in.
 */
abstract class Screen(protected val host: MainActivity) {
    /** Makes views. */
    protected val ui: Ui = Ui(host)

    /** Finds phrases. */
    protected val phrases: Phrases = Phrases(host)

    /** What the screen is called. */
    abstract val title: String

    /** Makes the views: what is read goes into [body], what is tapped into [actions] at the lower edge. */
    abstract fun show(body: LinearLayout, actions: LinearLayout)

    /** Follows the store for as long as the screen is visible. */
    open fun follow(scope: CoroutineScope, observer: Observer) {}

    /** Collects a flow; an error of the store is shown. */
    protected fun <T> CoroutineScope.each(flow: Flow<T>, ended: () -> Unit = {}, show: suspend (T) -> Unit) {
        launch {
            try {
                flow.collect { show(it) }
                ended()
            } catch (error: KuagerException) {
                host.say(Look.DANGER, phrases.error(error.code))
            }
        }
    }

    protected fun string(id: Int, vararg arguments: Any): String = host.getString(id, *arguments)
}
