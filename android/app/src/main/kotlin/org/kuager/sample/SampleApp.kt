package org.kuager.sample

import android.app.Application
import android.util.Log
import java.time.Duration
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.sync.Mutex
import org.kuager.KuagerException
import org.kuager.android.AppLock
import org.kuager.android.KuagerAndroid
import org.kuager.android.ObserverOwner
import org.kuager.android.ObserverProvider

/** Owns the observer: the screens and the background job share it. */
class SampleApp : Application(), ObserverProvider {
    override val observers: ObserverOwner = ObserverOwner { KuagerAndroid.open(this, passcode = it) }

    /** For what must be finished though its screen is gone: the last key that was pressed. */
    val scope: CoroutineScope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)

    /** One change of a draft after the other, in the order of the taps: two at once could leave the older answer in the store. */
    val saving: Mutex = Mutex()

    override fun onCreate() {
        super.onCreate()
        registerActivityLifecycleCallbacks(AppLock(LOCKED_AFTER, scope, observers::lock))
        try {
            KuagerAndroid.start()
        } catch (error: KuagerException) {
            // Opening fails for the same reason, and the screen says so.
            Log.e("Kuager", "no start: ${error.code}")
        }
    }

    private companion object {
        /** Long enough for a photo by the camera app. */
        val LOCKED_AFTER: Duration = Duration.ofMinutes(5)
    }
}
