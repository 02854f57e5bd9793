import Kuager

/// A text of the string catalogue and what is put into it; the app looks it up in the observer's language.
public struct Phrase: Hashable, Sendable {
    /// What is put into a text.
    public indirect enum Argument: Hashable, Sendable {
        /// For `%lld`.
        case number(Int64)
        /// For `%@`.
        case text(String)
        /// For `%@`: another text of the catalogue.
        case phrase(Phrase)
    }

    /// The key in the catalogue.
    public let key: String
    /// What is put in, in order.
    public let arguments: [Argument]

    /// A text of the catalogue.
    public init(_ key: TextKey, _ arguments: Argument...) {
        self.key = key.rawValue
        self.arguments = arguments
    }

    /// What to tell an observer about an error. One that this app has no text for names itself, for whoever is asked for help.
    public init(_ error: any Error) {
        guard let error = error as? KuagerError else {
            self.init(.errorOther, .text(String(describing: type(of: error))))
            return
        }
        guard KuagerError.Code.allCases.contains(error.code) else {
            self.init(.errorOther, .text(error.code.rawValue))
            return
        }
        self.init(key: "error_\(error.code)")
    }

    /// Why the coordinator refused a record or an enrolment, by the stable name of the reason.
    public init(refusal code: String) {
        if RefusalCode(rawValue: code) != nil { self.init(key: "refusal_\(code)") } else { self.init(.refusalOther, .text(code)) }
    }

    private init(key: String) {
        self.key = key
        arguments = []
    }
}

/// Why a coordinator refuses, as the wire format names it. A test compares with the library.
enum RefusalCode: String, CaseIterable {
    case malformed
    case tooLarge = "too_large"
    case unsupportedVersion = "unsupported_version"
    case unknownDevice = "unknown_device"
    case badSignature = "bad_signature"
    case wrongDeployment = "wrong_deployment"
    case unknownPack = "unknown_pack"
    case revokedDevice = "revoked_device"
    case inviteUnknown = "invite_unknown"
    case inviteUsed = "invite_used"
    case inviteRevoked = "invite_revoked"
    case inviteExpired = "invite_expired"
    case replayed, busy
    case mediaMismatch = "media_mismatch"
    case numberUsed = "number_used"
}
