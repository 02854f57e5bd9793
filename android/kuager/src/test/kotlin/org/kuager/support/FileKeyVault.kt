package org.kuager.support

import java.io.File
import java.nio.file.Files
import java.nio.file.StandardCopyOption
import java.security.GeneralSecurityException
import java.security.SecureRandom
import javax.crypto.Cipher
import javax.crypto.spec.GCMParameterSpec
import javax.crypto.spec.SecretKeySpec
import org.kuager.KeyVault
import org.kuager.VaultException

/** A vault for tests: AES-256-GCM with a key in a file. It protects nothing. */
class FileKeyVault(private val file: File) : KeyVault {
    override fun seal(secret: ByteArray): ByteArray {
        val nonce = ByteArray(NONCE).also(SecureRandom()::nextBytes)
        return nonce + cipher(Cipher.ENCRYPT_MODE, key() ?: newKey(), nonce).doFinal(secret)
    }

    override fun unseal(sealed: ByteArray): ByteArray {
        val key = key() ?: throw VaultException.Lost()
        if (sealed.size < NONCE) throw VaultException.Lost()
        return try {
            cipher(Cipher.DECRYPT_MODE, key, sealed.copyOf(NONCE)).doFinal(sealed, NONCE, sealed.size - NONCE)
        } catch (failure: GeneralSecurityException) {
            throw VaultException.Lost(failure)
        }
    }

    override fun destroy() {
        Files.deleteIfExists(file.toPath())
    }

    private fun key(): ByteArray? = if (file.exists()) file.readBytes() else null

    private fun newKey(): ByteArray {
        val key = ByteArray(KEY).also(SecureRandom()::nextBytes)
        file.parentFile.mkdirs()
        // Whole or not at all: the scenarios kill this process.
        val fresh = File(file.path + ".new").apply { writeBytes(key) }
        Files.move(fresh.toPath(), file.toPath(), StandardCopyOption.ATOMIC_MOVE)
        return key
    }

    private fun cipher(mode: Int, key: ByteArray, nonce: ByteArray): Cipher =
        Cipher.getInstance("AES/GCM/NoPadding").apply { init(mode, SecretKeySpec(key, "AES"), GCMParameterSpec(TAG_BITS, nonce)) }

    private companion object {
        const val KEY = 32
        const val NONCE = 12
        const val TAG_BITS = 128
    }
}
