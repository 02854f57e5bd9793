package org.kuager.android

import android.app.Activity
import android.app.Application
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.os.SystemClock
import java.time.Duration
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch

/**
 * Locks a store with a passcode when none of the app's screens was seen for [after]: the keys leave memory, and what waits is delivered
 * only after the passcode was entered again. Register it in `Application.onCreate`:
 *
 *     registerActivityLifecycleCallbacks(AppLock(Duration.ofMinutes(5), scope, observers::lock))
 *
 * Time in which the phone sleeps counts, but a phone that sleeps runs no timer: it locks when it wakes, at the latest before a screen of
 * the app is seen again. The camera is another app, so a photo that takes longer than [after] asks for the passcode, too; then it is
 * among `PhotoCapture.leftovers()`.
 *
 * @param after zero locks as soon as the app is left.
 * @param scope where [lock] runs; on the main thread and immediate, so that it comes before whatever the next screen asks for.
 * @param lock what locks: [ObserverOwner.lock].
 */
public class AppLock(
    private val after: Duration,
    private val scope: CoroutineScope,
    private val lock: suspend () -> Unit,
) : Application.ActivityLifecycleCallbacks {
    private val handler = Handler(Looper.getMainLooper())
    private val due = Runnable { lockNow() }
    private var shown = 0
    private var left: Long? = null

    override fun onActivityStarted(activity: Activity) {
        handler.removeCallbacks(due)
        shown += 1
        val since = left ?: return
        if (SystemClock.elapsedRealtime() - since >= after.toMillis()) lockNow()
        left = null
    }

    override fun onActivityStopped(activity: Activity) {
        shown = (shown - 1).coerceAtLeast(0)
        // A screen that is turned comes back at once.
        if (shown > 0 || activity.isChangingConfigurations) return
        left = SystemClock.elapsedRealtime()
        handler.postDelayed(due, after.toMillis())
    }

    private fun lockNow() {
        left = null
        scope.launch { lock() }
    }

    override fun onActivityCreated(activity: Activity, state: Bundle?): Unit = Unit

    override fun onActivityResumed(activity: Activity): Unit = Unit

    override fun onActivityPaused(activity: Activity): Unit = Unit

    override fun onActivitySaveInstanceState(activity: Activity, state: Bundle): Unit = Unit

    override fun onActivityDestroyed(activity: Activity): Unit = Unit
}
