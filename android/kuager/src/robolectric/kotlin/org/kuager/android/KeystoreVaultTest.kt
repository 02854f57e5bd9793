package org.kuager.android

import android.content.Context
import android.content.pm.PackageManager
import android.os.UserManager
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.UserNotAuthenticatedException
import java.io.File
import java.security.InvalidKeyException
import java.security.ProviderException
import java.time.Duration
import javax.crypto.AEADBadTagException
import javax.crypto.IllegalBlockSizeException
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.kuager.VaultException
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

@RunWith(RobolectricTestRunner::class)
class KeystoreVaultTest {
    private val context: Context = RuntimeEnvironment.getApplication()
    private val dir = KuagerAndroid.dir(context)
    private val secret = ByteArray(64) { it.toByte() }

    @Before
    fun install() = KeystoreStandIn.install()

    private fun vault(dir: File = this.dir, within: Duration? = null) = KeystoreVault(context, dir, within)

    @Test
    fun what_was_sealed_can_be_unsealed_by_another_process() {
        val sealed = vault().seal(secret)
        assertFalse(sealed.toList().windowed(secret.size).contains(secret.toList()))
        assertArrayEquals(secret, vault().unseal(sealed))
        assertEquals("one key for both secrets of a store", 1, KeystoreStandIn.made.also { vault().seal(secret) }.size)
    }

    @Test
    fun sealing_twice_gives_different_bytes() {
        assertFalse(vault().seal(secret).contentEquals(vault().seal(secret)))
    }

    @Test
    fun a_byte_changed_anywhere_reads_as_lost() {
        val sealed = vault().seal(secret)
        sealed.indices.forEach { at ->
            val changed = sealed.copyOf().also { it[at] = (it[at] + 1).toByte() }
            assertThrows("byte $at", VaultException.Lost::class.java) { vault().unseal(changed) }
        }
        listOf(0, 1, 2, 14, 29).forEach { size ->
            assertThrows(VaultException.Lost::class.java) { vault().unseal(sealed.copyOf(size)) }
        }
    }

    @Test
    fun another_folder_has_another_key_and_does_not_open_what_was_moved_there() {
        val other = KuagerAndroid.dir(context, "other")
        val sealed = vault().seal(secret)
        assertThrows(VaultException.Lost::class.java) { vault(other).unseal(sealed) }
        vault(other).seal(secret)
        assertThrows(VaultException.Lost::class.java) { vault(other).unseal(sealed) }
        // Even with the very same key: the folder is part of what is authenticated.
        val (mine, theirs) = listOf(dir, other).map { KeystoreVault.alias(context, it) }
        KeystoreStandIn.keys[theirs] = KeystoreStandIn.keys.getValue(mine)
        assertThrows(VaultException.Lost::class.java) { vault(other).unseal(sealed) }
        vault(other).destroy()
        assertArrayEquals(secret, vault().unseal(sealed))
    }

    @Test
    fun a_key_that_is_gone_is_lost_and_is_not_made_anew_by_reading() {
        val sealed = vault().seal(secret)
        vault().destroy()
        assertTrue(KeystoreStandIn.keys.isEmpty())
        assertThrows(VaultException.Lost::class.java) { vault().unseal(sealed) }
        assertTrue(KeystoreStandIn.keys.isEmpty())
        vault().destroy()
    }

    @Test
    fun a_deletion_that_did_nothing_is_found_out() {
        vault().seal(secret)
        KeystoreStandIn.deletionsDoNothing = true
        assertThrows(VaultException.Failed::class.java) { vault().destroy() }
    }

    @Test
    fun before_the_first_unlock_it_is_locked_whatever_is_asked() {
        val sealed = vault().seal(secret)
        shadowOf(context.getSystemService(UserManager::class.java)).setUserUnlocked(false)
        assertThrows(VaultException.Locked::class.java) { vault().seal(secret) }
        assertThrows(VaultException.Locked::class.java) { vault().unseal(sealed) }
        assertThrows(VaultException.Locked::class.java) { vault().destroy() }
        assertEquals(1, KeystoreStandIn.keys.size)
    }

    @Test
    fun strong_box_is_used_where_there_is_one_and_room_in_it() {
        vault().seal(secret)
        shadowOf(context.packageManager).setSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE, true)
        vault(File(dir, "b")).seal(secret)
        KeystoreStandIn.strongBoxIsFull = true
        val sealed = vault(File(dir, "c")).seal(secret)
        assertEquals(listOf(false, true, false), KeystoreStandIn.made.map { it.isStrongBoxBacked })
        assertArrayEquals(secret, vault(File(dir, "c")).unseal(sealed))
    }

    @Test
    fun authentication_is_asked_for_only_when_wanted_and_a_new_finger_does_not_destroy_the_key() {
        vault().seal(secret)
        vault(File(dir, "b"), Duration.ofMillis(30_001)).seal(secret)
        val (plain, strict) = KeystoreStandIn.made
        assertFalse(plain.isUserAuthenticationRequired)
        assertTrue(strict.isUserAuthenticationRequired)
        assertEquals(31, strict.userAuthenticationValidityDurationSeconds)
        assertFalse(strict.isInvalidatedByBiometricEnrollment)
        assertTrue("the IV is the provider's", KeystoreStandIn.made.all { it.isRandomizedEncryptionRequired && it.keySize == 256 })
    }

    @Test
    fun a_key_serves_only_while_the_phone_is_unlocked_where_that_is_wanted_and_dependable() {
        vault().seal(secret)
        val folder = File(dir, "b")
        val sealed = KeystoreVault(context, folder, onlyWhileUnlocked = true).seal(secret)
        val (plain, strict) = KeystoreStandIn.made
        assertFalse(plain.isUnlockedDeviceRequired)
        assertTrue("on Android 15, where this test runs", strict.isUnlockedDeviceRequired)
        assertArrayEquals(secret, vault(folder).unseal(sealed))
        assertEquals((28..30) + (35..37), (26..37).filter { KeystoreVault.unlockingIsDependable(it) })
    }

    @Test
    fun each_exception_of_the_platform_has_its_meaning() {
        fun kind(error: Exception) = KeystoreVault.classify(error)::class
        assertEquals(VaultException.Lost::class, kind(KeyPermanentlyInvalidatedException()))
        assertEquals(VaultException.Locked::class, kind(UserNotAuthenticatedException()))
        assertEquals(VaultException.Locked::class, kind(InvalidKeyException(UserNotAuthenticatedException())))
        assertEquals(VaultException.Lost::class, kind(AEADBadTagException()))
        assertEquals(VaultException.Lost::class, kind(IllegalBlockSizeException().apply { initCause(Exception("tag")) }))
        assertEquals(VaultException.Failed::class, kind(IllegalBlockSizeException()))
        assertEquals(VaultException.Failed::class, kind(ProviderException("keystore2 died")))
    }
}
