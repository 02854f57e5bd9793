package org.kuager.sample

import android.app.AlertDialog
import android.content.Intent
import android.os.Bundle
import android.os.Looper
import android.view.MotionEvent
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.EditText
import android.widget.TextView
import java.time.Duration
import kotlinx.coroutines.runBlocking
import org.junit.After
import org.junit.Assert.assertTrue
import org.junit.Assert.fail
import org.junit.Before
import org.kuager.android.KeystoreStandIn
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.shadows.ShadowAlertDialog

/** Uses the app as a person does: by what is on the screen. */
abstract class AppTest {
    protected val app: SampleApp get() = RuntimeEnvironment.getApplication() as SampleApp
    protected val controllers = ArrayList<ActivityController<MainActivity>>()

    @Before
    fun installKeystore() = KeystoreStandIn.install()

    @After
    fun closeAll() {
        controllers.forEach { it.pause().stop().destroy() }
        app.observers.current?.let { runBlocking { app.observers.close() } }
    }

    protected fun start(intent: Intent? = null, state: Bundle? = null): MainActivity {
        val controller = Robolectric.buildActivity(MainActivity::class.java, intent)
        controllers += controller
        controller.create(state).start().postCreate(state).resume().visible()
        until("the store is open") { app.observers.current != null }
        return controller.get()
    }

    /** Lets the screen work, and its clock go on as the real one does, until something is so. */
    protected fun until(what: String, so: () -> Boolean) {
        val end = System.nanoTime() + PATIENCE_NANOS
        while (!so()) {
            if (System.nanoTime() > end) fail("$what:\n${controllers.lastOrNull()?.get()?.texts()?.joinToString("\n")}")
            shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(STEP))
            Thread.sleep(STEP)
        }
        shadowOf(Looper.getMainLooper()).idle()
    }

    private fun views(view: View): Sequence<View> = sequence {
        yield(view)
        if (view is ViewGroup) for (index in 0 until view.childCount) yieldAll(views(view.getChildAt(index)))
    }

    protected fun MainActivity.views(): List<View> = views(window.decorView).toList()

    /** All that can be read. */
    protected fun MainActivity.texts(): List<String> =
        views().filterIsInstance<TextView>().filter { it.visibility == View.VISIBLE }.map { it.text.toString() }

    protected fun MainActivity.says(text: String): Boolean = text in texts()

    protected fun MainActivity.says(text: Int): Boolean = says(getString(text))

    /** What a screen reader calls a button: its description, or else its text. */
    private val Button.name: String get() = (contentDescription ?: text).toString()

    protected fun MainActivity.button(named: (String) -> Boolean): Button? =
        views().filterIsInstance<Button>().firstOrNull { named(it.name) }

    /** Waits for a button and taps it. */
    protected fun MainActivity.tap(name: String, named: (String) -> Boolean = { it == name }) {
        until("a button «$name»") { button(named) != null }
        checkNotNull(button(named)).performClick()
    }

    protected fun MainActivity.tap(text: Int) = tap(getString(text))

    /** Waits for the field below a label. */
    protected fun MainActivity.field(label: String): EditText {
        fun found() = views().filterIsInstance<TextView>().filter { it.labelFor != View.NO_ID && it.text.toString() == label }
        until("a field «$label»") { found().size == 1 }
        return checkNotNull(findViewById<EditText>(found().single().labelFor))
    }

    /** Says yes to what a dialog asks. */
    protected fun confirm() {
        val dialog = checkNotNull(ShadowAlertDialog.getLatestAlertDialog()) { "nothing is asked" }
        assertTrue("the dialog was answered already", dialog.isShowing)
        dialog.getButton(AlertDialog.BUTTON_POSITIVE).performClick()
    }

    /** Holds the button that wipes for [millis]. */
    protected fun MainActivity.holdWipe(millis: Long) {
        val button = checkNotNull(button { it == getString(R.string.wipe_hold, 3) })
        button.dispatchTouchEvent(MotionEvent.obtain(0, 0, MotionEvent.ACTION_DOWN, 1f, 1f, 0))
        shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(millis))
    }

    private companion object {
        const val PATIENCE_NANOS = 180_000_000_000
        const val STEP = 5L
    }
}
