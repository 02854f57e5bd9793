#if canImport(DeviceCheck) && os(iOS)
    import DeviceCheck
    import Foundation

    /// Has Apple say that this app, unchanged, runs on a genuine device, as evidence beside the enrolment.
    ///
    /// Call it after ``Observer/acceptInvite(_:)`` and before the first delivery. It needs a network, because Apple's servers sign, and
    /// the entitlement for App Attest; what fails is not worth stopping for. Apple learns that an app of this identifier was attested.
    public enum AppAttest {
        /// Makes a key for this enrolment and hands over what Apple says about it.
        ///
        /// - Returns: Whether it will be sent; not where there is no App Attest.
        /// - Throws: `DCError`, or ``KuagerError`` as ``Observer/attest(format:parts:)``.
        public static func attest(_ observer: Observer) async throws -> Bool {
            let service = DCAppAttestService.shared
            guard service.isSupported else { return false }
            let challenge = try await observer.attestationChallenge()
            let key = try await service.generateKey()
            let object = try await service.attestKey(key, clientDataHash: challenge)
            return try await observer.attest(format: .appleAppAttest, parts: [object])
        }
    }
#endif
