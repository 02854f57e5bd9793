package org.kuager.android

import android.app.job.JobParameters
import android.app.job.JobService
import android.util.Log
import kotlin.coroutines.cancellation.CancellationException
import kotlin.time.Duration.Companion.minutes
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import org.kuager.KuagerException
import org.kuager.outlook

/**
 * Delivers what waits while the app is not in front; [SyncSchedule] decides when. The app's `Application` must be an [ObserverProvider]:
 * the system may start the process for this job alone.
 *
 * A run takes less than the ten minutes that the system gives, and is cancelled at once when it wants the time back. What was sent until
 * then stays sent; uploads go on from the byte where they were.
 */
public class SyncJob : JobService() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val running = HashMap<Int, Job>() // Touched on the main thread only.

    override fun onStartJob(params: JobParameters): Boolean {
        // Late in the main thread's queue the system may already have stopped it; then finishing is ignored.
        running[params.jobId] = scope.launch { jobFinished(params, !delivered()) }
        return true
    }

    override fun onStopJob(params: JobParameters): Boolean {
        // Cancelling the coroutine stops the sync in Rust, too. The system counts the time until this returns: do not wait.
        running.remove(params.jobId)?.cancel()
        return true
    }

    override fun onDestroy() {
        scope.cancel()
        super.onDestroy()
    }

    /** Runs once. Says whether the run itself needs no other try; what is left has been scheduled anew then. */
    private suspend fun delivered(): Boolean {
        val owner = ObserverOwner.of(this)
        if (owner == null) {
            Log.e(TAG, "the Application is no ObserverProvider; nothing is delivered in the background")
            return true
        }
        return try {
            val observer = owner.get()
            observer.sync(LIMIT)
            // Asked after the run: what was sealed in its last moment found this job still pending and scheduled none.
            SyncSchedule(this).after(observer.outlook())
            true
        } catch (cancelled: CancellationException) {
            throw cancelled
        } catch (error: KuagerException) {
            Log.w(TAG, "a background run ended with ${error.code}")
            // Locked until the phone is unlocked, paused, no space: all may pass. A lost key or a damaged store needs the person.
            !error.retryable
        } catch (error: Exception) {
            Log.e(TAG, "a background run failed: ${error.javaClass.simpleName}")
            false
        }
    }

    private companion object {
        const val TAG = "Kuager"

        // Of ten minutes; opening the store and the last answer need time as well.
        val LIMIT = 9.minutes
    }
}
