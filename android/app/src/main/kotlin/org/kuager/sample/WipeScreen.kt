package org.kuager.sample

import android.annotation.SuppressLint
import android.app.AlertDialog
import android.view.MotionEvent
import android.widget.Button
import android.widget.LinearLayout
import org.kuager.android.KuagerAndroid

/** Destroys everything, for a phone that is about to be taken away. Works when the store cannot be opened, too. */
class WipeScreen(host: MainActivity) : Screen(host) {
    override val title: String get() = string(R.string.wipe)

    override fun show(body: LinearLayout, actions: LinearLayout) {
        body.addView(ui.notice(Look.DANGER, string(R.string.wipe_warning)))
        actions.addView(hold())
    }

    /** A button to hold: long enough not to happen in a pocket, without a question that a shaking hand would miss. */
    @SuppressLint("ClickableViewAccessibility") // A click, which is what a screen reader can do, asks in a dialog instead.
    private fun hold(): Button {
        val button = ui.button(Look.DANGER, string(R.string.wipe_hold, SECONDS), ::ask)
        val wipe = Runnable { wipe() }
        button.setOnTouchListener { _, event ->
            when (event.actionMasked) {
                MotionEvent.ACTION_DOWN -> {
                    button.isPressed = true
                    button.postDelayed(wipe, SECONDS * MILLIS)
                }
                MotionEvent.ACTION_UP, MotionEvent.ACTION_CANCEL -> {
                    button.isPressed = false
                    button.removeCallbacks(wipe)
                }
            }
            true
        }
        return button
    }

    private fun ask() {
        AlertDialog.Builder(host)
            .setTitle(R.string.wipe)
            .setMessage(R.string.wipe_warning)
            .setNegativeButton(R.string.back, null)
            .setPositiveButton(R.string.wipe) { _, _ -> wipe() }
            .show()
    }

    private fun wipe() = host.actWithout {
        KuagerAndroid.wipe(host, host.app.observers)
        host.finishAndRemoveTask()
    }

    private companion object {
        const val SECONDS = 3
        const val MILLIS = 1000L
    }
}
