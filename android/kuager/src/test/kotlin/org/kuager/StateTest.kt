package org.kuager

import java.io.File
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith
import org.junit.jupiter.api.io.TempDir
import org.kuager.ffi.Changes
import org.kuager.support.NothingLeft
import org.kuager.support.Phone
import org.kuager.support.note

/** Flows follow the store, whoever looks and however late. */
@ExtendWith(NothingLeft::class)
class StateTest {
    @TempDir
    lateinit var root: File

    @Test
    fun `a flow begins with what is stored and follows it`() {
        Phone(root).use { observer ->
            observer.newDraft(note("бірінші"))
            coroutineScope {
                val sizes = mutableListOf<Int>()
                val seen = async(start = CoroutineStart.UNDISPATCHED) {
                    withTimeout(180_000) { observer.state.drafts.map { it.size }.onEach { sizes += it }.first { it == 2 } }
                }
                while (sizes.isEmpty()) delay(1)
                observer.newDraft(note("екінші"))
                seen.await()
                assertEquals(listOf(1, 2), sizes)
            }
        }
    }

    @Test
    fun `a slow collector skips to the newest and misses nothing that lasts`() {
        Phone(root).use { observer ->
            coroutineScope {
                val sizes = mutableListOf<Int>()
                val seen = async(start = CoroutineStart.UNDISPATCHED) {
                    withTimeout(180_000) {
                        observer.state.drafts.map { it.size }.first {
                            sizes += it
                            delay(50)
                            it == 100
                        }
                    }
                }
                repeat(100) { observer.newDraft(note("$it")) }
                seen.await()
                assertTrue(sizes.size < 100, "$sizes")
                assertEquals(sizes.sorted(), sizes)
            }
        }
    }

    @Test
    fun `a collector that resumes on the thread of the change may call back in`() {
        Phone(root).use { observer ->
            coroutineScope {
                val seen = async(Dispatchers.Unconfined) {
                    withTimeout(180_000) { observer.state.drafts.map { observer.drafts().size }.first { it == 1 } }
                }
                observer.newDraft(note("а"))
                assertEquals(1, seen.await())
            }
        }
    }

    @Test
    fun `what changes nothing is not said twice`() {
        Phone(root).use { observer ->
            coroutineScope {
                val statuses = mutableListOf<ObserverStatus>()
                val collecting = launch { observer.state.status.collect { statuses += it } }
                while (statuses.isEmpty()) delay(1)
                // Says that everything may have changed, and nothing has.
                observer.resume()
                delay(300.milliseconds)
                assertEquals(1, statuses.size)
                collecting.cancel()
            }
        }
    }

    @Test
    fun `a form's flow ends with its draft, and there is no pack yet`() {
        Phone(root).use { observer ->
            val draft = observer.newDraft(note("а"))
            coroutineScope {
                val states = async { withTimeout(180_000) { observer.state.form(draft).toList() } }
                delay(100.milliseconds)
                observer.discardDraft(draft)
                assertEquals(listOf<FormState?>(null), states.await())
            }
            assertNull(observer.state.pack("kk").first())
            assertNull(withTimeoutOrNull(200) { observer.state.regions("kk").first() }, "it waits for a pack")
            assertEquals(0, observer.state.tally("71-99").first().total)
            assertEquals(NotInvitedObstacle, observer.state.outlook.first().obstacle)
        }
    }

    @Test
    fun `progress is kept by file until it is through`() {
        val signals = Signals()
        fun report(vararg progress: UploadProgress) {
            val nothing = Changes(false, false, false, false, false, false, false, progress.toList())
            ListenerAdapter(signals).changed(nothing)
        }
        report(UploadProgress("a", 10, 100), UploadProgress("b", 5, 50))
        report(UploadProgress("a", 60, 100))
        assertEquals(mapOf("a" to 60L, "b" to 5L), signals.progress.value.mapValues { it.value.sent })
        report(UploadProgress("a", 100, 100))
        assertEquals(setOf("b"), signals.progress.value.keys)
        assertEquals(0, signals.drafts.value, "progress alone makes nobody read the store")
    }
}
