package org.kuager.android

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import java.security.KeyPairGenerator
import java.security.KeyStore
import java.security.spec.ECGenParameterSpec
import org.kuager.AttestationFormat
import org.kuager.Observer

/**
 * Has the phone's secure hardware say what phone and what app this is, as evidence beside the enrolment. Call it after `acceptInvite` and
 * before the first delivery; it takes up to some seconds, and on phones made for remote provisioning it may need a network. What fails is not
 * worth stopping for.
 */
public object KeyAttestation {
    /**
     * Makes a key for this enrolment, hands over what the hardware says about it, and removes it again: nothing is ever signed with it.
     *
     * @return Whether it will be sent.
     * @throws java.security.GeneralSecurityException and `ProviderException` where the phone attests nothing.
     * @throws org.kuager.KuagerException as `Observer.attest`.
     */
    public suspend fun attest(observer: Observer): Boolean {
        val chain = chain(observer.attestationChallenge())
        return observer.attest(AttestationFormat.ANDROID_KEY, chain)
    }

    /** The certificates of a new key that was made with [challenge], its own first. */
    internal fun chain(challenge: ByteArray): List<ByteArray> {
        val store = KeyStore.getInstance(PROVIDER).apply { load(null) }
        try {
            val parameters = KeyGenParameterSpec.Builder(ALIAS, KeyProperties.PURPOSE_SIGN)
                .setAlgorithmParameterSpec(ECGenParameterSpec("secp256r1"))
                .setDigests(KeyProperties.DIGEST_SHA256)
                .setAttestationChallenge(challenge)
                .build()
            KeyPairGenerator.getInstance(KeyProperties.KEY_ALGORITHM_EC, PROVIDER).run {
                initialize(parameters)
                generateKeyPair()
            }
            return store.getCertificateChain(ALIAS).orEmpty().map { it.encoded }
        } finally {
            store.deleteEntry(ALIAS)
        }
    }

    private const val PROVIDER = "AndroidKeyStore"
    private const val ALIAS = "org.kuager.attestation"
}
