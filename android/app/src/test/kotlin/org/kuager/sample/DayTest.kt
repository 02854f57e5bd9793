package org.kuager.sample

import android.app.Activity
import android.app.job.JobParameters
import android.content.Intent
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import android.net.NetworkInfo
import android.net.Uri
import android.provider.MediaStore
import android.widget.EditText
import kotlinx.coroutines.runBlocking
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.kuager.Asked
import org.kuager.AttachmentRole
import org.kuager.DraftInfo
import org.kuager.FormState
import org.kuager.Kuager
import org.kuager.MediaSource
import org.kuager.NetworkObstacle
import org.kuager.Observer
import org.kuager.QuestionKind
import org.kuager.RecordInfo
import org.kuager.RelationStanding
import org.kuager.TextValue
import org.kuager.android.KeystoreStandIn
import org.kuager.android.KuagerAndroid
import org.kuager.android.SyncJob
import org.kuager.draft
import org.kuager.drafts
import org.kuager.formState
import org.kuager.messages
import org.kuager.outlook
import org.kuager.recent
import org.kuager.record
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadow.api.Shadow
import org.robolectric.shadows.ShadowNetworkCapabilities
import org.robolectric.shadows.ShadowNetworkInfo

/** An election day in the app's screens, with the real core and a real coordinator: from the invite to wiping. */
@RunWith(RobolectricTestRunner::class)
@Config(application = SampleApp::class, qualifiers = "kk")
class DayTest : AppTest() {
    private lateinit var host: TestHost
    private lateinit var activity: MainActivity
    private val observer: Observer get() = checkNotNull(app.observers.current)

    @Before
    fun begin() {
        host = TestHost()
        freeNetwork()
    }

    @After
    fun end() = host.close()

    @Test
    fun from_the_invite_to_wiping() {
        activity = start()
        acceptInvite()
        chooseStation()
        fillOpening()

        dropNetwork()
        beginForm("protocol-list")
        enterNumbers()
        enterWhatEachMemberIssued()
        photograph(host.photo)
        val protocol = seal()
        seeWhyNothingIsSent()

        host.network("fine")
        activity.tap(R.string.send_now)
        seeReceipts(protocol)

        val page = retake(protocol)
        val correction = seal()
        until("the correction is delivered") { activity.says(R.string.record_accepted) }
        assertEquals(3, host.records())
        until("the new page is delivered") { host.holds(page) }
        assertEquals("both stay", listOf(correction, protocol), records().take(2).map(RecordInfo::hash))

        wipe()
        assertEquals("what was delivered stays", 3, host.records())
    }

    private fun acceptInvite() {
        until("it needs an invite") { activity.says(R.string.error_not_invited) }
        activity.tap(R.string.invite)
        activity.views().filterIsInstance<EditText>().single().setText(host.invite)
        activity.tap(R.string.invite_show)
        val digits = Kuager.readInvite(host.invite).digits
        until("whom one joins") { activity.says(digits) && activity.says(R.string.join_unknown) }
        assertTrue("where it leads", activity.texts().any { "127.0.0.1:" in it })
        assertNull("nothing is followed yet", runBlocking { observer.status() }.deployment)
        activity.tap(R.string.join_differ)
        assertNull("nor when somebody says no", runBlocking { observer.status() }.deployment)
        activity.tap(R.string.invite)
        activity.views().filterIsInstance<EditText>().single().setText(host.invite)
        activity.tap(R.string.invite_show)
        activity.tap(R.string.join_same)
        // The pack comes by itself while the app is in front.
        until("a pack") { activity.button { it == activity.getString(R.string.station_choose) } != null }
    }

    private fun chooseStation() {
        activity.tap(R.string.station_choose)
        activity.views().filterIsInstance<EditText>().single().setText("астана 99")
        activity.tap("№ 99") { it.startsWith("№ 99,") }
    }

    private fun fillOpening() {
        beginForm("opening")
        val yes = activity.getString(R.string.yes)
        assertTrue("there is something to fill in", form().missing.isNotEmpty())
        while (true) {
            val question = form().asked.firstOrNull { it.kind == QuestionKind.YES_NO && it.value == null } ?: break
            activity.tap("${question.text}: $yes")
            until("an answer") { form().asked.single { it.place == question.place }.value == TextValue("yes") }
        }
        assertEquals("nothing is asked that was not answered", emptyList<Any>(), form().missing)
        seal()
        until("the checklist is delivered") { activity.says(R.string.record_accepted) }
        assertEquals(1, host.records())
        activity.tap(R.string.back)
    }

    /** The coordinator goes away, connections that are open included. */
    private fun dropNetwork() {
        host.network("down")
        activity.tap(R.string.outbox)
        activity.tap(R.string.send_now)
        activity.tap(R.string.back)
    }

    private fun beginForm(id: String) {
        val title = runBlocking { observer.pack("kk") }.forms.single { it.id == id }.title
        activity.tap(title)
        until("the form $id") { drafts().size == 1 && form().asked.all { activity.texts().any { text -> it.text in text } } }
    }

    /** One number is wrong; the screen says so, and stops once it is right. */
    private fun enterNumbers() {
        val numbers = mapOf("P01" to 1200, "P02" to 800, "P04" to 780, "P06" to 20, "P07" to 15, "P08" to 1212, "P09" to 411)
        numbers.forEach { (question, number) -> type(question, "$number") }
        listOf(400, 200, 100, 30, 20, 10).forEachIndexed { index, votes -> type("P05.sample_${index + 1}", "$votes") }
        fails("K03")
        type("P09", "412")
        holds("K03")
    }

    /** P03: an entry too many, a sum that is wrong, and one that is right. */
    private fun enterWhatEachMemberIssued() {
        val group = asked("P03").text
        repeat(2) { count ->
            activity.tap("$group: ${activity.getString(R.string.entry_more)}")
            until("entry $count") { form().asked.any { it.place.question == "P03.issued" && it.place.entry == count.toLong() } }
        }
        type("P03.issued", "1", entry = 0)
        type("P03.issued", "799", entry = 1)
        val member = asked("P03.role", entry = 1).choices.single { it.key == "member" }.text
        activity.tap("2. ${asked("P03.role", entry = 1).text}: $member")
        holds("K02")

        // The cursor stands in the entry that goes; the one that moves up is shown all the same.
        val first = activity.field("1. ${asked("P03.issued", entry = 0).text}")
        first.requestFocus()
        activity.tap("$group, № 1: ${activity.getString(R.string.entry_remove)}")
        confirm()
        until("the second entry moves up") { first.text.toString() == "799" }
        assertTrue("the cursor stays", first.isFocused)
        assertEquals(listOf("№ 1"), activity.texts().filter { it.startsWith("№ ") })
        assertEquals(TextValue("member"), asked("P03.role", entry = 0).value)
        fails("K02")
        type("P03.issued", "800", entry = 0)
        holds("K02")
    }

    /** Taps the question for photos and lets the camera app write one. Gives the photo's name in the store. */
    private fun photograph(photo: ByteArray): String {
        activity.tap("${asked("photos").text}: ${activity.getString(R.string.photo_of, 0)}")
        return takePhoto(photo)
    }

    /** What the camera app does with the intent that it is given. */
    private fun takePhoto(photo: ByteArray): String {
        until("the camera") { shadowOf(activity).peekNextStartedActivityForResult() != null }
        val intent = shadowOf(activity).nextStartedActivityForResult.intent
        assertEquals(MediaStore.ACTION_IMAGE_CAPTURE, intent.action)
        val address = checkNotNull(intent.getParcelableExtra(MediaStore.EXTRA_OUTPUT, Uri::class.java))
        checkNotNull(app.contentResolver.openOutputStream(address, "w")).use { it.write(photo) }
        shadowOf(activity).receiveResult(intent, Activity.RESULT_OK, Intent())
        until("the photo is in the store") { activity.says(R.string.photo_saved) }
        val attached = draft().attachments.single { it.role == AttachmentRole.ORIGINAL }
        assertEquals("photos", attached.label)
        assertEquals("taken in this app", MediaSource.CAPTURED, attached.source)
        assertEquals("no copy in the clear", emptyList<String>(), runBlocking { activity.capture.leftovers() })
        return attached.hash
    }

    private fun seal(): String {
        activity.tap(R.string.seal)
        confirm()
        until("the sealed record") { activity.title == activity.getString(R.string.record) && drafts().isEmpty() }
        return records().first().hash
    }

    private fun seeWhyNothingIsSent() {
        activity.tap(R.string.back)
        activity.tap(R.string.outbox)
        until("why it is not sent") {
            val obstacle = runBlocking { observer.outlook() }.obstacle
            obstacle is NetworkObstacle && activity.texts().any { Phrases(activity).failure(obstacle.failure) in it.lines() }
        }
        // A page has a preview, and more of them where it takes pieces to read it.
        val files = runBlocking { observer.outlook() }.mediaLeft
        assertTrue("$files files", files >= 2)
        assertTrue(activity.texts().any { activity.getString(R.string.left, 1, files) in it.lines() })
        assertEquals(1, host.records())
    }

    private fun seeReceipts(protocol: String) {
        until("all is delivered") { activity.says(R.string.all_delivered) }
        assertEquals(2, host.records())
        val kind = activity.getString(R.string.kind_protocol)
        activity.tap(kind) { it.startsWith("№ 1. $kind") && it.endsWith(activity.getString(R.string.record_accepted)) }
        val receipt = checkNotNull(runBlocking { observer.record(protocol) }.receipt)
        val text = activity.getString(R.string.receipt, Phrases(activity).time(receipt.receivedMs), receipt.logOrigin)
        until("the receipt") { activity.says(text) }
        val photo = original(protocol)
        assertTrue(host.holds(photo))
        val stored = activity.getString(R.string.media_stands, 1, activity.getString(R.string.media_stored), 100)
        until("the photo's receipt") { activity.says(stored) }
        activity.tap(R.string.back)
        activity.tap(R.string.back)
    }

    /** The coordinator wants the page again; one tap later the camera is open for a correction. */
    private fun retake(protocol: String): String {
        val old = original(protocol)
        val text = "2-бетті қайта түсіріңіз"
        assertEquals(1, host.message(text, about = protocol, media = old))
        runInBackground()
        activity.tap(activity.getString(R.string.unread, 1))
        until("the message") { activity.says(text) }
        activity.tap(R.string.retake)
        val page = takePhoto(anotherPhoto())
        assertFalse("another photo", page == old)
        assertEquals(listOf(true), runBlocking { observer.messages() }.map { it.read })
        assertEquals("the correction begins with what was sealed", protocol, draft().supersedes)
        assertEquals(activity.getString(R.string.form), activity.title)
        holds("K02")
        return page
    }

    /** The app leaves the screen, the system runs the job, and somebody comes back. */
    private fun runInBackground() {
        controllers.single().pause().stop()
        val job = Robolectric.setupService(SyncJob::class.java)
        assertTrue(job.onStartJob(Shadow.newInstanceOf(JobParameters::class.java)))
        until("the job ends") { shadowOf(job).isJobFinished }
        assertFalse("nothing is left to try again", shadowOf(job).isRescheduleNeeded)
        controllers.single().start().resume()
    }

    private fun wipe() {
        activity.tap(R.string.back)
        activity.tap(R.string.wipe)
        activity.holdWipe(3_100)
        until("the app ends") { activity.isFinishing }
        assertNull(app.observers.current)
        assertTrue(KeystoreStandIn.keys.isEmpty())
        assertEquals(emptyList<String>(), KuagerAndroid.dir(app).walk().filter { it.isFile }.map { it.name }.toList())
    }

    private fun fails(relation: String) {
        until("$relation fails") { standing(relation) == RelationStanding.FAILS }
        val message = checkNotNull(form().relations.single { it.id == relation }.message)
        until("$relation is said") { activity.says("$relation. $message") }
    }

    private fun holds(relation: String) {
        until("$relation holds") { standing(relation) == RelationStanding.HOLDS }
        until("nothing is said of $relation") { activity.texts().none { it.startsWith("$relation. ") } }
    }

    private fun standing(relation: String) = form().relations.single { it.id == relation }.standing

    private fun type(question: String, text: String, entry: Int? = null) {
        val asked = asked(question, entry)
        activity.field(entry?.let { "${it + 1}. " }.orEmpty() + asked.text).setText(text)
    }

    private fun asked(question: String, entry: Int? = null): Asked =
        form().asked.single { it.place.question == question && it.place.entry == entry?.toLong() }

    private fun form(): FormState = checkNotNull(runBlocking { observer.formState(drafts().single().id) })

    private fun draft(): DraftInfo = drafts().single()

    private fun drafts(): List<DraftInfo> = runBlocking { observer.drafts() }

    private fun records(): List<RecordInfo> = runBlocking { observer.recent(10) }

    private fun original(record: String): String =
        runBlocking { observer.record(record) }.attachments.single { it.role == AttachmentRole.ORIGINAL }.hash

    /** The same picture with a comment: to the store and to the coordinator another file. */
    private fun anotherPhoto(): ByteArray {
        val comment = byteArrayOf(0xFF.toByte(), 0xFE.toByte(), 0, 4, 'x'.code.toByte(), 'y'.code.toByte())
        return host.photo.copyOf(2) + comment + host.photo.copyOfRange(2, host.photo.size)
    }

    /** Wi-Fi, so that photos go at once. */
    @Suppress("DEPRECATION") // How Robolectric takes it.
    private fun freeNetwork() {
        val manager = checkNotNull(app.getSystemService(ConnectivityManager::class.java))
        val wifi = ShadowNetworkInfo.newInstance(NetworkInfo.DetailedState.CONNECTED, ConnectivityManager.TYPE_WIFI, 0, true, NetworkInfo.State.CONNECTED)
        shadowOf(manager).setActiveNetworkInfo(wifi)
        val capabilities = ShadowNetworkCapabilities.newInstance()
        shadowOf(capabilities).addCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET)
        shadowOf(capabilities).addCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED)
        shadowOf(manager).setNetworkCapabilities(manager.activeNetwork, capabilities)
    }
}
