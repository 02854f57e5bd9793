import Foundation
import Kuager

/// What takes a picture into a file; the camera, or a test.
public protocol PhotoSource: Sendable {
    /// Takes a photo into a file.
    func takePhoto(to file: URL) async throws
}

#if canImport(AVFoundation) && canImport(UIKit)
    extension CameraCapture: PhotoSource {}
#endif

/// The way of a photo into the store.
public enum Photos {
    /// Takes a photo and attaches it. The camera's file is gone when this returns; if attaching fails, it stays for
    /// ``recover(_:_:)``.
    ///
    /// - Throws: ``KuagerError``, and what the camera says.
    ///
    /// - Returns: What was attached; it says whether the preview can be read.
    public static func take(
        _ source: any PhotoSource, draft: String, label: String?, observer: Observer, folder: CaptureFolder
    ) async throws -> Attached {
        try await observer.captureAllowed(draft: draft, label: label)
        let file = folder.newFile(draft: draft, label: label)
        // At the shutter, not when the viewfinder opens: a token serves for a minute, and pages are held still for longer.
        let token = try await observer.beginCapture()
        try await source.takePhoto(to: file)
        let attached = try await observer.attach(
            draft: draft, file: file, origin: .captured(token: token), label: label)
        try folder.discard(file)
        return attached
    }

    /// Attaches the photos that an app which was killed has left, marked as imported since their tokens are gone. One whose
    /// draft is gone becomes a note of its own: no photo is thrown away unseen.
    ///
    /// - Returns: How many. A photo that cannot be attached now is left for the next time.
    public static func recover(_ observer: Observer, _ folder: CaptureFolder) async -> Int {
        var recovered = 0
        for leftover in (try? folder.leftovers()) ?? [] {
            do {
                try await attach(leftover, observer)
                try folder.discard(leftover.file)
                recovered += 1
            } catch {
                continue
            }
        }
        return recovered
    }

    private static func attach(_ leftover: CaptureFolder.Leftover, _ observer: Observer) async throws {
        let isThere = try await observer.drafts().contains { $0.id == leftover.draft }
        let draft = isThere ? leftover.draft : try await observer.newDraft(NewDraft(text: ""))
        try await observer.attach(
            draft: draft, file: leftover.file, origin: .imported, label: isThere ? leftover.label : nil)
    }
}

extension Attached {
    /// What is shown of it before it arrives is there and cannot be read: the page is better taken again in parts.
    public var isIllegible: Bool { preview != nil && !previewLegible }
}
