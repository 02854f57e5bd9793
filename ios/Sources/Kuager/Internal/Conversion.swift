import KuagerFFI

extension KuagerError {
    /// Everything that comes from the other side passes through here.
    init(_ error: any Error) {
        switch error {
        case let error as KuagerError:
            self = error
        case KuagerFFI.KuagerError.Vault(let code, let reason, let retryable):
            self = .vault(Detail(code, reason, retryable))
        case KuagerFFI.KuagerError.Storage(let code, let reason, let retryable):
            self = .storage(Detail(code, reason, retryable))
        case KuagerFFI.KuagerError.NotNow(let code, let reason, let retryable):
            self = .notNow(Detail(code, reason, retryable))
        case KuagerFFI.KuagerError.Input(let code, let reason, let retryable):
            self = .input(Detail(code, reason, retryable))
        case KuagerFFI.KuagerError.Forbidden(let code, let reason, let retryable):
            self = .forbidden(Detail(code, reason, retryable))
        case KuagerFFI.KuagerError.Interrupted(let code, let reason, let retryable):
            self = .interrupted(Detail(code, reason, retryable))
        case KuagerFFI.KuagerError.Internal(let code, let reason, let retryable):
            self = .internal(Detail(code, reason, retryable))
        default:
            // UniFFI's own: a panic outside every guard, or bytes that do not read. What it says may hold anything.
            self = .internal(
                Detail(
                    code: .panicked, reason: "a mistake in Kuager; what was saved is still there", isRetryable: false))
        }
    }

    /// What every call after closing gives.
    static let closed = KuagerError.notNow(
        Detail(code: .storeClosed, reason: "the observer was closed or wiped; open it again", isRetryable: false))

    /// What an address gives that is none of a file.
    static let noFile = KuagerError.storage(
        Detail(code: .file, reason: "not the address of a file", isRetryable: false))
}

extension KuagerError.Detail {
    fileprivate init(_ code: String, _ reason: String, _ retryable: Bool) {
        self.init(code: KuagerError.Code(rawValue: code), reason: reason, isRetryable: retryable)
    }
}

/// Makes a call that needs no observer and no disk.
func callDirectly<Value>(_ work: () throws -> Value) throws(KuagerError) -> Value {
    do {
        return try work()
    } catch {
        throw KuagerError(error)
    }
}

/// Makes a call that needs no observer, on a thread that may wait.
func callOffThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws(KuagerError) -> Value {
    let result: Result<Value, KuagerError> = await Threads.calls.run {
        do {
            return .success(try work())
        } catch {
            return .failure(KuagerError(error))
        }
    }
    return try result.get()
}
