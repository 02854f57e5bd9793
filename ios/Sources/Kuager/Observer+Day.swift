import KuagerFFI

/// Counting heads, incidents, exit poll.
extension Observer {
    /// Begins a report of incidents of the catalogue.
    ///
    /// - Returns: The draft's name.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/incidentUnknown``, ``KuagerError/Code/noPack``, ``KuagerError/Code/noTraining``.
    public func newIncident(codes: [String], setting: Setting) async throws(KuagerError) -> String {
        try await session.call { try $0.newIncident(codes: codes, setting: setting) }
    }

    /// Begins a signed statement about an incident.
    ///
    /// - Returns: The draft's name.
    public func followUp(record: String, status: IncidentStatus, reason: String) async throws(KuagerError) -> String {
        try await session.call { try $0.followUp(record: record, status: status, reason: reason) }
    }

    /// The act about a sealed incident as one HTML page to print.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noAct``, ``KuagerError/Code/noSuchRecord``.
    public func act(record: String, language: String) async throws(KuagerError) -> String {
        try await session.call { try $0.act(record: record, language: language) }
    }

    /// The heads counted at a station.
    public func tally(station: String) async throws(KuagerError) -> TallyInfo {
        try await session.call { try $0.tally(station: station) }
    }

    /// Counts heads, or takes back taps too many. When this returns, the tap survives a kill.
    @discardableResult
    public func tap(station: String, heads: Int32 = 1) async throws(KuagerError) -> TallyInfo {
        try await session.call { try $0.tap(station: station, heads: heads) }
    }

    /// Notes that the observer stops counting for a while; the next tap ends that.
    @discardableResult
    public func leaveTally(station: String) async throws(KuagerError) -> TallyInfo {
        try await session.call { try $0.leaveTally(station: station) }
    }

    /// Begins a turnout record for an hour, with the tally's sum.
    ///
    /// - Returns: The draft's name.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noTurnout``, ``KuagerError/Code/noPack``, ``KuagerError/Code/noTraining``.
    public func newTurnout(hour: String, setting: Setting) async throws(KuagerError) -> String {
        try await session.call { try $0.newTurnout(hour: hour, setting: setting) }
    }

    /// Begins a wave of the exit poll, with a random start.
    ///
    /// - Returns: The draft's name.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/exitPollOff``, ``KuagerError/Code/exitPoll``, ``KuagerError/Code/noPack``,
    ///   ``KuagerError/Code/noTraining``.
    public func newWave(_ wave: String, setting: Setting) async throws(KuagerError) -> String {
        try await session.call { try $0.newWave(wave: wave, setting: setting) }
    }

    /// Counts voters who left the station.
    ///
    /// - Returns: Whether the last of them is to be asked.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/exitPoll``, ``KuagerError/Code/noSuchDraft``.
    public func pass(wave: String, voters: Int32 = 1) async throws(KuagerError) -> Bool {
        try await session.call { try $0.pass(wave: wave, voters: voters) }
    }

    /// Notes how asking a selected voter ended.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/exitPoll``, ``KuagerError/Code/answerDoesNotFit``,
    ///   ``KuagerError/Code/noSuchDraft``.
    public func noteContact(
        wave: String, disposition: String, observed: [String: Value], card: [String: Value]? = nil
    ) async throws(KuagerError) {
        try await session.call {
            try $0.noteContact(wave: wave, disposition: disposition, observed: observed, card: card)
        }
    }

    /// How a wave stands.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/exitPoll``, ``KuagerError/Code/noSuchDraft``.
    public func wave(_ wave: String) async throws(KuagerError) -> WaveState {
        try await session.call { try $0.wave(wave: wave) }
    }
}
