package org.kuager.support

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.extension.AfterEachCallback
import org.junit.jupiter.api.extension.ExtensionContext
import org.kuager.Kuager
import org.kuager.LiveHandles

/** After each test, Rust holds nothing of it: no observer, no work, no callback. */
class NothingLeft : AfterEachCallback {
    override fun afterEach(context: ExtensionContext) {
        val nothing = LiveHandles(observers = 0, tasks = 0, callbacks = 0)
        val deadline = System.nanoTime() + MOMENT_NANOS
        // Threads that end take a moment.
        while (Kuager.liveHandles() != nothing && System.nanoTime() < deadline) Thread.sleep(10)
        assertEquals(nothing, Kuager.liveHandles(), "left behind")
    }

    private companion object {
        const val MOMENT_NANOS = 180_000_000_000
    }
}
