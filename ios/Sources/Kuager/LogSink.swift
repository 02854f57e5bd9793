/// Takes log lines, from one thread, one at a time. Nothing in them is personal: no answers, no names, no stations, no paths.
public protocol LogSink: Sendable {
    /// Takes one line. When it throws, the line is lost and the next one comes all the same.
    func log(_ line: LogLine) throws
}
