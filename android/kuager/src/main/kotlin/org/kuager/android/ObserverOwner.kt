package org.kuager.android

import android.content.Context
import java.util.concurrent.atomic.AtomicReference
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.kuager.Observer

/**
 * Implemented by the app's `Application`, so that an activity and a background job share one observer. The core can open a folder twice
 * without harm; one owner means one prompt for the key, one listener, and one place that closes.
 */
public interface ObserverProvider {
    /** The one owner of the app's observer. */
    public val observers: ObserverOwner
}

/**
 * Opens an observer when it is first asked for, hands the same one to everybody, and is the only one to close it.
 *
 * It stays open for as long as the process lives: Android kills processes without a word, which the store is made for, and closing it
 * between two screens would only make the second one slow.
 *
 * @param open how to open it, for instance `KuagerAndroid.open(context, passcode = it)`, with the passcode that [get] was given. Called for
 *   one caller at a time, and again after it has failed: a vault that is locked now may be open later.
 */
public class ObserverOwner(private val open: suspend (passcode: String?) -> Observer) {
    private val mutex = Mutex()
    private val opened = AtomicReference<Observer?>(null)

    /** The observer, if it is open. */
    public val current: Observer? get() = opened.get()

    /**
     * The observer, opened if it is not yet.
     *
     * @param passcode what the person has entered; a background job has none, and delivers nothing while the store is locked.
     * @throws org.kuager.KuagerException as `Observer.open`; `vault_locked` and others that are retryable may pass.
     */
    public suspend fun get(passcode: String? = null): Observer = mutex.withLock { opened.get() ?: open(passcode).also(opened::set) }

    /** Closes the observer if it is open and locked with a passcode, so that [get] asks for it again. Without one, nothing happens. */
    public suspend fun lock(): Unit = mutex.withLock {
        val observer = opened.get() ?: return@withLock
        if (observer.hasPasscode()) {
            opened.set(null)
            observer.close()
        }
    }

    /** Closes the observer if it is open; [get] opens it again. */
    public suspend fun close(): Unit = mutex.withLock { opened.getAndSet(null)?.close() }

    /**
     * Destroys everything with [wipe], and lets go of the observer whatever comes of it. Nobody can open it meanwhile.
     *
     * @param wipe what to do with the observer, which is null when it is not open or could not be opened.
     */
    public suspend fun wipe(wipe: suspend (Observer?) -> Unit): Unit = mutex.withLock { wipe(opened.getAndSet(null)) }

    internal companion object {
        /** The owner of this app, if its `Application` is an [ObserverProvider]. */
        internal fun of(context: Context): ObserverOwner? = (context.applicationContext as? ObserverProvider)?.observers
    }
}
