/// Says what kind of network there is.
///
/// Asked when an observer is opened, before every sync and after ``Observer/networkChanged()``: reply at once, from what the
/// platform said last, and do not call an ``Observer`` from here.
public protocol Connectivity: Sendable {
    /// What kind of network there is now. What throws is taken for a network where bytes cost money.
    func current() throws -> NetworkState
}
