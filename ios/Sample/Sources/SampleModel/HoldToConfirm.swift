/// A button that has to be held down: a destruction that nothing can undo must not happen in a pocket, and must not take long
/// either when somebody is at the door.
public struct HoldToConfirm: Sendable, Equatable {
    /// How long to hold.
    public static let duration = Duration.seconds(2)

    private var began: ContinuousClock.Instant?
    /// Whether it was held long enough. Stays so.
    public private(set) var isConfirmed = false

    /// A button nobody holds.
    public init() {}

    /// The finger is down.
    public mutating func press(at now: ContinuousClock.Instant) {
        if began == nil, !isConfirmed { began = now }
    }

    /// The finger is up.
    public mutating func release() {
        began = nil
    }

    /// Time goes by.
    ///
    /// - Returns: How much of it is done, from 0 to 1.
    public mutating func tick(at now: ContinuousClock.Instant) -> Double {
        guard !isConfirmed else { return 1 }
        guard let began else { return 0 }
        let pressed = min(1, (now - began) / Self.duration)
        if pressed >= 1 {
            isConfirmed = true
            self.began = nil
        }
        return pressed
    }
}
