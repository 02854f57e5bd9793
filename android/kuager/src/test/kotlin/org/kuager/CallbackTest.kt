package org.kuager

import java.io.File
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReference
import kotlin.math.abs
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith
import org.junit.jupiter.api.io.TempDir
import org.kuager.ffi.ClockReply
import org.kuager.ffi.Logged
import org.kuager.ffi.VaultReply
import org.kuager.support.FailingVault
import org.kuager.support.NothingLeft
import org.kuager.support.Phone
import org.kuager.support.note

/** Clocks, connectivity, log sinks and collectors may fail in any way, and may not call back in. */
@ExtendWith(NothingLeft::class)
class CallbackTest {
    @TempDir
    lateinit var root: File

    private val throwables: List<() -> Throwable> =
        listOf({ IllegalStateException("no") }, { NotImplementedError() }, { OutOfMemoryError("no") }, { StackOverflowError() })

    @Test
    fun `a clock is believed`() {
        val clock = Clock { ClockSample(wallMillis = 1_679_000_000_000, monotonicMillis = 5, bootId = ByteArray(16) { 7 }) }
        val changed = Phone(root).use(clock = clock) { it.draft(it.newDraft(note("а"))).changedMs }
        assertEquals(1_679_000_000_000, changed)
    }

    @Test
    fun `a clock that fails is replaced by the system's own`() {
        for (throwable in throwables) {
            val changed = Phone(root).use(clock = { throw throwable() }) { it.draft(it.newDraft(note("а"))).changedMs }
            assertTrue(abs(changed - System.currentTimeMillis()) < 60_000, "$changed")
        }
    }

    @Test
    fun `a reading that makes no sense cannot be made`() {
        assertThrows(IllegalArgumentException::class.java) { ClockSample(0, 0, ByteArray(15)) }
        assertThrows(IllegalArgumentException::class.java) { ClockSample(0, -1, ByteArray(16)) }
    }

    @Test
    fun `connectivity that fails stops nothing`() {
        for (throwable in throwables) {
            val asked = AtomicInteger()
            Phone(root).use(connectivity = { asked.incrementAndGet(); throw throwable() }) {
                it.networkChanged()
                it.newDraft(note("а"))
            }
            assertEquals(2, asked.get(), "asked at opening and when told of a change")
        }
    }

    @Test
    fun `a callback that calls back in is told so`() {
        val clockSaw = AtomicReference<String>()
        val networkSaw = AtomicReference<String>()
        val startSaw = AtomicReference<String>()
        val opened = AtomicReference<Observer>()
        fun codeOf(work: suspend (Observer) -> Unit): String? =
            opened.get()?.let { observer ->
                try {
                    runBlocking { work(observer) }
                    "succeeded"
                } catch (failure: KuagerException) {
                    failure.code
                }
            }
        val clock = Clock {
            clockSaw.set(codeOf { it.status() })
            startSaw.set(codeOf { Kuager.start() })
            ClockSample(1_679_000_000_000, 5, ByteArray(16))
        }
        val connectivity = Connectivity {
            networkSaw.set(codeOf { it.close() })
            NetworkState.UNMETERED
        }
        Phone(root).use(clock, connectivity) {
            opened.set(it)
            it.newDraft(note("а"))
            it.networkChanged()
            assertEquals("reentrant_call", clockSaw.get())
            assertEquals("reentrant_call", startSaw.get())
            assertEquals("reentrant_call", networkSaw.get())
            assertEquals(1, it.drafts().size, "and it goes on working")
        }
    }

    @Test
    fun `a log sink that fails gets the next line all the same`() {
        val lines = CopyOnWriteArrayList<LogLine>()
        val thrown = AtomicInteger()
        // What happened while nobody listened must not keep a later sink from hearing of the same.
        Phone(root).use(clock = { error("no") }) { it.newDraft(note("а")) }
        Kuager.start(LogLevel.WARN) { line ->
            lines += line
            throw throwables[thrown.getAndIncrement() % throwables.size]()
        }
        try {
            // Each opening warns of a clock that fails.
            repeat(6) { Phone(root).use(clock = { error("no") }) { it.newDraft(note("а")) } }
            val deadline = System.nanoTime() + 180_000_000_000
            while (lines.size < 6 && System.nanoTime() < deadline) Thread.sleep(10)
            assertTrue(lines.size >= 6, "${lines.size} lines")
            assertTrue(lines.all { it.level == LogLevel.WARN && it.target.startsWith("kuager") })
        } finally {
            Kuager.start()
        }
    }

    @Test
    fun `a collector that fails stops no other`() {
        Phone(root).use { observer ->
            val failed = AtomicReference<Throwable>()
            val scope = CoroutineScope(SupervisorJob() + Dispatchers.IO + CoroutineExceptionHandler { _, it -> failed.set(it) })
            scope.launch { observer.state.drafts.collect { throw NotImplementedError() } }.join()
            assertTrue(failed.get() is NotImplementedError)
            observer.newDraft(note("а"))
            assertEquals(1, withTimeout(180_000) { observer.state.drafts.first { it.isNotEmpty() } }.size)
            scope.cancel()
        }
    }

    @Test
    fun `nothing thrown leaves an adapter`() {
        val line = LogLine(LogLevel.WARN, "kuager", "а")
        for (throwable in throwables + { InterruptedException() }) {
            val vault = VaultAdapter(FailingVault { throw throwable() })
            assertInstanceOf(VaultReply.Failed::class.java, vault.seal(ByteArray(32)))
            assertInstanceOf(VaultReply.Failed::class.java, vault.unseal(ByteArray(60)))
            assertInstanceOf(VaultReply.Failed::class.java, vault.destroyKey())
            assertEquals(ClockReply.Unavailable, ClockAdapter { throw throwable() }.now())
            assertEquals(NetworkState.METERED, ConnectivityAdapter { throw throwable() }.current())
            assertEquals(Logged.TAKEN, LogAdapter { throw throwable() }.log(line))
            assertEquals(throwable() is InterruptedException, Thread.interrupted(), "an interruption is kept for its thread")
        }
    }
}
