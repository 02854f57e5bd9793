package org.kuager

/**
 * Seals the two small secrets of a store with a key that never leaves the platform's keystore.
 *
 * On Android use the vault of `org.kuager.android`, which rests on the Keystore. Calls come from a background thread and may wait for a
 * person. They must not call the [Observer]: that fails with the code `reentrant_call`.
 *
 * Whatever an implementation throws becomes a [KuagerException.Vault] of the call that needed the secret; a [VaultException] says
 * which one.
 */
public interface KeyVault {
    /**
     * Encrypts [secret] so that only this vault can read it again. The array is zeroed once this returns: do not keep it.
     *
     * @throws VaultException when it cannot.
     */
    public fun seal(secret: ByteArray): ByteArray

    /**
     * Decrypts what [seal] gave.
     *
     * @throws VaultException when it cannot.
     */
    public fun unseal(sealed: ByteArray): ByteArray

    /**
     * Destroys the key: everything it ever sealed is unreadable from now on. Done when there is no key.
     *
     * @throws VaultException when the key may still exist.
     */
    public fun destroy()
}

/** Why a [KeyVault] did not do what was asked. */
public sealed class VaultException(message: String, cause: Throwable?) : Exception(message, cause) {
    /** The device is locked; ask again after it has been unlocked. */
    public class Locked(cause: Throwable? = null) : VaultException("the device is locked", cause)

    /** The person declined to authenticate. */
    public class Cancelled(cause: Throwable? = null) : VaultException("authentication was declined", cause)

    /** The key is gone, or does not fit what it was given. The store cannot be read any more. */
    public class Lost(cause: Throwable? = null) : VaultException("the key is gone", cause)

    /** Anything else; [reason] is for developers, in English. */
    public class Failed(public val reason: String, cause: Throwable? = null) : VaultException(reason, cause)
}
