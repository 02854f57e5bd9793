package org.kuager.android

import android.app.Application
import android.app.job.JobParameters
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.kuager.KuagerException
import org.kuager.Observer
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadow.api.Shadow

/** What the job tells the system. That it delivers is for the façade's tests, which have a coordinator. */
@RunWith(RobolectricTestRunner::class)
class SyncJobTest {
    class Locked : Application(), ObserverProvider {
        override val observers = ObserverOwner { throw KuagerException.Vault("vault_locked", "locked", true, null) }
    }

    class Lost : Application(), ObserverProvider {
        override val observers = ObserverOwner { throw KuagerException.Vault("vault_lost", "lost", false, null) }
    }

    class Broken : Application(), ObserverProvider {
        override val observers = ObserverOwner { throw IllegalStateException("no such thing") }
    }

    class Slow : Application(), ObserverProvider {
        val asked = CompletableDeferred<Unit>()
        val cancelled = CompletableDeferred<Unit>()
        override val observers = ObserverOwner { open() }

        private suspend fun open(): Observer {
            asked.complete(Unit)
            try {
                awaitCancellation()
            } finally {
                cancelled.complete(Unit)
            }
        }
    }

    private val job = Robolectric.setupService(SyncJob::class.java)
    private val parameters: JobParameters = Shadow.newInstanceOf(JobParameters::class.java)

    /** Starts the job and waits for its end. Says whether it is to be tried again. */
    private fun comesAgain(): Boolean {
        assertTrue(job.onStartJob(parameters))
        val end = System.nanoTime() + 10_000_000_000
        while (!shadowOf(job).isJobFinished) {
            assertTrue("the job never ended", System.nanoTime() < end)
            Thread.sleep(5)
        }
        return shadowOf(job).isRescheduleNeeded
    }

    @Test
    fun without_an_owner_it_does_not_try_for_ever() = assertFalse(comesAgain())

    @Test
    @Config(application = Locked::class)
    fun a_locked_phone_is_tried_again() = assertTrue(comesAgain())

    @Test
    @Config(application = Lost::class)
    fun a_lost_key_is_left_to_the_person() = assertFalse(comesAgain())

    @Test
    @Config(application = Broken::class)
    fun a_failure_nobody_thought_of_is_tried_again() = assertTrue(comesAgain())

    @Test
    @Config(application = Slow::class)
    fun when_the_system_wants_its_time_back_the_work_is_cancelled_and_comes_again() {
        val app = RuntimeEnvironment.getApplication() as Slow
        job.onStartJob(parameters)
        runBlocking { withTimeout(180_000) { app.asked.await() } }
        assertTrue(job.onStopJob(parameters))
        runBlocking { withTimeout(180_000) { app.cancelled.await() } }
        assertFalse("nothing is finished that was stopped", shadowOf(job).isJobFinished)
    }
}
