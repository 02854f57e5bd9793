package org.kuager

/**
 * Reads the platform's clocks. Called in the middle of work on the store: reply at once, never wait, never call the [Observer]. When it
 * throws, the system's own clock serves.
 */
public fun interface Clock {
    /** Reads all clocks at one moment. */
    public fun now(): ClockSample
}

/**
 * What the clocks of the platform say at one moment.
 *
 * @property wallMillis Wall clock, milliseconds since 1970.
 * @property monotonicMillis Milliseconds since some moment of this boot, time asleep included; never goes backwards within one boot.
 * @property bootId The boot the monotonic clock belongs to: 16 bytes, the same until the next restart of the device.
 */
public class ClockSample(public val wallMillis: Long, public val monotonicMillis: Long, public val bootId: ByteArray) {
    init {
        require(bootId.size == BOOT_ID_BYTES) { "a boot id has $BOOT_ID_BYTES bytes, not ${bootId.size}" }
        require(monotonicMillis >= 0) { "a monotonic clock does not go below 0" }
    }

    private companion object {
        const val BOOT_ID_BYTES = 16
    }
}
