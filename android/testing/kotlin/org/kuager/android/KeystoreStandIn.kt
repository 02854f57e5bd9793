package org.kuager.android

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.StrongBoxUnavailableException
import java.io.InputStream
import java.io.OutputStream
import java.security.Key
import java.security.KeyStoreSpi
import java.security.Provider
import java.security.SecureRandom
import java.security.Security
import java.security.cert.Certificate
import java.security.spec.AlgorithmParameterSpec
import java.util.Collections
import java.util.Date
import java.util.Enumeration
import javax.crypto.KeyGeneratorSpi
import javax.crypto.SecretKey
import javax.crypto.spec.SecretKeySpec

/**
 * Stands in for the provider "AndroidKeyStore", which Robolectric lacks: keeps AES keys by alias in memory and makes them as the parameters
 * say. Encryption is the JDK's own. What only hardware does (authentication, invalidation) is not imitated; those answers are tested on
 * the exceptions themselves.
 */
object KeystoreStandIn {
    val keys = HashMap<String, SecretKey>()
    val made = ArrayList<KeyGenParameterSpec>()
    var strongBoxIsFull = false
    var deletionsDoNothing = false

    fun install() {
        keys.clear()
        made.clear()
        strongBoxIsFull = false
        deletionsDoNothing = false
        Security.removeProvider(NAME)
        Security.addProvider(StandInProvider())
    }

    private const val NAME = "AndroidKeyStore"

    private class StandInProvider : Provider(NAME, "1", "stand-in for tests") {
        init {
            put("KeyStore.AndroidKeyStore", Store::class.java.name)
            put("KeyGenerator.AES", Generator::class.java.name)
        }
    }

    class Generator : KeyGeneratorSpi() {
        private lateinit var spec: KeyGenParameterSpec

        override fun engineInit(params: AlgorithmParameterSpec, random: SecureRandom?) {
            spec = params as KeyGenParameterSpec
        }

        override fun engineInit(random: SecureRandom?) = error("without parameters")

        override fun engineInit(keysize: Int, random: SecureRandom?) = error("without parameters")

        override fun engineGenerateKey(): SecretKey {
            if (spec.isStrongBoxBacked && strongBoxIsFull) throw StrongBoxUnavailableException("full")
            made += spec
            val key = SecretKeySpec(ByteArray(spec.keySize / 8).also(SecureRandom()::nextBytes), "AES")
            keys[spec.keystoreAlias] = key
            return key
        }
    }

    class Store : KeyStoreSpi() {
        override fun engineGetKey(alias: String, password: CharArray?): Key? = keys[alias]

        override fun engineDeleteEntry(alias: String) {
            if (!deletionsDoNothing) keys.remove(alias)
        }

        override fun engineContainsAlias(alias: String): Boolean = alias in keys

        override fun engineAliases(): Enumeration<String> = Collections.enumeration(keys.keys)

        override fun engineSize(): Int = keys.size

        override fun engineIsKeyEntry(alias: String): Boolean = alias in keys

        override fun engineIsCertificateEntry(alias: String): Boolean = false

        override fun engineLoad(stream: InputStream?, password: CharArray?) = Unit

        override fun engineStore(stream: OutputStream?, password: CharArray?) = Unit

        override fun engineGetCertificateChain(alias: String): Array<Certificate>? = null

        override fun engineGetCertificate(alias: String): Certificate? = null

        override fun engineGetCreationDate(alias: String): Date? = null

        override fun engineGetCertificateAlias(cert: Certificate?): String? = null

        override fun engineSetKeyEntry(alias: String, key: Key, password: CharArray?, chain: Array<Certificate>?) = error("read only")

        override fun engineSetKeyEntry(alias: String, key: ByteArray, chain: Array<Certificate>?) = error("read only")

        override fun engineSetCertificateEntry(alias: String, cert: Certificate?) = error("read only")
    }
}
