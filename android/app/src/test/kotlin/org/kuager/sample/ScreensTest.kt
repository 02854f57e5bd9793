package org.kuager.sample

import android.app.job.JobScheduler
import android.content.Intent
import android.content.res.Configuration
import android.net.Uri
import android.os.Bundle
import android.os.LocaleList
import android.os.Looper
import android.view.WindowManager
import android.widget.EditText
import android.widget.TextView
import java.time.Duration
import java.util.Locale
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.kuager.android.KeystoreStandIn
import org.kuager.android.KuagerAndroid
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** Every screen, with the real core behind it. */
@RunWith(RobolectricTestRunner::class)
@Config(application = SampleApp::class)
class ScreensTest : AppTest() {
    private fun jobs() = checkNotNull(app.getSystemService(JobScheduler::class.java)).allPendingJobs

    private val routes = Route.To.entries.map { Route(it, "00".repeat(16).takeIf { _ -> it == Route.To.FORM || it == Route.To.RECORD }) }

    private fun checkScreens() {
        val activity = start()
        val least = 56 * activity.resources.displayMetrics.density
        routes.forEach { route ->
            activity.go(route)
            shadowOf(Looper.getMainLooper()).idle()
            assertFalse("$route has no title", activity.title.isNullOrBlank())
            activity.views().filter { it.isClickable && it.isShown && it.hasOnClickListeners() || it is EditText }.forEach { view ->
                assertTrue("$route: ${view.height} is less than a finger", view.height >= least || !view.isLaidOut)
                assertTrue("$route: least height", view.minimumHeight >= least)
                val name = view.contentDescription ?: (view as TextView).text.ifEmpty { view.hint }
                assertFalse("$route: a screen reader would say nothing", name.isNullOrBlank())
            }
        }
    }

    @Test
    fun every_screen_can_be_tapped_and_read_aloud() = checkScreens()

    @Test
    @Config(qualifiers = "ru-w320dp-h480dp-night")
    fun every_screen_can_be_tapped_and_read_aloud_in_russian_on_a_small_phone_at_night() = checkScreens()

    @Test
    @Config(qualifiers = "en-w800dp-h360dp-land", fontScale = 2f)
    fun every_screen_can_be_tapped_and_read_aloud_in_english_in_large_letters_lying_down() = checkScreens()

    @Test
    fun a_phone_without_an_invite_says_so_and_leads_to_one() {
        val activity = start()
        until("it says so") { activity.says(R.string.error_not_invited) }
        activity.tap(R.string.invite)
        assertEquals(activity.getString(R.string.invite), activity.title)
        activity.tap(R.string.invite_show)
        until("an empty text is no invite") { activity.says(R.string.error_invite_unreadable) }
    }

    @Test
    fun a_link_is_looked_at_before_it_is_followed_and_a_bad_one_is_told() {
        mapOf(
            "kuager:nonsense" to R.string.error_invite_unreadable,
            "https://join.kuager.example/i#NONSENSE" to R.string.error_invite_cut,
        ).forEach { (link, wrong) ->
            val activity = start(Intent(Intent.ACTION_VIEW, Uri.parse(link)))
            assertEquals(activity.getString(R.string.join_title), activity.title)
            until("$link is no invite") { activity.says(wrong) }
            assertNull("there is nothing to accept", activity.button { it == activity.getString(R.string.join_same) })
        }
    }

    @Test
    fun only_the_host_that_is_asked_for_its_word_is_opened_without_being_asked() {
        val links = app.packageManager.queryIntentActivities(
            Intent(Intent.ACTION_VIEW, Uri.parse("https://join.kuager.example/i#ABC")).addCategory(Intent.CATEGORY_BROWSABLE),
            0,
        )
        assertEquals(listOf(MainActivity::class.java.name), links.map { it.activityInfo.name })
        listOf("https://other.example/i#ABC", "https://join.kuager.example/elsewhere", "http://join.kuager.example/i#ABC").forEach {
            val intent = Intent(Intent.ACTION_VIEW, Uri.parse(it)).addCategory(Intent.CATEGORY_BROWSABLE)
            assertEquals(it, emptyList<Any>(), app.packageManager.queryIntentActivities(intent, 0))
        }
    }

    @Test
    fun the_screen_survives_being_turned() {
        val activity = start()
        activity.go(Route(Route.To.OUTBOX))
        activity.go(Route(Route.To.RECORD, "00".repeat(32)))
        val saved = Bundle()
        controllers.single().saveInstanceState(saved)
        val turned = start(state = saved)
        assertEquals(turned.getString(R.string.record), turned.title)
        turned.tap(R.string.back)
        assertEquals(turned.getString(R.string.outbox), turned.title)
    }

    @Test
    fun nobody_sees_the_screen_in_the_list_of_apps() {
        val flags = start().window.attributes.flags
        assertNotEquals(0, flags and WindowManager.LayoutParams.FLAG_SECURE)
    }

    @Test
    fun leaving_the_app_leaves_a_job() {
        start()
        controllers.single().pause().stop()
        assertEquals(1, jobs().size)
        controllers.single().start().resume()
    }

    @Test
    fun wiping_destroys_the_key_and_the_folder() {
        val activity = start()
        assertTrue(KeystoreStandIn.keys.isNotEmpty())
        activity.go(Route(Route.To.WIPE))
        activity.holdWipe(2_900)
        assertTrue("not before the time", KeystoreStandIn.keys.isNotEmpty())
        shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(200))
        until("the activity ends") { activity.isFinishing }
        controllers.removeAt(0).pause().stop().destroy()
        assertTrue("a job would make a new store", jobs().isEmpty())
        assertTrue(KeystoreStandIn.keys.isEmpty())
        assertEquals(emptyList<String>(), KuagerAndroid.dir(app).walk().filter { it.isFile }.map { it.name }.toList())
    }

    @Test
    fun what_cannot_be_opened_can_still_be_wiped() {
        start()
        controllers.single().pause().stop()
        runBlocking { app.observers.close() }
        KeystoreStandIn.keys.clear()
        val controller = Robolectric.buildActivity(MainActivity::class.java).also { controllers += it }
        val activity = controller.setup().get()
        until("it says that the key is lost") { activity.says(R.string.error_vault_lost) }
        activity.tap(R.string.wipe)
        checkNotNull(activity.button { it == activity.getString(R.string.wipe_hold, 3) }).performClick()
        confirm()
        until("the activity ends") { activity.isFinishing }
        assertEquals(emptyList<String>(), KuagerAndroid.dir(app).walk().filter { it.isFile }.map { it.name }.toList())
        controllers.removeAt(0)
    }

    @Test
    fun a_phone_set_to_kazakh_and_then_russian_shows_kazakh() {
        fun language(vararg tags: String): String {
            val configuration = Configuration().apply { setLocales(LocaleList(*tags.map(Locale::forLanguageTag).toTypedArray())) }
            return app.createConfigurationContext(configuration).getString(R.string.yes)
        }
        assertEquals("Иә", language("kk-KZ", "ru-RU"))
        assertEquals("Да", language("ru-RU", "kk-KZ"))
        assertEquals("Yes", language("en-GB"))
        assertEquals("a language nobody translated", "Иә", language("de-DE"))
    }
}
