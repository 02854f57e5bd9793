import Foundation

/// Where the camera's files lie between the shutter and the encrypted store: a folder of the app's own, never the photo library,
/// where other apps see them and the cloud copies them.
///
/// A file's name says which draft and which question it is for, so that an app that was killed in between can still attach it.
public struct CaptureFolder: Sendable {
    /// A file that has not been attached.
    public struct Leftover: Sendable, Equatable {
        /// Where it lies.
        public let file: URL
        /// The draft it was taken for.
        public let draft: String
        /// The question or page it was taken for.
        public let label: String?
    }

    private static let longestLabel = 80

    /// The folder.
    public let url: URL

    /// Takes a folder that exists, such as ``StoreFolder/captures``.
    public init(_ url: URL) {
        self.url = url
    }

    /// A new name for a JPEG that is about to be written for a question of a draft.
    public func newFile(draft: String, label: String?) -> URL {
        // Beyond what a file name holds, the label is left out: attached later, the file then belongs to the record as a whole.
        let utf8 = label.map { [UInt8]($0.utf8) } ?? []
        let label = utf8.count > Self.longestLabel ? "" : utf8.map { String(format: "%02x", $0) }.joined()
        return url.appendingPathComponent("\(draft).\(label).\(UUID().uuidString.lowercased()).jpg")
    }

    /// The files that are still here, the oldest first: attach each as imported, then ``discard(_:)`` it.
    ///
    /// Throws what the file system answers.
    public func leftovers() throws -> [Leftover] {
        let keys: Set<URLResourceKey> = [.contentModificationDateKey]
        let files = try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: Array(keys))
        let dated = files.map { file in
            (file, (try? file.resourceValues(forKeys: keys).contentModificationDate) ?? .distantPast)
        }
        return dated.sorted { $0.1 < $1.1 }.compactMap { Self.read($0.0) }
    }

    /// Deletes a file, once it is in the store.
    ///
    /// Throws what the file system answers; a file that is gone already is no error.
    public func discard(_ file: URL) throws {
        do {
            try FileManager.default.removeItem(at: file)
        } catch CocoaError.fileNoSuchFile {
            return
        }
    }

    /// Deletes everything in the folder, as a wipe does.
    ///
    /// Throws what the file system answers.
    public func discardAll() throws {
        for file in try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil) {
            try discard(file)
        }
    }

    private static func read(_ file: URL) -> Leftover? {
        let parts = file.lastPathComponent.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, parts[3] == "jpg", !parts[0].isEmpty, let label = text(hex: parts[1]) else { return nil }
        return Leftover(file: file, draft: parts[0], label: label.isEmpty ? nil : label)
    }

    private static func text(hex: String) -> String? {
        let digits = Array(hex.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[start...start + 1], as: UTF8.self), radix: 16) else { return nil }
            bytes.append(byte)
        }
        return String(bytes: bytes, encoding: .utf8)
    }
}
