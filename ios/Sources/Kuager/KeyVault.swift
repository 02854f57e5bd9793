import Foundation

/// Seals the two small secrets of a store with a key that never leaves the platform's keystore.
///
/// Called on a thread that may wait, from inside other calls: do not call an ``Observer`` from here. Whatever is thrown that is
/// not a ``VaultError`` counts as ``VaultError/failed(_:)``.
public protocol KeyVault: Sendable {
    /// Encrypts a secret so that only this vault can read it again.
    ///
    /// - Throws: ``VaultError``.
    func seal(_ secret: Data) throws -> Data

    /// Decrypts what ``seal(_:)`` gave.
    ///
    /// - Throws: ``VaultError``.
    func unseal(_ sealed: Data) throws -> Data

    /// Destroys the key: everything it ever sealed is unreadable from now on. Without a key there is nothing to do.
    ///
    /// - Throws: ``VaultError``.
    func destroy() throws
}

/// Why a vault did not do what it was asked.
public enum VaultError: Error, Hashable, Sendable {
    /// The device is locked; the same call may succeed after it has been unlocked.
    case locked
    /// The person declined to authenticate.
    case cancelled
    /// The key is gone, or does not fit what it was given. The store cannot be read any more.
    case lost
    /// Anything else, in words for developers.
    case failed(String)
}
