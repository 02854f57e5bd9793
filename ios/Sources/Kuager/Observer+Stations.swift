import Foundation
import KuagerFFI

/// The directory of stations on the phone.
extension Observer {
    /// The regions of the pack, and whether the stations of each are on the phone.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noPack``.
    public func regions(language: String) async throws(KuagerError) -> [RegionInfo] {
        try await session.call { try $0.regions(language: language) }
    }

    /// Chooses the regions whose stations this phone is to have; the next sync fetches what is missing.
    public func chooseRegions(_ regions: [String]) async throws(KuagerError) {
        try await session.call { try $0.chooseRegions(regions: regions) }
    }

    /// Takes the stations of a region from a file.
    ///
    /// - Returns: The region's key.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/packNotAcceptable``, ``KuagerError/Code/noPack``, ``KuagerError/Code/file``.
    @discardableResult
    public func importStations(from file: URL) async throws(KuagerError) -> String {
        let path = try file.localPath
        return try await session.call { try $0.importStations(path: path) }
    }

    /// The best stations for what was typed, the best first: by number, name or address, in any script, with one slip of the
    /// finger. For an empty text, the first of the directory.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noPack``.
    public func searchStations(
        _ query: String, limit: Int = 20, language: String
    ) async throws(KuagerError) -> [StationInfo] {
        try await session.call { try $0.searchStations(query: query, limit: Int64(limit), language: language) }
    }

    /// The station with this key, if the phone has it.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noPack``.
    public func station(_ key: String, language: String) async throws(KuagerError) -> StationInfo? {
        try await session.call { try $0.station(key: key, language: language) }
    }
}
