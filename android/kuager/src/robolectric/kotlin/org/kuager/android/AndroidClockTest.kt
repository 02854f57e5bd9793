package org.kuager.android

import android.content.Context
import android.os.SystemClock
import android.provider.Settings
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment

@RunWith(RobolectricTestRunner::class)
class AndroidClockTest {
    private val context: Context = RuntimeEnvironment.getApplication()

    @Test
    fun a_boot_is_the_same_for_two_processes_and_another_after_a_restart() {
        Settings.Global.putInt(context.contentResolver, Settings.Global.BOOT_COUNT, 41)
        val first = AndroidClock(context).now().bootId
        assertEquals(16, first.size)
        assertArrayEquals(first, AndroidClock(context).now().bootId)
        Settings.Global.putInt(context.contentResolver, Settings.Global.BOOT_COUNT, 42)
        assertFalse(first.contentEquals(AndroidClock(context).now().bootId))
    }

    @Test
    fun without_a_count_of_boots_two_processes_do_not_claim_to_share_one() {
        val clock = AndroidClock(context)
        assertArrayEquals("one process knows that it is one boot", clock.now().bootId, clock.now().bootId)
        assertFalse(clock.now().bootId.contentEquals(AndroidClock(context).now().bootId))
    }

    @Test
    fun the_monotonic_clock_counts_time_asleep() {
        val before = AndroidClock(context).now()
        SystemClock.setCurrentTimeMillis(SystemClock.uptimeMillis() + 5_000)
        assertEquals(before.monotonicMillis + 5_000, AndroidClock(context).now().monotonicMillis)
    }

    @Test
    fun nobody_can_change_the_boot_of_a_clock() {
        val clock = AndroidClock(context)
        val earlier = clock.now().bootId.copyOf()
        clock.now().bootId.fill(0)
        assertArrayEquals(earlier, clock.now().bootId)
    }
}
