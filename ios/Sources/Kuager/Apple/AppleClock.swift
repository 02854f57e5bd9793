#if canImport(Darwin)
    import Darwin
    import Foundation

    /// The clocks of an Apple device.
    public struct AppleClock: DeviceClock {
        /// The system's clocks.
        public init() {}

        public func now() -> ClockSample? {
            guard let bootID = Self.bootID else { return nil }
            // On Darwin this clock is mach_continuous_time, which counts sleep; CLOCK_UPTIME_RAW and `ProcessInfo.systemUptime`
            // stand still while the phone sleeps, and CLOCK_MONOTONIC follows corrections of the wall clock.
            let monotonic = clock_gettime_nsec_np(CLOCK_MONOTONIC_RAW)
            return ClockSample(wall: Date(), monotonicMs: Int64(monotonic / 1_000_000), bootID: bootID)
        }

        /// Made by the kernel at every start. Read once: it cannot change while the process lives.
        private static let bootID: UUID? = {
            var text = [CChar](repeating: 0, count: 64)
            var length = text.count
            guard sysctlbyname("kern.bootsessionuuid", &text, &length, nil, 0) == 0 else { return nil }
            return UUID(uuidString: String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
        }()
    }
#endif
