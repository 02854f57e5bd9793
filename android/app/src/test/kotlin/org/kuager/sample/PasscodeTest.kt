package org.kuager.sample

import android.widget.EditText
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.kuager.Observer
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

/** The passcode in the app's screens, with the real core: set, asked for, and the one that wipes. */
@RunWith(RobolectricTestRunner::class)
@Config(application = SampleApp::class, qualifiers = "en")
class PasscodeTest : AppTest() {
    private val observer: Observer? get() = app.observers.current

    private fun MainActivity.secrets(): List<EditText> = views().filterIsInstance<EditText>()

    /** Sets a passcode and one that wipes, by typing each twice. */
    private fun MainActivity.set(passcode: String, duress: String) {
        go(Route(Route.To.PASSCODE))
        until("four fields") { secrets().size == 4 }
        secrets().zip(listOf(passcode, passcode, duress, duress)).forEach { (field, text) -> field.setText(text) }
        tap(R.string.passcode_set)
        until("it is set") { says(R.string.passcode_done) }
    }

    /** Leaves the app for longer than it stays open, and comes back. */
    private fun leaveAndComeBack(): MainActivity {
        controllers.single().pause().stop()
        runBlocking { app.observers.lock() }
        controllers.single().start().resume()
        return controllers.single().get()
    }

    private fun MainActivity.unlock(passcode: String) {
        until("it asks") { says(R.string.error_passcode_needed) }
        secrets().single().setText(passcode)
        tap(R.string.unlock)
    }

    @Test
    fun it_says_what_it_does_not_do_before_it_is_set() {
        val activity = start()
        activity.tap(R.string.passcode)
        until("the screen") { activity.says(R.string.passcode_cost) && activity.says(R.string.duress_about) }
        activity.secrets().first().setText("correct horse")
        activity.tap(R.string.passcode_set)
        until("typed once only") { activity.says(R.string.passcode_differ) }
        assertFalse(runBlocking { checkNotNull(observer).hasPasscode() })
        activity.secrets().take(2).forEach { it.setText("12345") }
        activity.tap(R.string.passcode_set)
        until("too short") { activity.says(R.string.error_passcode_unfit) }
        assertTrue("nobody reads along", activity.secrets().all { it.transformationMethod != null && !it.isSaveEnabled })
    }

    @Test
    fun a_locked_app_shows_nothing_and_goes_on_where_it_was() = TestHost().use { host ->
        val activity = start()
        runBlocking { checkNotNull(observer).acceptInvite(host.invite) }
        activity.set("correct horse", "")
        activity.go(Route(Route.To.OUTBOX))
        leaveAndComeBack().unlock("wrong horse")
        until("it was wrong") { activity.says(R.string.error_passcode_wrong) }
        assertNull(observer)
        assertFalse("nothing is seen of what was there", activity.says(R.string.send_now))
        assertNull("and nothing leads there", activity.button { it == activity.getString(R.string.send_now) })
        activity.secrets().single().setText("correct horse")
        activity.tap(R.string.unlock)
        until("the outbox") { activity.title == activity.getString(R.string.outbox) }
        assertNotNull(observer)
        activity.go(Route(Route.To.PASSCODE))
        until("five fields") { activity.secrets().size == 5 }
        activity.secrets().first().setText("correct horse")
        activity.tap(R.string.passcode_remove)
        until("it is removed") { activity.says(R.string.passcode_done) }
        assertFalse(runBlocking { checkNotNull(observer).hasPasscode() })
    }

    @Test
    fun an_app_that_follows_no_invite_begins_at_its_beginning() {
        val activity = start()
        activity.set("correct horse", "")
        activity.go(Route(Route.To.OUTBOX))
        leaveAndComeBack().unlock("correct horse")
        until("the beginning") { observer != null && activity.says(R.string.error_not_invited) }
    }

    @Test
    fun the_passcode_that_wipes_leaves_an_app_that_was_never_used() {
        val activity = start()
        activity.set("correct horse", "battery staple")
        activity.go(Route(Route.To.OUTBOX))
        leaveAndComeBack().unlock("battery staple")
        until("as when it was new") { observer != null && activity.says(R.string.error_not_invited) }
        assertEquals(activity.getString(R.string.app_name), activity.title)
        assertTrue("it asks for a passcode as before", runBlocking { checkNotNull(observer).hasPasscode() })
    }

    @Test
    fun the_passcode_that_wipes_does_so_also_where_the_present_one_is_asked_for() {
        val activity = start()
        activity.set("correct horse", "battery staple")
        activity.go(Route(Route.To.PASSCODE))
        until("five fields") { activity.secrets().size == 5 }
        activity.secrets().zip(listOf("battery staple", "another one", "another one", "", "")).forEach { (field, text) -> field.setText(text) }
        activity.tap(R.string.passcode_set)
        until("as when it was new") { activity.title == activity.getString(R.string.app_name) && activity.says(R.string.error_not_invited) }
        assertFalse("nothing is said about it", activity.says(R.string.passcode_done))
    }
}
