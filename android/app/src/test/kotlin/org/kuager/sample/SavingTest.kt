package org.kuager.sample

import android.os.Looper
import kotlinx.coroutines.runBlocking
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.kuager.NewDraft
import org.kuager.android.KeystoreStandIn
import org.kuager.draft
import org.kuager.newDraft
import org.kuager.setText
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** What is typed is what is stored, however fast, and whatever happens to the screen. */
@RunWith(RobolectricTestRunner::class)
@Config(application = SampleApp::class)
class SavingTest {
    private val app get() = RuntimeEnvironment.getApplication() as SampleApp

    @Before
    fun install() = KeystoreStandIn.install()

    @After
    fun close() = runBlocking { app.observers.close() }

    @Test
    fun the_last_key_wins_even_when_the_activity_is_gone() {
        val observer = runBlocking { app.observers.get() }
        val draft = runBlocking { observer.newDraft(NewDraft(text = "")) }
        val controller = Robolectric.buildActivity(MainActivity::class.java).setup()
        val keys = 300
        repeat(keys) { key -> controller.get().save { it.setText(draft, "$key") } }
        controller.pause().stop().destroy()
        val end = System.nanoTime() + 180_000_000_000
        while (runBlocking { observer.draft(draft) }.text != "${keys - 1}") {
            assertTrue("the last key was lost", System.nanoTime() < end)
            shadowOf(Looper.getMainLooper()).idle()
        }
        repeat(20) {
            shadowOf(Looper.getMainLooper()).idle()
            Thread.sleep(5)
        }
        assertEquals("nothing older came after it", "${keys - 1}", runBlocking { observer.draft(draft) }.text)
    }
}
