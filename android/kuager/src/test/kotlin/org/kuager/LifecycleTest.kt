package org.kuager

import java.io.File
import java.io.InputStream
import java.lang.reflect.Modifier
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import kotlin.coroutines.Continuation
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith
import org.junit.jupiter.api.io.TempDir
import org.kuager.support.NothingLeft
import org.kuager.support.Phone
import org.kuager.support.fails
import org.kuager.support.note
import org.kuager.support.projectFile

/** Opening, closing, many callers at once. */
@ExtendWith(NothingLeft::class)
class LifecycleTest {
    @TempDir
    lateinit var root: File

    private val setting = Setting(station = "1", language = "kk")

    // There is one: a call that has ended may not even look.
    private val file = projectFile("tests/scenarios/README.md")

    private val everyCall: Map<String, suspend (Observer) -> Unit> =
        mapOf(
            "status" to { it.status() },
            "acceptInvite" to { it.acceptInvite("KUAGER:INVITE/A") },
            "previewInvite" to { it.previewInvite("KUAGER:INVITE/A") },
            "forgetInvite" to { it.forgetInvite() },
            "importPack" to { it.importPack(file) },
            "pack" to { it.pack("kk") },
            "verify" to { it.verify() },
            "attestationChallenge" to { it.attestationChallenge() },
            "attest" to { it.attest(AttestationFormat.ANDROID_KEY, listOf(byteArrayOf(1))) },
            "hasPasscode" to { it.hasPasscode() },
            "setPasscode" to { it.setPasscode("471182") },
            "removePasscode" to { it.removePasscode("471182") },
            "sync" to { it.sync(10.milliseconds) },
            "run" to { it.run() },
            "pause" to { it.pause() },
            "resume" to { it.resume() },
            "newDraft" to { it.newDraft(note("а")) },
            "drafts" to { it.drafts() },
            "draft" to { it.draft(ID) },
            "setAnswer" to { it.setAnswer(ID, "O01", 1) },
            "addEntry" to { it.addEntry(ID, "P03") },
            "removeEntry" to { it.removeEntry(ID, "P03", 0) },
            "setText" to { it.setText(ID, "а") },
            "setLocation" to { it.setLocation(ID, null) },
            "setLanguage" to { it.setLanguage(ID, "kk") },
            "setStation" to { it.setStation(ID, "1") },
            "discardDraft" to { it.discardDraft(ID) },
            "formState" to { it.formState(ID) },
            "packChanges" to { it.packChanges(ID) },
            "seal" to { it.seal(ID) },
            "correct" to { it.correct(ID) },
            "recent" to { it.recent(1) },
            "record" to { it.record(ID) },
            "captureAllowed" to { it.captureAllowed(ID) },
            "beginCapture" to { it.beginCapture() },
            "attach" to { it.attach(ID, file) },
            "attachPreview" to { it.attachPreview(ID, ID, file) },
            "detach" to { it.detach(ID, ID) },
            "media" to { it.media() },
            "readMedia" to { it.readMedia(ID, 0, 1) },
            "decodeMedia" to { it.decodeMedia(ID, InputStream::read) },
            "mediaReceipt" to { it.mediaReceipt(ID) },
            "sendMediaNow" to { it.sendMediaNow(ID) },
            "holdMedia" to { it.holdMedia(ID) },
            "newIncident" to { it.newIncident(listOf("C12"), setting) },
            "followUp" to { it.followUp(ID, IncidentStatus.WITHDRAWN, "а") },
            "act" to { it.act(ID, "kk") },
            "tally" to { it.tally("1") },
            "tap" to { it.tap("1") },
            "leaveTally" to { it.leaveTally("1") },
            "newTurnout" to { it.newTurnout("10", setting) },
            "newWave" to { it.newWave("1", setting) },
            "pass" to { it.pass(ID) },
            "noteContact" to { it.noteContact(ID, "done") },
            "wave" to { it.wave(ID) },
            "regions" to { it.regions("kk") },
            "chooseRegions" to { it.chooseRegions(listOf("71")) },
            "importStations" to { it.importStations(file) },
            "searchStations" to { it.searchStations("99", 1, "kk") },
            "station" to { it.station("99", "kk") },
            "outlook" to { it.outlook() },
            "attempts" to { it.attempts(1) },
            "networkChanged" to { it.networkChanged() },
            "setNetwork" to { it.setNetwork(NetworkState.METERED) },
            "messages" to { it.messages() },
            "markRead" to { it.markRead(1) },
        )

    @Test
    fun `the list of calls is complete`() {
        val extensions = listOf("Drafts", "Media", "Day", "Stations", "Outbox").map { Class.forName("org.kuager.Observer${it}Kt") }
        val suspending = (extensions + Observer::class.java).flatMap { it.declaredMethods.toList() }.filter { method ->
            // What is internal has a name that no source can have.
            Modifier.isPublic(method.modifiers) && '$' !in method.name && method.parameterTypes.lastOrNull() == Continuation::class.java
        }
        // Kotlin adds a hash to the name of what takes a Duration.
        assertEquals(suspending.map { it.name.substringBefore('-') }.toSet() - setOf("close", "wipe"), everyCall.keys)
    }

    @Test
    fun `after closing, every call says so`() = runBlocking {
        val phone = Phone(root)
        val observer = phone.open()
        observer.close()
        observer.close()
        for (call in everyCall.values) fails("store_closed") { call(observer) }
    }

    @Test
    fun `while paused, every call that needs the store says so, and flows wait`() = runBlocking {
        Phone(root).use { observer ->
            observer.newDraft(note("а"))
            observer.pause()
            observer.pause()
            fails("store_paused") { observer.drafts() }
            fails("store_paused") { observer.sync(10.milliseconds) }
            coroutineScope {
                val seen = async { withTimeout(180_000) { observer.state.drafts.first() } }
                launch { observer.resume() }
                assertEquals(1, seen.await().size)
            }
            observer.resume()
        }
    }

    @Test
    fun `two hundred calls at once`() {
        Phone(root).use { observer ->
            val drafts = coroutineScope {
                (1..200).map { number ->
                    async(Dispatchers.Default) {
                        observer.tap("71-99", 1)
                        observer.newDraft(note("жазба $number"))
                    }
                }.awaitAll()
            }
            assertEquals(200, drafts.toSet().size)
            assertEquals((1..200).map { "жазба $it" }.toSet(), observer.drafts().map { it.text }.toSet())
            assertEquals(200, observer.tally("71-99").total)
        }
    }

    @Test
    fun `closing under two hundred calls ends each as done or as closed`() = runBlocking {
        val phone = Phone(root)
        val observer = phone.open()
        val outcomes = coroutineScope {
            val calls = (1..200).map {
                async(Dispatchers.Default) {
                    try {
                        observer.newDraft(note("жазба $it"))
                    } catch (failure: KuagerException) {
                        assertEquals("store_closed", failure.code)
                        null
                    }
                }
            }
            launch(Dispatchers.Default) { observer.close() }
            launch(Dispatchers.Default) { observer.close() }
            calls.awaitAll()
        }
        val kept = phone.use { it.drafts().map(DraftInfo::id).toSet() }
        assertEquals(outcomes.filterNotNull().toSet(), kept, "what was said to be saved is saved")
    }

    @Test
    fun `flows end when the observer is closed`() = runBlocking {
        val observer = Phone(root).open()
        coroutineScope {
            val status = async { withTimeout(180_000) { observer.state.status.toList() } }
            val drafts = async { withTimeout(180_000) { observer.state.drafts.toList() } }
            observer.state.drafts.first()
            observer.close()
            status.await()
            drafts.await()
        }
        assertEquals(emptyList<Outlook>(), observer.state.outlook.toList(), "and at once when it is closed already")
    }

    @Test
    fun `opening that is cancelled leaves nothing open`() = runBlocking {
        val phone = Phone(root)
        val inside = CountDownLatch(1)
        val go = CountDownLatch(1)
        val slow =
            object : KeyVault by phone.vault {
                override fun seal(secret: ByteArray): ByteArray {
                    inside.countDown()
                    go.await(5, TimeUnit.SECONDS)
                    return phone.vault.seal(secret)
                }
            }
        val opening = launch(Dispatchers.Default) { phone.open(slow) }
        assertTrue(inside.await(5, TimeUnit.SECONDS))
        opening.cancel()
        go.countDown()
        opening.join()
        assertTrue(opening.isCancelled)
    }

    @Test
    fun `closing goes on when the coroutine is cancelled`() = runBlocking {
        val phone = Phone(root)
        val observer = phone.open()
        val closing = launch(start = CoroutineStart.UNDISPATCHED) { observer.close() }
        closing.cancelAndJoin()
        assertEquals(0, Kuager.liveHandles().callbacks)
    }

    @Test
    fun `wiping destroys the key and the files, whatever the state`() = runBlocking {
        val phone = Phone(root)
        val states: List<suspend (Observer) -> Unit> = listOf({}, { it.pause() }, { it.close() }, { it.wipe() })
        for (prepare in states) {
            val observer = phone.open()
            observer.newDraft(note("жазба"))
            prepare(observer)
            observer.wipe()
            assertFalse(phone.keyFile.exists())
            assertFalse(File(phone.store, "kuager.db").exists())
            fails("store_closed") { observer.drafts() }
        }
        phone.open().close()
        Observer.wipe(phone.store, phone.vault)
        Observer.wipe(phone.store, phone.vault)
        assertFalse(phone.keyFile.exists())
    }

    @Test
    fun `a passcode locks, counts and destroys`() = runBlocking {
        val phone = Phone(root)
        phone.use { observer ->
            assertFalse(observer.hasPasscode())
            fails("passcode_unfit") { observer.setPasscode("12345") }
            observer.setPasscode("471182", duress = "000471")
            fails("passcode_needed") { observer.setPasscode("471183") }
            observer.newDraft(note("жазба"))
        }
        assertTrue(Observer.passcodeState(phone.store).needed)
        fails("passcode_needed") { phone.open() }
        fails("passcode_wrong") { Observer.open(phone.store, phone.vault, passcode = "471183") }
        assertEquals(1, Observer.passcodeState(phone.store).failures)
        Observer.open(phone.store, phone.vault, passcode = "471182").run {
            assertEquals(1, drafts().size)
            fails("passcode_wrong") { removePasscode("471183") }
            close()
        }
        val anew = Observer.open(phone.store, phone.vault, passcode = "000471")
        assertEquals(0, anew.drafts().size)
        fails("passcode_needed") { anew.setPasscode("471182") }
        anew.removePasscode("000471")
        anew.close()
        phone.open().close()
    }

    @Test
    fun `an observer that nobody holds any more is let go of, callbacks and all`() {
        runBlocking { Phone(root).open(clock = { error("no") }).newDraft(note("а")) }
        assertEquals(1, Kuager.liveHandles().observers)
        val deadline = System.nanoTime() + 180_000_000_000
        while (Kuager.liveHandles().observers > 0 && System.nanoTime() < deadline) {
            System.gc()
            Thread.sleep(20)
        }
        assertEquals(0, Kuager.liveHandles().observers)
    }

    @Test
    fun `work is done where the app says`() {
        val threads = Executors.newSingleThreadExecutor { Thread(it, "storage") }
        threads.asCoroutineDispatcher().use { dispatcher ->
            runBlocking {
                val phone = Phone(root)
                val seen = mutableSetOf<String>()
                val clock = Clock {
                    seen += Thread.currentThread().name
                    ClockSample(1_679_000_000_000, 5, ByteArray(16))
                }
                val observer = Observer.open(phone.store, phone.vault, clock, dispatcher = dispatcher)
                observer.newDraft(note("а"))
                observer.close()
                assertTrue(seen.single().startsWith("storage"), "$seen")
            }
        }
    }

    @Test
    fun `works under a test's own scheduler`() = runTest {
        val phone = Phone(root)
        val observer = phone.open()
        val draft = observer.newDraft(note("жазба"))
        assertEquals("жазба", observer.draft(draft).text)
        observer.close()
    }

    private companion object {
        const val ID = "00112233445566778899aabbccddeeff"
    }
}
