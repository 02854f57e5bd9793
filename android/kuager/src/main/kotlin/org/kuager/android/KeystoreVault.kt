package org.kuager.android

import android.annotation.TargetApi
import android.content.Context
import android.content.pm.PackageManager
import android.os.Build
import android.os.UserManager
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import android.security.keystore.UserNotAuthenticatedException
import java.io.File
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.MessageDigest
import java.security.ProviderException
import java.time.Duration
import javax.crypto.BadPaddingException
import javax.crypto.Cipher
import javax.crypto.IllegalBlockSizeException
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec
import org.kuager.KeyVault
import org.kuager.VaultException

/**
 * A [KeyVault] on the Android Keystore: AES-256-GCM with a key that never leaves the secure hardware (StrongBox where the device has one).
 * Each folder has a key of its own, so wiping one leaves the others readable.
 *
 * What is said when:
 * - [VaultException.Locked]: the phone was not unlocked since it started, or the last authentication is too long ago.
 * - [VaultException.Lost]: there is no key (a copy of the folder on another phone), the key was invalidated (the screen lock was removed
 *   from a phone whose key wants authentication), or the bytes were not sealed by it.
 * - [VaultException.Failed]: anything else.
 *
 * @param context any context; its application context is kept.
 * @param dir the folder of the store, as given to `Observer.open`.
 * @param authenticatedWithin when set, the key serves only for so long after its holder unlocked the phone or confirmed their screen lock;
 *   then background delivery waits for that too. Rounded up to seconds. It counts when the key is made: at the first opening.
 * @param onlyWhileUnlocked the key serves only while the phone is unlocked, where the system does that dependably: not before Android 9, and
 *   not on Android 12 to 14, which delete such keys when the screen lock is removed, refuse them without one, and do not always notice
 *   that a face has unlocked the phone. An app whose process has ended then delivers nothing from a pocket; a store with a passcode
 *   does not anyway. It counts when the key is made.
 */
public class KeystoreVault @JvmOverloads constructor(
    context: Context,
    dir: File,
    private val authenticatedWithin: Duration? = null,
    private val onlyWhileUnlocked: Boolean = false,
) : KeyVault {
    private val context = context.applicationContext ?: context
    private val alias = alias(this.context, dir)

    // Another store's bytes, or those of another use of the key, do not open here.
    private val boundTo = "kuager vault 1 $alias".toByteArray()

    override fun seal(secret: ByteArray): ByteArray = typed {
        val cipher = Cipher.getInstance(TRANSFORMATION)
        cipher.init(Cipher.ENCRYPT_MODE, key() ?: newKey())
        cipher.updateAAD(boundTo)
        // The provider picks the IV: Keystore refuses one from outside, since a repeated one would break GCM.
        val encrypted = cipher.doFinal(secret)
        byteArrayOf(FORMAT, cipher.iv.size.toByte()) + cipher.iv + encrypted
    }

    override fun unseal(sealed: ByteArray): ByteArray = typed {
        if (sealed.size < HEADER + IV_BYTES + TAG_BITS / 8 || sealed[0] != FORMAT || sealed[1].toInt() != IV_BYTES) {
            throw VaultException.Lost()
        }
        val key = key() ?: throw VaultException.Lost()
        val cipher = Cipher.getInstance(TRANSFORMATION)
        cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, sealed, HEADER, IV_BYTES))
        cipher.updateAAD(boundTo)
        val start = HEADER + IV_BYTES
        cipher.doFinal(sealed, start, sealed.size - start)
    }

    override fun destroy(): Unit = typed {
        val store = keystore()
        store.deleteEntry(alias)
        // Keystore has returned from deletions that did nothing; whoever wipes must be able to rely on this.
        if (keystore().containsAlias(alias)) throw VaultException.Failed("the key is still there after it was deleted")
    }

    private fun keystore(): KeyStore = KeyStore.getInstance(PROVIDER).apply { load(null) }

    private fun key(): SecretKey? = keystore().getKey(alias, null) as SecretKey?

    private fun newKey(): SecretKey {
        val strong = Build.VERSION.SDK_INT >= Build.VERSION_CODES.P &&
            context.packageManager.hasSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE)
        return (if (strong) newStrongKey() else null) ?: generate(parameters())
    }

    /** Null where one is announced and still not to be had, for instance because its few slots are taken. The usual hardware serves. */
    @TargetApi(Build.VERSION_CODES.P)
    private fun newStrongKey(): SecretKey? =
        try {
            generate(parameters().setIsStrongBoxBacked(true))
        } catch (_: StrongBoxUnavailableException) {
            null
        }

    private fun generate(parameters: KeyGenParameterSpec.Builder): SecretKey {
        val generator = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER)
        generator.init(parameters.build())
        return generator.generateKey()
    }

    private fun parameters(): KeyGenParameterSpec.Builder {
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val parameters = KeyGenParameterSpec.Builder(alias, purposes)
            .setKeySize(KEY_BITS)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
        if (onlyWhileUnlocked && unlockingIsDependable(Build.VERSION.SDK_INT)) requireUnlocked(parameters)
        if (authenticatedWithin != null) {
            val seconds = authenticatedWithin.plusMillis(ALMOST_A_SECOND).seconds.coerceIn(1, Int.MAX_VALUE.toLong()).toInt()
            parameters.setUserAuthenticationRequired(true)
            // A new finger must not destroy a day's evidence; removing the screen lock still does.
            parameters.setInvalidatedByBiometricEnrollment(false)
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
                authenticate(parameters, seconds)
            } else {
                @Suppress("DEPRECATION") // The only way before Android 11.
                parameters.setUserAuthenticationValidityDurationSeconds(seconds)
            }
        }
        return parameters
    }

    @TargetApi(Build.VERSION_CODES.P)
    private fun requireUnlocked(parameters: KeyGenParameterSpec.Builder) {
        parameters.setUnlockedDeviceRequired(true)
    }

    @TargetApi(Build.VERSION_CODES.R)
    private fun authenticate(parameters: KeyGenParameterSpec.Builder, seconds: Int) {
        parameters.setUserAuthenticationParameters(seconds, KeyProperties.AUTH_DEVICE_CREDENTIAL or KeyProperties.AUTH_BIOMETRIC_STRONG)
    }

    /** Runs [work] and says what went wrong in the words of the core. One call at a time: two first calls must not make two keys. */
    private fun <T> typed(work: () -> T): T = synchronized(LOCK) {
        // Before the first unlock Keystore answers as if keys were missing; that must not read as lost.
        if (context.getSystemService(UserManager::class.java)?.isUserUnlocked == false) throw VaultException.Locked()
        try {
            work()
        } catch (error: GeneralSecurityException) {
            throw classify(error)
        } catch (error: ProviderException) {
            throw classify(error)
        } catch (error: IllegalStateException) {
            throw classify(error)
        }
    }

    internal companion object {
        private const val PROVIDER = "AndroidKeyStore"
        private const val TRANSFORMATION = "AES/GCM/NoPadding"
        private const val FORMAT: Byte = 1
        private const val HEADER = 2
        private const val IV_BYTES = 12
        private const val TAG_BITS = 128
        private const val KEY_BITS = 256
        private const val ALMOST_A_SECOND = 999L
        private val LOCK = Any()

        /** The name of a folder's key. */
        internal fun alias(context: Context, dir: File): String {
            val base = context.dataDir.canonicalFile
            val place = dir.canonicalFile
            // Relative to the app's data, which moves when the app does (adopted storage); the key stays.
            val name = place.relativeToOrNull(base)?.takeUnless { it.startsWith("..") } ?: place
            val digest = MessageDigest.getInstance("SHA-256").digest(name.invariantSeparatorsPath.toByteArray())
            return "org.kuager." + digest.take(16).joinToString("") { "%02x".format(it) }
        }

        /** What an exception of the Keystore means for the store. Lost is said only where no later call can succeed. */
        internal fun classify(error: Exception): VaultException {
            val causes = generateSequence<Throwable>(error) { it.cause }.take(MAX_CAUSES).toList()
            return when {
                causes.any { it is KeyPermanentlyInvalidatedException } -> VaultException.Lost(error)
                causes.any { it is UserNotAuthenticatedException } -> VaultException.Locked(error)
                causes.any(::passes) -> VaultException.Locked(error)
                // AEADBadTagException among them. Hardware reports a wrong tag as the other one.
                error is BadPaddingException || error is IllegalBlockSizeException && causes.size > 1 -> VaultException.Lost(error)
                else -> VaultException.Failed("${error.javaClass.simpleName}: ${error.message}", error)
            }
        }

        private const val MAX_CAUSES = 8

        /** Whether a release keeps `setUnlockedDeviceRequired` as it is documented, see [KeystoreVault]. */
        internal fun unlockingIsDependable(sdk: Int): Boolean =
            sdk in Build.VERSION_CODES.P..Build.VERSION_CODES.R || sdk >= Build.VERSION_CODES.VANILLA_ICE_CREAM

        /** Whether the Keystore says that the same call may succeed later. */
        private fun passes(cause: Throwable): Boolean = Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU && saysItPasses(cause)

        @TargetApi(Build.VERSION_CODES.TIRAMISU)
        private fun saysItPasses(cause: Throwable): Boolean =
            cause is android.security.KeyStoreException && (cause.requiresUserAuthentication() || cause.isTransientFailure)
    }
}
