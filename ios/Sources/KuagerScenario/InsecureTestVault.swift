import Foundation
import Kuager

/// A vault for tests that keeps its key in a file beside what it seals. It hides secrets from nobody: the same key masks both of
/// them, and the check at the end only finds mistakes.
struct InsecureTestVault: KeyVault {
    private static let keyLength = 64
    private static let checkLength = 8

    let file: URL

    func seal(_ secret: Data) throws -> Data {
        let key = try key() ?? newKey()
        return mask(secret, with: key) + check(secret)
    }

    func unseal(_ sealed: Data) throws -> Data {
        guard let key = try key(), sealed.count >= Self.checkLength else { throw VaultError.lost }
        let secret = mask(sealed.dropLast(Self.checkLength), with: key)
        guard check(secret) == sealed.suffix(Self.checkLength) else { throw VaultError.lost }
        return secret
    }

    func destroy() throws {
        if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
    }

    private func key() throws -> Data? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        return try Data(contentsOf: file)
    }

    private func newKey() throws -> Data {
        let key = Data((0..<Self.keyLength).map { _ in UInt8.random(in: .min ... .max) })
        try key.write(to: file, options: .atomic)
        return key
    }

    private func mask(_ bytes: Data, with key: Data) -> Data {
        Data(zip(bytes, 0...).map { byte, position in byte ^ key[position % key.count] })
    }

    /// FNV-1a.
    private func check(_ bytes: Data) -> Data {
        let sum = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return withUnsafeBytes(of: sum.bigEndian) { Data($0) }
    }
}
