package org.kuager

import java.io.File
import kotlin.time.Duration
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import org.kuager.ffi.ObserverConfig
import org.kuager.ffi.ObserverHandle
import org.kuager.ffi.TaskHandle
import org.kuager.ffi.passcodeState as stateOfPasscode
import org.kuager.ffi.wipeDir

/**
 * One observer's device: the encrypted store, the chain of sealed records, and the outbox.
 *
 * Make one per folder with [open], share it, and let one owner [close] it. Every call may come from any thread: it works on the dispatcher
 * given to [open] and throws a [KuagerException]. Cancelling a coroutine does not undo a call that has begun; it stops [sync] and [run] at
 * their next step, and what those had stored stays.
 *
 * The calls about drafts, files, the election day, stations and sending are extensions in this package. [state] has the same as flows.
 */
public class Observer private constructor(
    private val handle: ObserverHandle,
    private val signals: Signals,
    private val dir: File,
    private val vault: KeyVault,
    internal val dispatcher: CoroutineDispatcher,
) {
    /** How things stand, as flows that follow the store. */
    public val state: ObserverState = ObserverState(this, signals)

    /**
     * How things stand, in one look.
     *
     * @throws KuagerException of the store.
     */
    public suspend fun status(): ObserverStatus = call { it.status() }

    /**
     * Accepts an invite, the text of a QR code or link. Needs no network; from here on records can be sealed.
     *
     * @return The deployment's id.
     * @throws KuagerException with `invite_unreadable`, `other_deployment`, `invite_forged`, `server_address`, and those of the vault and
     *   the store.
     */
    public suspend fun acceptInvite(url: String): String = call { it.acceptInvite(url) }

    /**
     * Says whom an invite would make this device follow, and changes nothing.
     *
     * @throws KuagerException as [acceptInvite], without the vault.
     */
    public suspend fun previewInvite(url: String): InvitePreview = call { it.previewInvite(url) }

    /**
     * Takes back an invite whose deployment was never reached. What was sealed stays.
     *
     * @throws KuagerException with `not_invited`, `joined_already`, and those of the vault and the store.
     */
    public suspend fun forgetInvite(): Unit = call { it.forgetInvite() }

    /**
     * Whether this store is locked with a passcode.
     *
     * @throws KuagerException with `store_closed`.
     */
    public suspend fun hasPasscode(): Boolean = call { it.hasPasscode() }

    /**
     * Locks this store with a passcode, or with another one, and with a [duress] passcode that destroys everything when it is entered. What
     * was set before, both of it, no longer counts. Nothing is delivered any more unless the observer is open. Takes up to some seconds on a
     * small phone.
     *
     * @param current Needed where there is one already.
     * @throws KuagerException with `passcode_unfit`; about [current] `passcode_needed`, `passcode_wrong` and `passcode_wait`; `store_closed`
     *   when [current] was the duress passcode; those of the vault.
     */
    public suspend fun setPasscode(passcode: String, current: String? = null, duress: String? = null): Unit =
        call { it.setPasscode(current, passcode, duress) }

    /**
     * Removes the passcode, and the duress passcode with it; the vault alone guards the store again.
     *
     * @throws KuagerException as [setPasscode].
     */
    public suspend fun removePasscode(current: String): Unit = call { it.removePasscode(current) }

    /**
     * What a platform key has to be made with so that it speaks for this device and its invite, 32 bytes.
     *
     * @throws KuagerException with `not_invited`.
     */
    public suspend fun attestationChallenge(): ByteArray = call { it.attestationChallenge() }

    /**
     * Takes what the platform said about this phone, to be sent when it is enrolled. Evidence only: nothing depends on it.
     *
     * @return Whether it will be sent: not by a device that is enrolled already.
     * @throws KuagerException with `not_invited`, `statement_not_valid`.
     */
    public suspend fun attest(format: AttestationFormat, parts: List<ByteArray>): Boolean = call { it.attest(format, parts) }

    /**
     * Takes a pack from a file, so that work can begin before the coordinator was ever reached.
     *
     * @return The name of the pack that is current then: of another one when a newer one is here, or when its stations are still to come.
     * @throws KuagerException with `pack_not_acceptable`, `not_invited`, `file`, and those of the store.
     */
    public suspend fun importPack(file: File): String = call { it.importPack(file.path) }

    /**
     * The current pack, in a language of it.
     *
     * @throws KuagerException with `no_pack`, and those of the store.
     */
    public suspend fun pack(language: String): PackInfo = call { it.pack(language) }

    /**
     * Checks every signature and every link of this device's chain.
     *
     * @return What was found; faults of the chain are in there.
     * @throws KuagerException with `not_invited`, and those of the store.
     */
    public suspend fun verify(): ChainReport = call { it.verify() }

    /**
     * Delivers what is waiting, and ends as soon as nothing is left or [limit] has passed. Cancelling the coroutine stops it at once.
     *
     * @return What it did and what is left; failures of the network are in there.
     * @throws KuagerException with `store_paused` or `store_closed` when that happens meanwhile, and those of the store.
     */
    public suspend fun sync(limit: Duration): SyncSummary = task { it.startSync(limit.inWholeMilliseconds) }

    /**
     * Delivers until the coroutine is cancelled: for while the app is in front. Sends what is sealed as it is sealed and waits out
     * failures of the network.
     *
     * @throws KuagerException with `store_paused` or `store_closed` when that happens meanwhile, and those of the store.
     */
    public suspend fun run(): Nothing {
        task { it.startRun() }
        throw panicked("a run without a limit has ended", null)
    }

    /**
     * Stops what is being sent and closes every connection to the store. Calls fail with `store_paused` until [resume], and the flows of
     * [state] wait. Safe to call twice.
     *
     * @throws KuagerException with `store_closed`.
     */
    public suspend fun pause(): Unit = call { it.pause() }

    /**
     * Goes on after [pause]. Safe to call twice.
     *
     * @throws KuagerException with `store_closed`.
     */
    public suspend fun resume(): Unit = call { it.resume() }

    /**
     * Closes everything and lets go of every callback, also when the coroutine is cancelled. Afterwards every call fails with
     * `store_closed`, and the flows of [state] end. Safe to call twice.
     *
     * @throws KuagerException with `reentrant_call` from a callback.
     */
    public suspend fun close() {
        CallbackThread.refuse()
        withContext(NonCancellable + dispatcher) { ending { handle.shutdown() } }
    }

    /**
     * Destroys everything, the vault's key first, and closes the observer whatever comes of it. There is no way back: ask twice. Works
     * while paused and after [close], and goes on when the coroutine is cancelled: whoever needs this has no time.
     *
     * @throws KuagerException of the vault, and with `file`: the first step that failed. Call it again.
     */
    public suspend fun wipe() {
        CallbackThread.refuse()
        withContext(NonCancellable + dispatcher) {
            // What is not open any more is wiped by its folder.
            if (!ending { handle.wipe() }) translated { wipeDir(dir.path, VaultAdapter(vault)) }
        }
    }

    /** What every call goes through. */
    internal suspend fun <T> call(work: (ObserverHandle) -> T): T = onDispatcher { translated { work(it) } }

    /** For work that also runs code of the app, whose exceptions are its own. */
    internal suspend fun <T> onDispatcher(work: (ObserverHandle) -> T): T {
        // Before the thread changes: Rust can only see who calls it, not who waits for that.
        CallbackThread.refuse()
        return withContext(dispatcher) { work(handle) }
    }

    /** Starts long work and waits for its end. However this ends, the work has ended too. */
    private suspend fun task(start: (ObserverHandle) -> TaskHandle): SyncSummary {
        CallbackThread.refuse()
        var started: TaskHandle? = null
        try {
            // Waited for on the dispatcher as well: Rust says the end from a thread of its own, which nobody else may keep busy.
            return withContext(dispatcher) {
                translated {
                    val task = start(handle)
                    started = task
                    task.finished()
                }
            }
        } finally {
            started?.use { translated { it.cancel() } }
        }
    }

    /** Does the last call and lets go. Says whether it could be done: not when the observer is gone already. */
    private fun ending(last: () -> Unit): Boolean =
        try {
            translated(last)
            true
        } catch (failure: KuagerException.NotNow) {
            if (failure.code == "store_closed") false else throw failure
        } finally {
            handle.close()
            signals.raiseAll()
        }

    public companion object {
        /**
         * Opens an observer's folder, making it when it is new. Needs no network.
         *
         * @param dir Private to the app and left out of backups.
         * @param vault Seals the secrets of the store.
         * @param clock The platform's clocks; without it, the system's own serve.
         * @param connectivity What kind of network there is; without it, bytes are taken to be free until [setNetwork] says otherwise.
         * @param timeouts How patient the network code is.
         * @param dispatcher Where calls work; it must allow blocking.
         * @param passcode Where [passcodeState] says that it is needed. The duress passcode destroys everything and opens an app that was
         *   never used.
         * @throws KuagerException with `passcode_needed`, `passcode_wrong`, `passcode_wait`, `vault_locked` (try again after unlocking),
         *   `vault_lost` and `identity_missing` (this store belongs to another device), `store_unavailable` (try again later) and others
         *   of the store, `library`.
         */
        public suspend fun open(
            dir: File,
            vault: KeyVault,
            clock: Clock? = null,
            connectivity: Connectivity? = null,
            timeouts: Timeouts = Timeouts(),
            dispatcher: CoroutineDispatcher = Dispatchers.IO,
            passcode: String? = null,
        ): Observer {
            CallbackThread.refuse()
            var opened: Observer? = null
            try {
                return withContext(dispatcher) {
                    Kuager.ensureStarted()
                    val signals = Signals()
                    val handle = translated {
                        ObserverHandle.open(
                            timeouts.config(dir),
                            VaultAdapter(vault),
                            clock?.let(::ClockAdapter),
                            connectivity?.let(::ConnectivityAdapter),
                            ListenerAdapter(signals),
                            passcode,
                        )
                    }
                    Observer(handle, signals, dir, vault, dispatcher).also { opened = it }
                }
            } catch (failure: Throwable) {
                // Cancelled between opening and handing over: nobody else can close it.
                opened?.close()
                throw failure
            }
        }

        /**
         * Whether a folder asks for a passcode, and how long the next attempt has to wait. Give the clock that it is opened with.
         *
         * @throws KuagerException with `identity_damaged`, `file`, `library`.
         */
        public suspend fun passcodeState(
            dir: File,
            clock: Clock? = null,
            dispatcher: CoroutineDispatcher = Dispatchers.IO,
        ): PasscodeState {
            CallbackThread.refuse()
            return withContext(dispatcher) {
                Kuager.ensureStarted()
                translated { stateOfPasscode(dir.path, clock?.let(::ClockAdapter)) }
            }
        }

        /**
         * Destroys a folder that is not open, or cannot be opened: first the vault's key, which makes everything unreadable, then the
         * files.
         *
         * @throws KuagerException of the vault, and with `file`: the first step that failed. Call it again.
         */
        public suspend fun wipe(dir: File, vault: KeyVault, dispatcher: CoroutineDispatcher = Dispatchers.IO) {
            CallbackThread.refuse()
            withContext(NonCancellable + dispatcher) {
                Kuager.ensureStarted()
                translated { wipeDir(dir.path, VaultAdapter(vault)) }
            }
        }
    }
}

/**
 * How patient the network code is; null for the core's own choice.
 *
 * @property connect Longest wait for a connection to one address.
 * @property idle Longest silence during a call.
 * @property call Longest duration of one call.
 */
public data class Timeouts(val connect: Duration? = null, val idle: Duration? = null, val call: Duration? = null) {
    internal fun config(dir: File): ObserverConfig =
        ObserverConfig(dir.path, connect?.inWholeMilliseconds, idle?.inWholeMilliseconds, call?.inWholeMilliseconds)
}
