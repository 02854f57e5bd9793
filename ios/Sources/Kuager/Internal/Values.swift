import Foundation

/// Seconds as whole milliseconds, as far as they go.
func milliseconds(_ seconds: TimeInterval) -> Int64 {
    guard seconds > 0 else { return 0 }
    return Int64(exactly: (seconds * 1000).rounded()) ?? .max
}

extension URL {
    /// Where a file or folder lies.
    var localPath: String {
        get throws(KuagerError) {
            guard isFileURL else { throw .noFile }
            return path
        }
    }
}
