/// What the keychain's own numbers mean to a vault. Numbers instead of the names of Security, so that this is tested everywhere.
enum KeychainStatus {
    /// What a number of Security (`OSStatus`) means.
    static func error(status: Int, while doing: String) -> VaultError {
        switch status {
        // errSecInteractionNotAllowed, errSecNotAvailable: before the first unlock after a restart, or no way to ask the person.
        case -25308, -25291: .locked
        // errSecUserCanceled.
        case -128: .cancelled
        // errSecItemNotFound: a restored backup, another device, or a key that was destroyed.
        case -25300: .lost
        default: .failed("\(doing): status \(status)")
        }
    }

    /// What an error of a key operation means; it comes from whoever keeps the key.
    static func error(domain: String, code: Int, while doing: String) -> VaultError {
        switch (domain, code) {
        case ("NSOSStatusErrorDomain", _):
            error(status: code, while: doing)
        // LAError: user cancel, user fallback, system cancel, app cancel.
        case ("com.apple.LocalAuthentication", -2), ("com.apple.LocalAuthentication", -3),
            ("com.apple.LocalAuthentication", -4), ("com.apple.LocalAuthentication", -9):
            .cancelled
        // LAError: locked out after too many wrong attempts, not allowed to ask. The passcode lifts the first.
        case ("com.apple.LocalAuthentication", -8), ("com.apple.LocalAuthentication", -1004):
            .locked
        // TKError: cancelled by the person, authentication needed, object not found.
        case ("CryptoTokenKit", -4): .cancelled
        case ("CryptoTokenKit", -9): .locked
        case ("CryptoTokenKit", -6): .lost
        default: .failed("\(doing): \(domain) \(code)")
        }
    }
}
