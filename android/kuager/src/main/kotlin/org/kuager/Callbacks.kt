package org.kuager

import org.kuager.ffi.Changes
import org.kuager.ffi.ClockReply
import org.kuager.ffi.Heard
import org.kuager.ffi.Logged
import org.kuager.ffi.VaultReply

// Between the app's interfaces and the generated ones. In UniFFI 0.32 an `Error` thrown out of a callback can read as success, so nothing
// leaves these methods by throwing: whatever goes wrong becomes the safe reply of its kind.

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
    override fun seal(secret: ByteArray): VaultReply =
        try {
            reply { vault.seal(secret) }
        } finally {
            secret.fill(0)
        }

    override fun unseal(sealed: ByteArray): VaultReply = reply { vault.unseal(sealed) }

    override fun destroyKey(): VaultReply =
        reply {
            vault.destroy()
            ByteArray(0)
        }

    private inline fun reply(work: () -> ByteArray): VaultReply =
        CallbackThread.run(::refusal) { VaultReply.Done(work()) }

    private fun refusal(failure: Throwable): VaultReply =
        when (failure) {
            is VaultException.Locked -> VaultReply.Locked
            is VaultException.Cancelled -> VaultReply.Cancelled
            is VaultException.Lost -> VaultReply.Lost
            is VaultException.Failed -> VaultReply.Failed(failure.reason)
            else -> VaultReply.Failed(describe(failure))
        }
}

internal class ClockAdapter(private val clock: Clock) : org.kuager.ffi.Clock {
    override fun now(): ClockReply =
        CallbackThread.run({ ClockReply.Unavailable }) {
            val sample = clock.now()
            ClockReply.Now(sample.wallMillis, sample.monotonicMillis, sample.bootId)
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
