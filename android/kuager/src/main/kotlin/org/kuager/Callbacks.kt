package org.kuager

import org.kuager.ffi.Changes
import org.kuager.ffi.ClockAnswer
import org.kuager.ffi.Heard
import org.kuager.ffi.Logged
import org.kuager.ffi.VaultAnswer

// Between the app's interfaces and the generated ones. In UniFFI 0.32 an `Error` thrown out of a callback can read as success, so nothing
// leaves these methods by throwing: whatever goes wrong becomes the safe answer of its kind.

/** Marks the threads that are in a callback: a coroutine started there works on another thread, which Rust cannot connect with it. */
internal object CallbackThread {
    private val inside = ThreadLocal.withInitial { false }

    /** Runs what an app wrote. What it throws becomes what [failed] makes of it. */
    inline fun <T> run(failed: (Throwable) -> T, work: () -> T): T {
        val outer = enter()
        return try {
            work()
        } catch (failure: Throwable) {
            if (failure is InterruptedException) Thread.currentThread().interrupt()
            failed(failure)
        } finally {
            leave(outer)
        }
    }

    /** @throws KuagerException when this thread is in a callback. */
    fun refuse() {
        if (inside.get()) throw reentrant()
    }

    private fun enter(): Boolean = inside.get().also { inside.set(true) }

    private fun leave(outer: Boolean) {
        if (outer) inside.set(true) else inside.remove()
    }
}

/** For developers; the kind of failure and never its message, which may hold anything. */
private fun describe(failure: Throwable): String = "the callback threw ${failure.javaClass.name}"

internal class VaultAdapter(private val vault: KeyVault) : org.kuager.ffi.KeyVault {
    override fun seal(secret: ByteArray): VaultAnswer =
        try {
            answer { vault.seal(secret) }
        } finally {
            secret.fill(0)
        }

    override fun unseal(sealed: ByteArray): VaultAnswer = answer { vault.unseal(sealed) }

    override fun destroyKey(): VaultAnswer =
        answer {
            vault.destroy()
            ByteArray(0)
        }

    private inline fun answer(work: () -> ByteArray): VaultAnswer =
        CallbackThread.run(::refusal) { VaultAnswer.Done(work()) }

    private fun refusal(failure: Throwable): VaultAnswer =
        when (failure) {
            is KeyVaultException.Locked -> VaultAnswer.Locked
            is KeyVaultException.Cancelled -> VaultAnswer.Cancelled
            is KeyVaultException.Lost -> VaultAnswer.Lost
            is KeyVaultException.Failed -> VaultAnswer.Failed(failure.reason)
            else -> VaultAnswer.Failed(describe(failure))
        }
}

internal class ClockAdapter(private val clock: Clock) : org.kuager.ffi.Clock {
    override fun now(): ClockAnswer =
        CallbackThread.run({ ClockAnswer.Unavailable }) {
            val reading = clock.now()
            ClockAnswer.Now(reading.wallMillis, reading.monotonicMillis, reading.bootId)
        }
}

internal class ConnectivityAdapter(private val connectivity: Connectivity) : org.kuager.ffi.Connectivity {
    override fun current(): NetworkState = CallbackThread.run({ NetworkState.METERED }) { connectivity.current() }
}

internal class LogAdapter(private val sink: LogSink) : org.kuager.ffi.LogSink {
    override fun log(line: LogLine): Logged =
        CallbackThread.run({ Logged.TAKEN }) {
            sink.log(line)
            Logged.TAKEN
        }
}

/** Holds the signals and not the observer: the observer holds this. */
internal class ListenerAdapter(private val signals: Signals) : org.kuager.ffi.ChangeListener {
    override fun changed(changes: Changes): Heard =
        CallbackThread.run({ Heard.GO_ON }) {
            signals.raise(changes)
            Heard.GO_ON
        }
}
