package org.kuager.support

import java.io.File
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.kuager.Clock
import org.kuager.Connectivity
import org.kuager.KeyVault
import org.kuager.KuagerException
import org.kuager.NewDraft
import org.kuager.Observer

/** The folders of one test phone. */
class Phone(val root: File) {
    val store = File(root, "store")
    val keyFile = File(root, "vault/key")
    val vault = FileKeyVault(keyFile)

    suspend fun open(vault: KeyVault = this.vault, clock: Clock? = null, connectivity: Connectivity? = null): Observer =
        Observer.open(store, vault, clock, connectivity)

    /** Opens, works, and closes whatever comes of it. */
    fun <T> use(clock: Clock? = null, connectivity: Connectivity? = null, work: suspend (Observer) -> T): T = runBlocking {
        val observer = open(clock = clock, connectivity = connectivity)
        try {
            work(observer)
        } finally {
            observer.close()
        }
    }
}

fun note(text: String): NewDraft = NewDraft(text = text)

/** Runs what must fail, and gives how. */
fun failure(work: suspend () -> Unit): KuagerException = assertThrows(KuagerException::class.java) { runBlocking { work() } }

/** Runs what must fail with this code. */
fun fails(code: String, work: suspend () -> Unit) {
    val failure = failure(work)
    assertEquals(code, failure.code, failure.reason)
}
