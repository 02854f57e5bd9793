import Foundation

/// The folders an observer's data lives in: private to the app, protected while the phone has not been unlocked, in no backup.
///
/// The app's own container, never one of an app group: iOS kills a suspended app that holds a lock on a database in a shared
/// container (0xdead10cc).
public struct StoreFolder: Sendable {
    /// The folder to open an ``Observer`` in.
    public let store: URL
    /// Where the camera writes.
    public let captures: CaptureFolder

    /// Makes the folders when they are missing, and sets their protection each time, also after an update of the app.
    ///
    /// - Parameter name: One for each deployment.
    /// - Throws: What the file system answers.
    public init(name: String = "default") throws {
        let support = try FileManager.default.url(
            for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
        try self.init(below: support.appendingPathComponent("Kuager").appendingPathComponent(name))
    }

    init(below root: URL) throws {
        store = root.appendingPathComponent("store")
        captures = CaptureFolder(root.appendingPathComponent("captures"))
        for folder in [root, store, captures.url] {
            try Self.make(folder)
        }
    }

    private static func make(_ folder: URL) throws {
        var attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        #if os(iOS)
            // On the folder, so that the database's -wal and -shm inherit it. A stricter class would take the files away seconds
            // after the screen locks, in the middle of a sync.
            attributes[.protectionKey] = FileProtectionType.completeUntilFirstUserAuthentication
        #endif
        let files = FileManager.default
        try files.createDirectory(at: folder, withIntermediateDirectories: true, attributes: attributes)
        try files.setAttributes(attributes, ofItemAtPath: folder.path)
        #if canImport(Darwin)
            // A restored copy would lack the key, which is in no backup, and could only confuse.
            var values = URLResourceValues()
            values.isExcludedFromBackup = true
            var folder = folder
            try folder.setResourceValues(values)
        #endif
    }
}
