package org.kuager

import java.io.File
import java.util.concurrent.CancellationException
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith
import org.junit.jupiter.api.io.TempDir
import org.kuager.ffi.InternalException
import org.kuager.ffi.KuagerException as GeneratedException
import org.kuager.support.FailingVault
import org.kuager.support.NothingLeft
import org.kuager.support.Phone
import org.kuager.support.fails
import org.kuager.support.failure
import org.kuager.support.java
import org.kuager.support.note

/** Whatever goes wrong comes out as one type, with the class its code belongs to. */
@ExtendWith(NothingLeft::class)
class ErrorTest {
    @TempDir
    lateinit var root: File

    @Test
    fun `every code comes in its class`() {
        val codes = Kuager.errorCodes()
        assertTrue(codes.size > 50, "${codes.size}")
        assertEquals(codes.size, codes.map(ErrorCode::code).toSet().size)
        for ((code, kind, retryable, meaning) in codes) {
            val (generated, expected) =
                when (kind) {
                    ErrorKind.VAULT -> GeneratedException.Vault(code, meaning, retryable) to KuagerException.Vault::class
                    ErrorKind.STORAGE -> GeneratedException.Storage(code, meaning, retryable) to KuagerException.Storage::class
                    ErrorKind.NOT_NOW -> GeneratedException.NotNow(code, meaning, retryable) to KuagerException.NotNow::class
                    ErrorKind.INPUT -> GeneratedException.Input(code, meaning, retryable) to KuagerException.Input::class
                    ErrorKind.FORBIDDEN -> GeneratedException.Forbidden(code, meaning, retryable) to KuagerException.Forbidden::class
                    ErrorKind.INTERRUPTED -> GeneratedException.Interrupted(code, meaning, retryable) to KuagerException.Interrupted::class
                    ErrorKind.INTERNAL -> GeneratedException.Internal(code, meaning, retryable) to KuagerException.Internal::class
                }
            val typed = assertThrows(KuagerException::class.java) { translated { throw generated } }
            assertEquals(expected, typed::class)
            assertEquals(Triple(code, meaning, retryable), Triple(typed.code, typed.reason, typed.retryable))
            assertEquals("$meaning ($code)", typed.message)
            assertSame(generated, typed.cause)
        }
    }

    @Test
    fun `what this layer says itself agrees with the list`() {
        val codes = Kuager.errorCodes().associateBy(ErrorCode::code)
        val thrown = listOf(InternalException(""), RuntimeException(), UnsatisfiedLinkError("no"), IllegalStateException())
        for (said in thrown.map(::typed) + reentrant()) {
            val listed = codes.getValue(said.code)
            assertEquals(listed.retryable, said.retryable)
            assertEquals(listed.kind.name.replace("_", ""), said.javaClass.simpleName.uppercase())
        }
    }

    @Test
    fun `a library of another version is refused`() {
        assertEquals(Kuager.VERSION, Kuager.version())
        fails("library") { Kuager.requireVersion("0.0.9") }
    }

    @Test
    fun `cancellation stays cancellation`() {
        val cancelled = CancellationException("stop")
        assertSame(cancelled, assertThrows(CancellationException::class.java) { translated { throw cancelled } })
    }

    @Test
    fun `errors of the store come with their reasons`() {
        Phone(root).use { observer ->
            fails("no_pack") { observer.pack("kk") }
            fails("not_an_id") { observer.draft("draft") }
            fails("no_such_draft") { observer.draft("00".repeat(16)) }
            fails("no_such_record") { observer.record("00".repeat(32)) }
            fails("no_such_media") { observer.readMedia("00".repeat(32), 0, 1) }
            fails("invite_unreadable") { observer.acceptInvite("https://example.org/") }
            fails("file") { observer.importPack(File(root, "nothing")) }
            val draft = observer.newDraft(note("а"))
            fails("media_unreadable") { observer.attach(draft, File(root, "nothing")) }
            fails("not_invited") { observer.seal(draft) }
        }
        fails("invite_cut") { Kuager.readInvite("KUAGER:INVITE/A") }
        fails("not_an_id") { Kuager.checkStatement("letter", ByteArray(0), "", "") }
    }

    @Test
    fun `a folder that is a file is an error of the disk`() = runBlocking {
        val phone = Phone(root)
        phone.store.writeText("not a folder")
        val failure = failure { phone.open() }
        assertInstanceOf(KuagerException.Storage::class.java, failure)
        assertFalse(phone.store.isDirectory)
    }

    @Test
    fun `without the library, every call says so`() {
        val child = java("org.kuager.LibraryMissing", library = "/nonexistent").start()
        val said = child.inputStream.bufferedReader().readLines()
        assertEquals(0, child.waitFor())
        assertEquals(listOf("library false", "library false", "library false"), said)
    }
}

/** A process that cannot load the library: the virtual machine fails differently the second time. */
object LibraryMissing {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val calls = listOf<suspend () -> Any?>({ Kuager.start() }, { Kuager.version() }, { Observer.wipe(File("nothing"), noVault) })
        for (call in calls) {
            val failure = failure { call() }
            println("${failure.code} ${failure.retryable}")
        }
    }

    private val noVault = FailingVault { error("not reached") }
}
