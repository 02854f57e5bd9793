package org.kuager.android

import android.app.Activity
import android.os.Looper
import java.time.Duration
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import org.junit.Assert.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

@RunWith(RobolectricTestRunner::class)
class AppLockTest {
    private var locked = 0

    private fun watch(after: Duration) {
        val lock = AppLock(after, CoroutineScope(Dispatchers.Unconfined)) { locked += 1 }
        RuntimeEnvironment.getApplication().registerActivityLifecycleCallbacks(lock)
    }

    private fun pass(time: Duration) = shadowOf(Looper.getMainLooper()).idleFor(time)

    @Test
    fun an_app_that_was_left_for_long_enough_is_locked_once() {
        watch(Duration.ofMinutes(5))
        val screen = Robolectric.buildActivity(Activity::class.java).setup()
        pass(Duration.ofHours(1))
        assertEquals("it is seen", 0, locked)
        screen.pause().stop()
        pass(Duration.ofMinutes(4))
        assertEquals(0, locked)
        pass(Duration.ofMinutes(1))
        assertEquals(1, locked)
        pass(Duration.ofHours(1))
        screen.start()
        assertEquals(1, locked)
    }

    @Test
    fun coming_back_in_time_begins_anew() {
        watch(Duration.ofMinutes(5))
        val screen = Robolectric.buildActivity(Activity::class.java).setup()
        repeat(3) {
            screen.pause().stop()
            pass(Duration.ofMinutes(4))
            screen.start().resume()
        }
        pass(Duration.ofMinutes(4))
        assertEquals(0, locked)
    }

    @Test
    fun one_screen_after_the_other_is_not_leaving() {
        watch(Duration.ZERO)
        val first = Robolectric.buildActivity(Activity::class.java).setup()
        val second = Robolectric.buildActivity(Activity::class.java).setup()
        first.pause().stop()
        pass(Duration.ofMinutes(1))
        assertEquals(0, locked)
        second.pause().stop()
        pass(Duration.ofMillis(1))
        assertEquals(1, locked)
    }
}
