package org.kuager.android

import android.content.Context
import android.os.SystemClock
import android.provider.Settings
import java.security.MessageDigest
import java.security.SecureRandom
import org.kuager.Clock
import org.kuager.ClockSample

/**
 * The phone's clocks. The boot is told by the system's count of them, so that two readings of different processes can be compared as long
 * as the phone was not restarted.
 */
public class AndroidClock(context: Context) : Clock {
    // It cannot change while a process lives.
    private val boot = bootId(Settings.Global.getInt(context.contentResolver, Settings.Global.BOOT_COUNT, NONE))

    // elapsedRealtime and not uptimeMillis or nanoTime: those stand still while the phone sleeps.
    override fun now(): ClockSample =
        ClockSample(System.currentTimeMillis(), SystemClock.elapsedRealtime(), boot.copyOf())

    internal companion object {
        private const val NONE = -1
        private const val BYTES = 16

        /**
         * Sixteen bytes for a count. Where the system gives none, a random boot: readings of two processes then count as readings of two
         * boots, which claims less than could be known and never more.
         */
        internal fun bootId(count: Int): ByteArray {
            if (count < 0) return ByteArray(BYTES).also(SecureRandom()::nextBytes)
            return MessageDigest.getInstance("SHA-256").digest("kuager boot $count".toByteArray()).copyOf(BYTES)
        }
    }
}
