package org.kuager.android

import android.annotation.TargetApi
import android.app.job.JobInfo
import android.app.job.JobScheduler
import android.content.ComponentName
import android.content.Context
import android.os.Build
import kotlin.time.Duration
import kotlin.time.Duration.Companion.ZERO
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import org.kuager.HeldObstacle
import org.kuager.HeldReason
import org.kuager.Outlook

/**
 * When [SyncJob] runs while the app is not in front. Jobs survive a restart of the phone.
 *
 * Call [soon] after sealing. The job then keeps itself going until nothing is left, or until only a person can help.
 *
 * The numbers [ANY] and [FREE] are job ids of the app; it must not use them for jobs of its own.
 */
public class SyncSchedule(context: Context) {
    private val context = context.applicationContext ?: context
    private val scheduler = checkNotNull(this.context.getSystemService(JobScheduler::class.java)) { "a phone without JobScheduler" }

    /**
     * Delivers as soon as there is a network, at any price: records are small. [urgent] asks the system to start at once even if the app
     * leaves the screen (Android 12 and later; it grants a few minutes a day).
     */
    public fun soon(urgent: Boolean = false) {
        val wanted = job(ANY, ZERO, urgent)
        val pending = scheduler.getPendingJob(ANY)
        // Scheduling a job again stops it while it runs, and a run looks at the outbox again before it ends.
        if (pending != null && !sooner(wanted, pending)) return
        val scheduled = scheduler.schedule(wanted)
        // Without a right to urgent jobs left, an ordinary one.
        if (scheduled != JobScheduler.RESULT_SUCCESS && urgent) scheduler.schedule(job(ANY, ZERO, urgent = false))
    }

    /** Forgets all jobs, running ones too. Call it before wiping. */
    public fun cancel() {
        scheduler.cancel(ANY)
        scheduler.cancel(FREE)
    }

    /**
     * Sees to what [outlook] still holds when a run ends. The next job replaces the one that is ending, which the system stops then: there
     * is no moment at which neither is scheduled.
     */
    internal fun after(outlook: Outlook) {
        if (outlook.completed) return
        val wait = outlook.nextAttemptMs
        if ((outlook.obstacle as? HeldObstacle)?.reason == HeldReason.METERED) {
            // Only originals are left: they go where bytes are free, which the system knows before anybody asks.
            scheduler.schedule(job(FREE, ZERO, urgent = false))
        } else if (wait != null) {
            // The core's own waits, which an app in front keeps to as well, instead of JobScheduler's, which double up to five hours.
            scheduler.schedule(job(ANY, wait.milliseconds.coerceIn(SHORTEST_WAIT, LONGEST_WAIT), urgent = false))
        }
        // Otherwise only a person can help; the app shows what is wrong.
    }

    private fun job(id: Int, delay: Duration, urgent: Boolean): JobInfo {
        val network = if (id == FREE) JobInfo.NETWORK_TYPE_UNMETERED else JobInfo.NETWORK_TYPE_ANY
        val job = JobInfo.Builder(id, ComponentName(context, SyncJob::class.java))
            .setRequiredNetworkType(network)
            .setPersisted(true)
            // For runs that the system or a locked vault cut short. Linear: exponential would be past the night after seven of them.
            .setBackoffCriteria(BACKOFF.inWholeMilliseconds, JobInfo.BACKOFF_POLICY_LINEAR)
        if (delay > ZERO) {
            job.setMinimumLatency(delay.inWholeMilliseconds)
        } else if (urgent && Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) {
            // Not together with a delay: that throws.
            expedite(job)
        }
        return job.build()
    }

    private fun sooner(wanted: JobInfo, pending: JobInfo): Boolean =
        wanted.minLatencyMillis < pending.minLatencyMillis ||
            Build.VERSION.SDK_INT >= Build.VERSION_CODES.S && moreUrgent(wanted, pending)

    @TargetApi(Build.VERSION_CODES.S)
    private fun expedite(job: JobInfo.Builder) {
        job.setExpedited(true)
    }

    @TargetApi(Build.VERSION_CODES.S)
    private fun moreUrgent(wanted: JobInfo, pending: JobInfo): Boolean = wanted.isExpedited && !pending.isExpedited

    public companion object {
        /** Job id for runs on any network. */
        public const val ANY: Int = 0x4B75_0001

        /** Job id for runs where bytes are free. */
        public const val FREE: Int = 0x4B75_0002

        private val BACKOFF = 30.seconds
        private val SHORTEST_WAIT = 5.seconds
        private val LONGEST_WAIT = 15.minutes
    }
}
