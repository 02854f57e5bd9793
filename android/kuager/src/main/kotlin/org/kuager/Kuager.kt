package org.kuager

import org.kuager.ffi.StartOptions
import org.kuager.ffi.start as startLibrary
import org.kuager.ffi.version as libraryVersion

/** The library as a whole. */
public object Kuager {
    /** The version of these sources; the native library must have the same. */
    public const val VERSION: String = "0.1.0"

    private val lock = Any()
    private var started = false

    /**
     * Loads the native library and says where log lines go. Call it once, when the process starts; [Observer.open] does it without a log
     * when nobody has. Called again, it changes level and sink. Loading takes some tenths of a second: keep it off the main thread.
     *
     * @param level Lines that matter less are not made at all.
     * @param sink Takes the lines. Without one, nothing is logged.
     * @throws KuagerException.Internal with `library` when the native library is missing or of another version, `runtime` when the system
     *   gives no threads.
     */
    public fun start(level: LogLevel = LogLevel.WARN, sink: LogSink? = null) {
        CallbackThread.refuse()
        synchronized(lock) { prepare(level, sink) }
    }

    /**
     * The version of the native library.
     *
     * @throws KuagerException.Internal with `library`.
     */
    public fun version(): String = translated { libraryVersion() }

    /**
     * Every code a [KuagerException] can have, for apps that check that they have a text for each.
     *
     * @throws KuagerException.Internal with `library`.
     */
    public fun errorCodes(): List<ErrorCode> = translated { org.kuager.ffi.errorCodes() }

    /**
     * Every code a signed refusal of the coordinator can have, of a record, a file or an enrolment, for apps that check that they have a
     * text for each.
     *
     * @throws KuagerException.Internal with `library`.
     */
    public fun refusalCodes(): List<String> = translated { org.kuager.ffi.refusalCodes() }

    /**
     * Objects that are alive on the Rust side; all zero once everything was closed, but for the log sink.
     *
     * @throws KuagerException.Internal with `library`.
     */
    public fun liveHandles(): LiveHandles = translated { org.kuager.ffi.liveHandles() }

    /**
     * Reads an invite without following it.
     *
     * @throws KuagerException.Input with `invite_unreadable`, `invite_cut` or `invite_altered`.
     */
    public fun readInvite(url: String): InviteInfo = translated { org.kuager.ffi.readInvite(url) }

    /**
     * The stable name of what is wrong with a text offered as an invite; null when it is one.
     *
     * @throws KuagerException.Internal with `library`.
     */
    public fun inviteFault(url: String): String? = translated { org.kuager.ffi.inviteFault(url) }

    /**
     * Checks that [bytes] are a statement of this [purpose] (`record`, `receipt`, …, the names of `docs/wire-format.md`), of this
     * [deployment], signed by this [publicKey], both in hexadecimal. A genesis statement names its own keys: those two are not looked at.
     *
     * @throws KuagerException.Input with `not_an_id` for a purpose, deployment or key that is none; what is wrong with the bytes is in the
     *   answer.
     */
    public fun checkStatement(purpose: String, bytes: ByteArray, deployment: String, publicKey: String): StatementCheck =
        translated { org.kuager.ffi.checkStatement(purpose, bytes, deployment, publicKey) }

    /** Starts without a log unless the app has started already. */
    internal fun ensureStarted() {
        synchronized(lock) {
            if (!started) prepare(LogLevel.WARN, null)
        }
    }

    private fun prepare(level: LogLevel, sink: LogSink?) {
        translated {
            requireVersion(libraryVersion())
            startLibrary(StartOptions(level), sink?.let(::LogAdapter))
        }
        started = true
    }

    /** Checksums cover how calls cross, and this covers what they mean. */
    internal fun requireVersion(found: String) {
        if (found != VERSION) {
            throw KuagerException.Internal(LIBRARY, "the native library is $found and these sources are $VERSION", false, null)
        }
    }
}
