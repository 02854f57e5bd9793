import Foundation

/// What ``KeychainVault`` hands out: the name of the key that sealed, and what it sealed.
///
/// The keychain outlives the app: after a reinstallation the keys of the deleted store are still there. Because sealed bytes
/// name their key and a new store makes a new one, an old key is never mistaken for the present one.
struct KeychainEnvelope: Sendable, Equatable {
    /// First bytes of every envelope: format and version.
    private static let magic = Data("KGK1".utf8)
    private static let nameLength = 16

    /// The name of the key.
    let key: UUID
    /// What the key encrypted.
    let ciphertext: Data

    init(key: UUID, ciphertext: Data) {
        self.key = key
        self.ciphertext = ciphertext
    }

    /// Reads an envelope; nothing when the bytes are none.
    init?(_ bytes: Data) {
        let header = Self.magic.count + Self.nameLength
        guard bytes.count > header, bytes.prefix(Self.magic.count) == Self.magic else { return nil }
        let name = [UInt8](bytes.dropFirst(Self.magic.count).prefix(Self.nameLength))
        key = name.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
        ciphertext = Data(bytes.dropFirst(header))
    }

    /// The envelope as bytes.
    var bytes: Data {
        Self.magic + withUnsafeBytes(of: key.uuid) { Data($0) } + ciphertext
    }
}
