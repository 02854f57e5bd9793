package org.kuager.android

import android.content.Context
import android.util.Log
import java.io.File
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.kuager.Kuager
import org.kuager.LogLevel
import org.kuager.LogLine
import org.kuager.LogSink
import org.kuager.Observer
import org.kuager.PasscodeState

/** Opens and wipes an observer with everything that Android brings. */
public object KuagerAndroid {
    /**
     * Prepares the library and sends its log to Logcat, from [level] upwards. Call it once, in `Application.onCreate`. Lines hold nothing
     * personal, but anybody with the phone and a cable can read them: keep to [LogLevel.WARN] in a released app.
     *
     * @throws org.kuager.KuagerException with the code `runtime` when the system gives no threads.
     */
    public fun start(level: LogLevel = LogLevel.WARN) {
        Kuager.start(level, LogcatSink)
    }

    /** The folder of an observer: private to the app, and left out of cloud backup and device transfer by the system itself. */
    public fun dir(context: Context, name: String = "observer"): File = File(context.noBackupFilesDir, "kuager/$name")

    /**
     * Opens the observer of [dir], making it when it is new, with the Keystore, the phone's clocks and its network.
     *
     * @param passcode Where there is one, see [passcodeState].
     * @throws org.kuager.KuagerException as `Observer.open`; `vault_locked` before the first unlock after a restart.
     */
    public suspend fun open(context: Context, dir: File = dir(context), passcode: String? = null): Observer = Observer.open(
        dir = dir,
        vault = KeystoreVault(context, dir),
        clock = AndroidClock(context),
        connectivity = AndroidConnectivity(context),
        passcode = passcode,
    )

    /**
     * Whether [dir] asks for a passcode, and how long the next attempt has to wait.
     *
     * @throws org.kuager.KuagerException with `identity_damaged`, `file`.
     */
    public suspend fun passcodeState(context: Context, dir: File = dir(context)): PasscodeState =
        Observer.passcodeState(dir, AndroidClock(context))

    /**
     * Destroys what the observer holds: its background jobs, its key, its folder and the camera's files. There is no way back; ask twice.
     *
     * @throws org.kuager.KuagerException the first step that failed; call it again.
     */
    public suspend fun wipe(
        context: Context,
        owner: ObserverOwner,
        dir: File = dir(context),
        dispatcher: CoroutineDispatcher = Dispatchers.IO,
    ) {
        SyncSchedule(context).cancel()
        owner.wipe { observer ->
            try {
                // The key first, since that is what makes everything unreadable at once.
                if (observer != null) observer.wipe() else Observer.wipe(dir, KeystoreVault(context, dir))
            } finally {
                PhotoCapture(context, dispatcher).discardAll()
            }
        }
    }
}

/** Writes to Logcat. */
internal object LogcatSink : LogSink {
    private const val TAG = "Kuager"

    override fun log(line: LogLine) {
        val text = "${line.target}: ${line.text}"
        when (line.level) {
            LogLevel.ERROR -> Log.e(TAG, text)
            LogLevel.WARN -> Log.w(TAG, text)
            LogLevel.INFO -> Log.i(TAG, text)
            LogLevel.DEBUG -> Log.d(TAG, text)
        }
    }
}
