import Foundation
import KuagerFFI

// What the app brings, as the other side knows it. Nothing thrown gets past these; Swift gives no way to catch a trap.

final class VaultAdapter: KuagerFFI.KeyVault {
    private let vault: any KeyVault

    init(_ vault: any KeyVault) {
        self.vault = vault
    }

    func seal(secret: Data) throws -> VaultReply { reply { try vault.seal(secret) } }

    func unseal(sealed: Data) throws -> VaultReply { reply { try vault.unseal(sealed) } }

    func destroyKey() throws -> VaultReply {
        reply {
            try vault.destroy()
            return Data()
        }
    }

    private func reply(_ ask: () throws -> Data) -> VaultReply {
        do {
            return .done(bytes: try ask())
        } catch VaultError.locked {
            return .locked
        } catch VaultError.cancelled {
            return .cancelled
        } catch VaultError.lost {
            return .lost
        } catch VaultError.failed(let reason) {
            return .failed(reason: reason)
        } catch {
            return .failed(reason: String(describing: error))
        }
    }
}

final class ClockAdapter: KuagerFFI.Clock {
    private let clock: any DeviceClock

    init(_ clock: any DeviceClock) {
        self.clock = clock
    }

    func now() throws -> ClockReply {
        guard let time = try? clock.now(), let wallMs = Int64(exactly: (time.wall.timeIntervalSince1970 * 1000).rounded())
        else { return .unavailable }
        let bootID = withUnsafeBytes(of: time.bootID.uuid) { Data($0) }
        return .now(wallMs: wallMs, monotonicMs: time.monotonicMs, bootId: bootID)
    }
}

final class ConnectivityAdapter: KuagerFFI.Connectivity {
    private let connectivity: any Connectivity

    init(_ connectivity: any Connectivity) {
        self.connectivity = connectivity
    }

    func current() throws -> NetworkState {
        (try? connectivity.current()) ?? .metered
    }
}

final class LogAdapter: KuagerFFI.LogSink {
    private let sink: any LogSink

    init(_ sink: any LogSink) {
        self.sink = sink
    }

    func log(line: LogLine) throws -> Logged {
        try? sink.log(line)
        return .taken
    }
}
