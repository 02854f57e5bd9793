package org.kuager

import java.io.File
import java.io.OutputStream
import java.security.MessageDigest
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.measureTime
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.extension.ExtendWith
import org.junit.jupiter.api.io.TempDir
import org.kuager.support.NothingLeft
import org.kuager.support.Phone
import org.kuager.support.TestHost
import org.kuager.support.note

/** Sending to a real coordinator, and stopping it in every way there is. */
@ExtendWith(NothingLeft::class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SyncTest {
    private lateinit var host: TestHost

    @BeforeAll
    fun start() {
        host = TestHost()
    }

    @AfterAll
    fun stop() = host.close()

    @BeforeEach
    fun silence() = host.network("silent")

    /** With one sealed note to send, through a network on which nothing comes back. */
    private fun waiting(root: File, connectivity: Connectivity? = null, work: suspend (Observer) -> Unit) {
        Phone(root).use(connectivity = connectivity) { observer ->
            observer.acceptInvite(host.invite())
            observer.seal(observer.newDraft(note("жазба")))
            work(observer)
        }
    }

    private suspend fun untilNoTask() = withTimeout(180_000) { while (Kuager.liveHandles().tasks > 0) delay(5.milliseconds) }

    @Test
    fun `cancelling the coroutine stops a sync at once, in Rust too`(@TempDir root: File) = waiting(root) { observer ->
        coroutineScope {
            val sync = launch { observer.sync(10.minutes) }
            delay(300.milliseconds)
            assertEquals(1, Kuager.liveHandles().tasks)
            val took = measureTime {
                sync.cancelAndJoin()
                untilNoTask()
            }
            assertTrue(took < 5.minutes, "$took")
        }
        assertEquals(1, observer.status().waiting, "what was sealed is still there")
    }

    @Test
    fun `a timeout around a sync stops it as well`(@TempDir root: File) = waiting(root) { observer ->
        assertEquals(null, withTimeoutOrNull(300.milliseconds) { observer.sync(10.minutes) })
        untilNoTask()
    }

    @Test
    fun `a limit ends a sync by itself, with what is left`(@TempDir root: File) = waiting(root) { observer ->
        val summary = observer.sync(300.milliseconds)
        assertEquals(false to 1L, summary.completed to summary.left)
    }

    @Test
    fun `cancelling ends a continuous run`(@TempDir root: File) = waiting(root) { observer ->
        coroutineScope {
            val run = launch { observer.run() }
            delay(300.milliseconds)
            assertTrue(run.isActive)
            run.cancelAndJoin()
        }
        untilNoTask()
    }

    @Test
    fun `a pause in the middle ends a sync by its name, and work goes on after it`(@TempDir root: File) = waiting(root) { observer ->
        supervisorScope {
            val sync = async { observer.sync(10.minutes) }
            delay(300.milliseconds)
            observer.pause()
            val failure = assertThrows<KuagerException> { runBlocking { sync.await() } }
            assertInstanceOf(KuagerException.NotNow::class.java, failure)
            assertEquals("store_paused", failure.code)
            observer.resume()
        }
        assertEquals(1, observer.status().waiting)
        host.network("fine")
        observer.networkChanged()
        assertTrue(observer.sync(Duration.INFINITE).completed)
        assertEquals(RecordAccepted, observer.recent(1).single().state)
    }

    @Test
    fun `the end of a sync is not told on a thread of the library`(@TempDir root: File) = waiting(root) { observer ->
        withContext(Dispatchers.Unconfined) {
            observer.sync(200.milliseconds)
            val thread = Thread.currentThread().name
            assertTrue(thread.startsWith("DefaultDispatcher"), thread)
        }
    }

    @Test
    fun `closing in the middle ends a sync by its name`(@TempDir root: File) = runBlocking {
        val observer = Phone(root).open()
        observer.acceptInvite(host.invite())
        observer.seal(observer.newDraft(note("жазба")))
        supervisorScope {
            val syncs = List(3) { async(Dispatchers.Default) { observer.sync(10.minutes) } }
            delay(300.milliseconds)
            observer.close()
            for (sync in syncs) assertEquals("store_closed", assertThrows<KuagerException> { runBlocking { sync.await() } }.code)
        }
        untilNoTask()
    }

    @Test
    fun `cancelling a hundred syncs from everywhere leaves nothing`(@TempDir root: File) = waiting(root) { observer ->
        coroutineScope {
            List(100) { number ->
                launch(Dispatchers.Default) {
                    val sync = launch { observer.sync(10.minutes) }
                    delay((number % 10).milliseconds)
                    sync.cancelAndJoin()
                }
            }
        }
        untilNoTask()
        assertEquals(1, observer.status().waiting)
    }

    @Test
    fun `cancellation reaches the caller as cancellation`(@TempDir root: File) = waiting(root) { observer ->
        coroutineScope {
            var seen: Throwable? = null
            val sync = launch {
                try {
                    observer.sync(10.minutes)
                } catch (failure: Throwable) {
                    seen = failure
                    throw failure
                }
            }
            delay(100.milliseconds)
            sync.cancelAndJoin()
            assertInstanceOf(CancellationException::class.java, seen)
        }
    }

    @Test
    fun `a run sends what is sealed meanwhile, and the flows say so`(@TempDir root: File) = waiting(root) { observer ->
        host.network("fine")
        coroutineScope {
            val run = launch { observer.run() }
            observer.seal(observer.newDraft(note("екінші")))
            val records = withTimeout(180_000) {
                observer.state.records.first { all -> all.size == 2 && all.all { it.state == RecordAccepted } }
            }
            val outlook = withTimeout(180_000) { observer.state.outlook.first { it.completed } }
            assertEquals(0, outlook.left)
            assertEquals(2, withTimeout(180_000) { observer.state.status.first { it.delivered == 2L } }.delivered)
            assertTrue(observer.record(records.first().hash).receipt != null)
            run.cancelAndJoin()
        }
    }

    @Test
    fun `files are kept bit for bit, and wait where bytes cost money or nobody knows`(@TempDir root: File) =
        waiting(root, connectivity = { throw NotImplementedError() }) { observer ->
            val draft = observer.newDraft(note("бет"))
            val token = observer.beginCapture()
            val page = observer.attach(draft, host.photo, CapturedOrigin(token))
            assertEquals(MediaSource.CAPTURED, page.source)
            val digest = observer.decodeMedia(page.hash) { input ->
                MessageDigest.getInstance("SHA-256").apply { input.copyTo(DigestSink(this)) }.digest()
            }
            assertEquals(page.hash, digest.joinToString("") { "%02x".format(it) })
            assertEquals(page.size, host.photo.length())
            observer.seal(draft)

            host.network("fine")
            observer.networkChanged()
            val summary = observer.sync(1.minutes)
            assertEquals(0L to HeldObstacle(HeldReason.METERED), summary.left to summary.obstacle)
            val states = observer.media().associate { (it.previewOf == null) to it.state }
            assertEquals(mapOf(true to MediaWaiting, false to MediaStored), states, "the preview goes, the original waits")

            assertTrue(observer.sendMediaNow(page.hash))
            assertTrue(observer.sync(1.minutes).completed)
            assertTrue(observer.mediaReceipt(page.hash) != null)
        }

    private class DigestSink(private val digest: MessageDigest) : OutputStream() {
        override fun write(byte: Int) = digest.update(byte.toByte())

        override fun write(bytes: ByteArray, start: Int, length: Int) = digest.update(bytes, start, length)
    }
}
