import Foundation

/// Reads the clocks of the device. The core calls it `Clock`, as Swift calls a protocol of its own.
///
/// Called in the middle of work on the store: reply at once, and do not call an ``Observer`` from here.
public protocol DeviceClock: Sendable {
    /// Reads all clocks at one moment. The system's own serve when this gives nothing, throws, or gives what cannot be.
    func now() throws -> ClockSample?
}

/// What the clocks of a device say at one moment.
public struct ClockSample: Hashable, Sendable {
    /// The wall clock.
    public var wall: Date
    /// Milliseconds since some moment of this boot, time asleep included; never goes backwards within one boot.
    public var monotonicMs: Int64
    /// The same until the next restart of the device, and different after it.
    public var bootID: UUID

    /// What the clocks say.
    public init(wall: Date, monotonicMs: Int64, bootID: UUID) {
        self.wall = wall
        self.monotonicMs = monotonicMs
        self.bootID = bootID
    }
}
