import Foundation
import KuagerFFI

/// Photos, videos and sound.
extension Observer {
    /// Asks whether files may be taken for a question of a draft; ask before the camera opens.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/captureForbidden`` when not, ``KuagerError/Code/noSuchDraft``.
    public func captureAllowed(draft: String, label: String? = nil) async throws(KuagerError) {
        try await session.call { try $0.captureAllowed(draft: draft, label: label) }
    }

    /// Says that the camera is about to open. A file attached with the token within a minute is marked as taken in this app.
    ///
    /// - Returns: The token, good for one file.
    public func beginCapture() async throws(KuagerError) -> String {
        try await session.call { try $0.beginCapture() }
    }

    /// Takes a file into the store, bit for bit, and attaches it to a draft. When this returns, it survives a kill and the file
    /// may be deleted. A photo takes some tenths of a second, a long video longer.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/captureForbidden``, ``KuagerError/Code/mediaUnreadable``,
    ///   ``KuagerError/Code/mediaEmpty``, ``KuagerError/Code/mediaTooLarge``, ``KuagerError/Code/mediaChanged``,
    ///   ``KuagerError/Code/mediaType``, ``KuagerError/Code/tooManyFiles``, ``KuagerError/Code/noSuchDraft``,
    ///   ``KuagerError/Code/diskFull``; nothing is kept then and the draft is as it was.
    @discardableResult
    public func attach(
        draft: String, file: URL, origin: MediaOrigin, label: String? = nil
    ) async throws(KuagerError) -> Attached {
        let path = try file.localPath
        return try await session.call { try $0.attach(draft: draft, path: path, origin: origin, label: label) }
    }

    /// Attaches a preview that the app made, where ``Attached`` says `previewNeeded`: a JPEG of at most 153,600 bytes.
    ///
    /// - Returns: The preview's hash.
    /// - Throws: ``KuagerError``: ``KuagerError/Code/mediaTooLarge``, ``KuagerError/Code/mediaType``,
    ///   ``KuagerError/Code/noSuchDraft``, ``KuagerError/Code/file``.
    @discardableResult
    public func attachPreview(draft: String, of original: String, file: URL) async throws(KuagerError) -> String {
        let path = try file.localPath
        return try await session.call { try $0.attachPreview(draft: draft, of: original, path: path) }
    }

    /// Takes a file out of a draft; its preview goes with it. With a label, only from the question that it names.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noSuchDraft``.
    public func detach(draft: String, media: String, label: String? = nil) async throws(KuagerError) {
        try await session.call { try $0.detach(draft: draft, media: media, label: label) }
    }

    /// Every file of this store and where it stands, in the order they came.
    public func media() async throws(KuagerError) -> [MediaInfo] {
        try await session.call { try $0.media() }
    }

    /// A piece of a stored file, for showing it: at most a mebibyte from `offset`, empty at the end. Do not write it to a disk.
    ///
    /// - Throws: ``KuagerError``: ``KuagerError/Code/noSuchMedia``.
    public func readMedia(media: String, offset: Int64, length: Int64) async throws(KuagerError) -> Data {
        try await session.call { try $0.readMedia(media: media, offset: offset, length: length) }
    }

    /// The coordinator's signed receipt for a file, once there is one.
    public func mediaReceipt(media: String) async throws(KuagerError) -> Data? {
        try await session.call { try $0.mediaReceipt(media: media) }
    }

    /// Sends a file on any network, even where bytes cost money.
    ///
    /// - Returns: Whether there was anything to send.
    @discardableResult
    public func sendMediaNow(media: String) async throws(KuagerError) -> Bool {
        try await session.call { try $0.sendMediaNow(media: media) }
    }

    /// Holds a file back, also in the middle of its upload.
    ///
    /// - Returns: Whether there was anything to hold.
    @discardableResult
    public func holdMedia(media: String) async throws(KuagerError) -> Bool {
        try await session.call { try $0.holdMedia(media: media) }
    }
}

extension Place {
    /// What a file that answers the question here is labelled with: `question`, or `group[entry].question` with entries from 1.
    public var label: String {
        guard let group else { return question }
        return "\(group)[\((entry ?? 0) + 1)].\(question)"
    }
}
