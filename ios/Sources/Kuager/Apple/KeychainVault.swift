#if canImport(Security) && canImport(CryptoKit)
    import CryptoKit
    import Foundation
    import Security

    /// A vault on the keychain: a P-256 key in the Secure Enclave, or in the keychain's software where there is no enclave (the
    /// simulator), encrypts the secrets (ECIES with AES-GCM). The private key never leaves this device and is in no backup.
    ///
    /// Readable from the first unlock after a restart, so that a background sync works while the phone is in a pocket.
    ///
    /// On macOS only an app that is signed with an application identifier has this keychain; any other fails with status -34018.
    public final class KeychainVault: KeyVault {
        /// Each encryption agrees on a key of its own; the initialisation vector comes from that agreement as well, where the older
        /// algorithms take zeros.
        private static var algorithm: SecKeyAlgorithm { .eciesEncryptionCofactorVariableIVX963SHA256AESGCM }

        private let label: String
        private let asksPerson: Bool
        /// The key of the store that is open, once known.
        private let current = Locked<UUID?>(nil)

        /// A vault whose keys carry this name in the keychain.
        ///
        /// - Parameters:
        ///   - name: One for each store folder.
        ///   - asksPerson: Face ID, Touch ID or the passcode for every opening. A background sync cannot open such a store, and
        ///     a locked-out person cannot either: leave it off unless the phone is shared.
        public init(name: String = "default", asksPerson: Bool = false) {
            label = "org.kuager.vault.\(name)"
            self.asksPerson = asksPerson
        }

        public func seal(_ secret: Data) throws -> Data {
            let (name, key) = try keyForSealing()
            guard let publicKey = SecKeyCopyPublicKey(key) else { throw VaultError.failed("no public key") }
            var error: Unmanaged<CFError>?
            guard let ciphertext = SecKeyCreateEncryptedData(publicKey, Self.algorithm, secret as CFData, &error) else {
                throw Self.error(error, while: "encrypting")
            }
            return KeychainEnvelope(key: name, ciphertext: ciphertext as Data).bytes
        }

        public func unseal(_ sealed: Data) throws -> Data {
            guard let envelope = KeychainEnvelope(sealed) else { throw VaultError.lost }
            let key = try find(envelope.key)
            var error: Unmanaged<CFError>?
            guard let secret = SecKeyCreateDecryptedData(key, Self.algorithm, envelope.ciphertext as CFData, &error) else {
                throw Self.error(error, while: "decrypting")
            }
            current.withLock { $0 = envelope.key }
            return secret as Data
        }

        /// Destroys every key of this vault, also those that an earlier installation of the app has left.
        public func destroy() throws {
            let status = SecItemDelete(all as CFDictionary)
            guard status == errSecSuccess || status == errSecItemNotFound else {
                throw KeychainStatus.error(status: Int(status), while: "deleting")
            }
            current.withLock { $0 = nil }
        }

        /// The key of the open store, or a new one: what an earlier installation left behind is never used again.
        private func keyForSealing() throws -> (UUID, SecKey) {
            if let name = current.withLock({ $0 }) {
                return (name, try find(name))
            }
            let name = UUID()
            let key = try make(name)
            current.withLock { $0 = name }
            return (name, key)
        }

        private func make(_ name: UUID) throws -> SecKey {
            var flags: SecAccessControlCreateFlags = Self.hasEnclave ? .privateKeyUsage : []
            if asksPerson { flags.insert(.userPresence) }
            var error: Unmanaged<CFError>?
            let access = SecAccessControlCreateWithFlags(
                nil, kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, flags, &error)
            guard let access else { throw Self.error(error, while: "making an access control") }
            var attributes: [CFString: Any] = [
                kSecAttrKeyType: kSecAttrKeyTypeECSECPrimeRandom,
                kSecAttrKeySizeInBits: 256,
                kSecAttrLabel: label,
                kSecUseDataProtectionKeychain: true,
                kSecPrivateKeyAttrs: [
                    kSecAttrIsPermanent: true,
                    kSecAttrApplicationTag: Self.tag(name),
                    kSecAttrLabel: label,
                    kSecAttrAccessControl: access,
                ] as [CFString: Any],
            ]
            if Self.hasEnclave { attributes[kSecAttrTokenID] = kSecAttrTokenIDSecureEnclave }
            guard let key = SecKeyCreateRandomKey(attributes as CFDictionary, &error) else {
                throw Self.error(error, while: "making a key")
            }
            return key
        }

        private func find(_ name: UUID) throws -> SecKey {
            var query = all
            query[kSecAttrApplicationTag] = Self.tag(name)
            query[kSecReturnRef] = true
            var found: CFTypeRef?
            let status = SecItemCopyMatching(query as CFDictionary, &found)
            guard status == errSecSuccess else { throw KeychainStatus.error(status: Int(status), while: "finding the key") }
            guard let found, CFGetTypeID(found) == SecKeyGetTypeID() else { throw VaultError.failed("not a key") }
            // The type was just checked; a conditional cast to a type of Core Foundation always succeeds.
            // swift-format-ignore: NeverForceUnwrap
            return found as! SecKey
        }

        /// All keys of this vault.
        private var all: [CFString: Any] {
            [
                kSecClass: kSecClassKey,
                kSecAttrKeyClass: kSecAttrKeyClassPrivate,
                kSecAttrLabel: label,
                // The keychain of iOS on macOS as well; the file-based one knows neither this protection nor the enclave.
                kSecUseDataProtectionKeychain: true,
            ]
        }

        private static var hasEnclave: Bool {
            #if targetEnvironment(simulator)
                false
            #else
                SecureEnclave.isAvailable
            #endif
        }

        private static func tag(_ name: UUID) -> Data {
            Data("org.kuager.key.\(name.uuidString)".utf8)
        }

        private static func error(_ error: Unmanaged<CFError>?, while doing: String) -> VaultError {
            guard let error = error?.takeRetainedValue() else { return .failed("\(doing): no reason given") }
            return KeychainStatus.error(
                domain: CFErrorGetDomain(error) as String, code: CFErrorGetCode(error), while: doing)
        }
    }
#endif
