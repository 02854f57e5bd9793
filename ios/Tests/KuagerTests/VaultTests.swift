import Foundation
import Kuager
import XCTest

@testable import KuagerScenario

/// A vault that does what a test says.
private struct ScriptedVault: KeyVault {
    var sealing: @Sendable (Data) throws -> Data = { _ in throw VaultError.lost }
    var unsealing: @Sendable (Data) throws -> Data = { _ in throw VaultError.lost }
    var destroying: @Sendable () throws -> Void = {}

    func seal(_ secret: Data) throws -> Data { try sealing(secret) }
    func unseal(_ sealed: Data) throws -> Data { try unsealing(sealed) }
    func destroy() throws { try destroying() }
}

final class VaultTests: KuagerTestCase {
    func testEverythingThatIsThrownArrivesAsACode() async throws {
        let thrown: [(any Error, KuagerError.Code)] = [
            (VaultError.locked, .vaultLocked), (VaultError.cancelled, .vaultCancelled),
            (VaultError.lost, .vaultLost), (VaultError.failed("no keystore"), .vaultFailed),
            (Odd(), .vaultFailed), (CancellationError(), .vaultFailed), (CocoaError(.fileNoSuchFile), .vaultFailed),
        ]
        for (error, code) in thrown {
            let failure = try await assertFails(code) { try await open(vault: ScriptedVault(sealing: { _ in throw error })) }
            guard case .vault = failure else { return XCTFail("\(failure) is no failure of the vault") }
            XCTAssertEqual(failure.isRetryable, [.vaultLocked, .vaultCancelled].contains(code))
        }
    }

    func testReasonsArrive() async throws {
        let vault = ScriptedVault(sealing: { _ in throw VaultError.failed("OSStatus -25300") })
        let failure = try await assertFails(.vaultFailed) { try await open(vault: vault) }
        XCTAssert(failure.reason.contains("OSStatus -25300"), failure.reason)
    }

    func testAVaultThatSealsNothingIsFoundOut() async throws {
        let wrong: [@Sendable (Data) -> Data] = [{ $0 }, { _ in Data() }, { "prefix".utf8 + $0 }, { _ in Data(count: 3) }]
        for answer in wrong {
            try await assertFails(.vaultFailed) { try await open(vault: ScriptedVault(sealing: answer)) }
        }
    }

    func testAStoreOpensOnceTheDeviceIsUnlocked() async throws {
        try await withObserver { _ = try await $0.newDraft(NewDraft(text: "kept")) }
        let locked = ScriptedVault(unsealing: { _ in throw VaultError.locked })
        try await assertFails(.vaultLocked) { try await open(vault: locked) }
        try await withObserver { observer in
            let drafts = try await observer.drafts()
            XCTAssertEqual(drafts.map(\.text), ["kept"])
        }
    }

    func testAnotherSecretDoesNotOpenTheStore() async throws {
        try await withObserver { _ in }
        let wrong = ScriptedVault(unsealing: { Data(repeating: 7, count: $0.count) })
        let failure = try await assertFails(.identityDamaged) { try await open(vault: wrong) }
        XCTAssertFalse(failure.isRetryable)
        try await withObserver { _ in }
    }

    func testAVaultThatWaitsForAPersonStopsNoOtherTask() async throws {
        let (vault, wasMain) = (vault, Shared(false))
        let waiting = ScriptedVault(
            sealing: { secret in
                if Thread.isMainThread { wasMain.value = true }
                Thread.sleep(forTimeInterval: 5)
                return try vault.seal(secret)
            }, unsealing: vault.unseal)
        // Far more than there are cores, in folders of their own.
        let opening = (0..<16).map { number in
            let folder = folder.appendingPathComponent("store-\(number)")
            return Task { await (try Observer.open(dir: folder, vault: waiting)).close() }
        }
        var longest: TimeInterval = 0
        for _ in 0..<20 {
            let began = Date()
            try await Task.sleep(nanoseconds: 10_000_000)
            longest = max(longest, Date().timeIntervalSince(began))
        }
        for task in opening { try await task.value }
        XCTAssertLessThan(longest, 4)
        XCTAssertFalse(wasMain.value)
    }

    func testACallbackThatCallsInGetsAnError() async throws {
        let inside = Shared<KuagerError?>(nil)
        let vault = vault
        let calling = ScriptedVault(
            sealing: { secret in
                do {
                    _ = try KuagerLibrary.readInvite("")
                } catch {
                    inside.value = error as? KuagerError
                }
                return try vault.seal(secret)
            }, unsealing: vault.unseal)
        try await withObserver(vault: calling) { _ in }
        XCTAssertEqual(inside.value?.code, .reentrantCall)
    }

    func testWipingClosesEvenWhenTheKeyCannotBeDestroyed() async throws {
        let vault = vault
        let stubborn = ScriptedVault(sealing: vault.seal, unsealing: vault.unseal, destroying: { throw Odd() })
        let observer = try await open(vault: stubborn)
        try await assertFails(.vaultFailed) { try await observer.wipe() }
        try await assertFails(.storeClosed) { try await observer.status() }
        XCTAssertEqual(try KuagerLibrary.liveHandles(), .none)
        try await Observer.wipe(dir: store, vault: vault)
        XCTAssertFalse(FileManager.default.fileExists(atPath: vault.file.path))
        XCTAssertFalse(FileManager.default.fileExists(atPath: store.appendingPathComponent("kuager.db").path))
    }
}
