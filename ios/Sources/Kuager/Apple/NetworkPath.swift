/// What a platform says about its network, as far as it matters here.
struct NetworkPath: Sendable, Equatable {
    /// Something can be reached, as far as the platform knows.
    var isSatisfied: Bool
    /// Bytes cost money: a cellular network or somebody's hotspot.
    var isExpensive: Bool
    /// The person asked for low data usage.
    var isConstrained: Bool
    /// The interfaces in use; another set is another network, even where the rest is the same.
    var interfaces: [String]

    /// Before the platform has said anything: a network that costs money, the answer that can hurt nobody.
    static let unknown = NetworkPath(isSatisfied: true, isExpensive: true, isConstrained: false, interfaces: [])

    /// What the core is told.
    var state: NetworkState {
        guard isSatisfied else { return .offline }
        return isExpensive || isConstrained ? .metered : .unmetered
    }
}
