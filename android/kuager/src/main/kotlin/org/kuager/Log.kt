package org.kuager

/**
 * Takes log lines, from one thread, one at a time. Nothing in a line is personal: no answers, no names, no stations, no paths. A line is
 * lost when this throws, and the next one comes all the same.
 */
public fun interface LogSink {
    /** Takes one line. */
    public fun log(line: LogLine)
}
