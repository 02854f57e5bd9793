package org.kuager.android

import android.app.job.JobInfo
import android.app.job.JobScheduler
import android.content.Context
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.kuager.FailureClass
import org.kuager.HeldObstacle
import org.kuager.HeldReason
import org.kuager.NetworkObstacle
import org.kuager.Outlook
import org.kuager.SyncObstacle
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment

@RunWith(RobolectricTestRunner::class)
class SyncScheduleTest {
    private val context: Context = RuntimeEnvironment.getApplication()
    private val scheduler = checkNotNull(context.getSystemService(JobScheduler::class.java))
    private val schedule = SyncSchedule(context)

    private fun pending(id: Int = SyncSchedule.ANY): JobInfo? = scheduler.getPendingJob(id)

    private fun left(obstacle: SyncObstacle?, nextMs: Long?) =
        Outlook(completed = false, left = 1, mediaLeft = 1, obstacle = obstacle, nextAttemptMs = nextMs)

    @Test
    fun a_job_outlives_a_restart_and_takes_any_network() {
        schedule.soon()
        val job = checkNotNull(pending())
        assertTrue(job.isPersisted)
        @Suppress("DEPRECATION")
        assertEquals(JobInfo.NETWORK_TYPE_ANY, job.networkType)
        assertEquals(0, job.minLatencyMillis)
        assertFalse(job.isExpedited)
        assertEquals(JobInfo.BACKOFF_POLICY_LINEAR, job.backoffPolicy)
    }

    @Test
    fun what_is_urgent_replaces_what_is_not_and_never_the_other_way() {
        schedule.soon()
        schedule.soon(urgent = true)
        assertTrue(checkNotNull(pending()).isExpedited)
        schedule.soon()
        assertTrue(checkNotNull(pending()).isExpedited)
    }

    @Test
    fun a_job_that_waits_is_brought_forward() {
        schedule.after(left(NetworkObstacle(FailureClass.TIMEOUT), 60_000))
        assertEquals(60_000, checkNotNull(pending()).minLatencyMillis)
        schedule.soon()
        assertEquals(0, checkNotNull(pending()).minLatencyMillis)
    }

    @Test
    fun the_cores_waits_are_kept_within_reason() {
        schedule.after(left(NetworkObstacle(FailureClass.OFFLINE), 0))
        assertEquals(5_000, checkNotNull(pending()).minLatencyMillis)
        schedule.after(left(NetworkObstacle(FailureClass.OFFLINE), 24L * 3_600_000))
        assertEquals(15L * 60_000, checkNotNull(pending()).minLatencyMillis)
    }

    @Test
    fun originals_alone_wait_for_a_free_network() {
        schedule.after(left(HeldObstacle(HeldReason.METERED), null))
        assertNull(pending())
        @Suppress("DEPRECATION")
        assertEquals(JobInfo.NETWORK_TYPE_UNMETERED, checkNotNull(pending(SyncSchedule.FREE)).networkType)
    }

    @Test
    fun nothing_is_scheduled_when_nothing_is_left_or_only_a_person_can_help() {
        schedule.after(Outlook(completed = true, left = 0, mediaLeft = 0, obstacle = null, nextAttemptMs = null))
        schedule.after(left(HeldObstacle(HeldReason.AUTH), null))
        schedule.after(left(HeldObstacle(HeldReason.POLICY), null))
        assertTrue(scheduler.allPendingJobs.isEmpty())
    }

    @Test
    fun wiping_leaves_no_job() {
        schedule.soon()
        schedule.after(left(HeldObstacle(HeldReason.METERED), null))
        schedule.cancel()
        assertTrue(scheduler.allPendingJobs.isEmpty())
    }
}
