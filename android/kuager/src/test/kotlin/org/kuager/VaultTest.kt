package org.kuager

import java.io.File
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.extension.ExtendWith
import org.junit.jupiter.api.io.TempDir
import org.kuager.support.FailingVault
import org.kuager.support.NothingLeft
import org.kuager.support.Phone
import org.kuager.support.fails
import org.kuager.support.failure
import org.kuager.support.note

/** A vault may fail in any way; then nothing is opened, and it is said why. */
@ExtendWith(NothingLeft::class)
class VaultTest {
    @TempDir
    lateinit var root: File

    private fun runAway(depth: Int): Int = 1 + runAway(depth + 1)

    private val ways: Map<String, Pair<String, () -> Nothing>> =
        mapOf(
            "locked" to ("vault_locked" to { throw VaultException.Locked() }),
            "cancelled" to ("vault_cancelled" to { throw VaultException.Cancelled() }),
            "lost" to ("vault_lost" to { throw VaultException.Lost() }),
            "failed" to ("vault_failed" to { throw VaultException.Failed("not today") }),
            "an exception" to ("vault_failed" to { throw IllegalStateException("no") }),
            "a checked exception" to ("vault_failed" to { throw java.io.IOException("no") }),
            "an interruption" to ("vault_failed" to { throw InterruptedException("no") }),
            "what is not implemented" to ("vault_failed" to { throw NotImplementedError() }),
            "an assertion" to ("vault_failed" to { throw AssertionError("no") }),
            "no memory" to ("vault_failed" to { throw OutOfMemoryError("no") }),
            "an endless recursion" to ("vault_failed" to { error("not reached: ${runAway(0)}") }),
            "a missing class" to ("vault_failed" to { throw NoClassDefFoundError("no") }),
        )

    @TestFactory
    fun `opens nothing when it fails`(): List<DynamicTest> =
        ways.map { (name, way) ->
            val (code, fail) = way
            dynamicTest(name) {
                val phone = Phone(File(root, name))
                val vault = FailingVault(fail)
                val new = failure { phone.open(vault) }
                assertInstanceOf(KuagerException.Vault::class.java, new)
                assertEquals(code, new.code, "a new store")
                assertFalse(File(phone.store, "kuager.db").exists(), "a store without a key")

                val draft = phone.use { it.newDraft(note("жазба")) }
                val kept = failure { phone.open(vault) }
                assertEquals(code, kept.code, "a store that is there")
                assertEquals("жазба", phone.use { it.draft(draft).text }, "it opens once the vault does its work")

                fails(code) { Observer.wipe(phone.store, vault) }
                // An interruption is handed on to whoever waits for this thread.
                Thread.interrupted()
            }
        }

    @Test
    fun `a reason for developers comes through`() {
        val failure = failure { Phone(root).open(FailingVault { throw VaultException.Failed("StrongBox is busy") }) }
        assertTrue("StrongBox is busy" in failure.reason, failure.reason)
        assertFalse(failure.retryable)
        assertTrue(failure { Phone(root).open(FailingVault { throw VaultException.Locked() }) }.retryable)
    }

    @Test
    fun `what an exception says stays out of the error`() {
        val failure = failure { Phone(root).open(FailingVault { error("the secret is hunter2") }) }
        assertFalse("hunter2" in failure.toString(), failure.toString())
    }

    @Test
    fun `a vault that seals nothing is refused`() {
        for (sealed in listOf<(ByteArray) -> ByteArray>({ it.copyOf() }, { ByteArray(0) }, { ByteArray(4) + it })) {
            val vault =
                object : KeyVault {
                    override fun seal(secret: ByteArray): ByteArray = sealed(secret)

                    override fun unseal(sealed: ByteArray): ByteArray = sealed

                    override fun destroy() = Unit
                }
            fails("vault_failed") { Phone(root).open(vault) }
        }
    }

    @Test
    fun `the secret is zeroed after sealing`() {
        val phone = Phone(root)
        val seen = mutableListOf<ByteArray>()
        val vault =
            object : KeyVault by phone.vault {
                override fun seal(secret: ByteArray): ByteArray {
                    seen += secret
                    return phone.vault.seal(secret)
                }
            }
        runBlocking { phone.open(vault).close() }
        assertTrue(seen.isNotEmpty())
        seen.forEach { assertArrayEquals(ByteArray(it.size), it) }
    }
}
