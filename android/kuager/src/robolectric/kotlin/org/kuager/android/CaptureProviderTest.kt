package org.kuager.android

import android.content.ContentResolver
import android.content.Context
import android.content.Intent
import android.content.pm.ProviderInfo
import android.net.Uri
import android.provider.OpenableColumns
import java.io.File
import java.io.FileNotFoundException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment

@RunWith(RobolectricTestRunner::class)
class CaptureProviderTest {
    private val context: Context = RuntimeEnvironment.getApplication()
    private val files = CaptureFiles(context)
    private val capture = PhotoCapture(context, Dispatchers.Unconfined)
    private val resolver: ContentResolver = context.contentResolver

    @Before
    fun provide() {
        val info = ProviderInfo().apply {
            authority = "${context.packageName}.kuager.capture"
            grantUriPermissions = true
        }
        Robolectric.buildContentProvider(CaptureProvider::class.java).create(info)
    }

    private fun write(address: Uri, bytes: ByteArray) = checkNotNull(resolver.openOutputStream(address, "w")).use { it.write(bytes) }

    @Test
    fun the_camera_writes_into_the_apps_own_folder_and_nowhere_else() {
        val file = files.make(CaptureKind.PHOTO)
        write(files.address(file), byteArrayOf(1, 2, 3))
        assertArrayEquals(byteArrayOf(1, 2, 3), file.readBytes())
        assertTrue(file.startsWith(context.noBackupFilesDir))
        assertEquals("image/jpeg", resolver.getType(files.address(file)))
        assertEquals("video/mp4", resolver.getType(files.address(files.make(CaptureKind.VIDEO))))
    }

    @Test
    fun no_address_leads_out_of_the_folder() {
        val secret = File(context.noBackupFilesDir, "secret.jpg").apply { writeText("secret") }
        val base = files.address(files.make(CaptureKind.PHOTO)).buildUpon().path("").build()
        val attempts = listOf("../secret.jpg", "..%2Fsecret.jpg", secret.path, "", ".", "..", "a/b.jpg", "x.jpg\u0000.jpg")
        attempts.forEach { name ->
            listOf(base.buildUpon().appendPath(name).build(), base.buildUpon().appendEncodedPath(name).build()).forEach { address ->
                assertThrows("$address", FileNotFoundException::class.java) { resolver.openInputStream(address) }
            }
        }
        assertEquals("secret", secret.readText())
    }

    @Test
    fun a_late_camera_cannot_bring_a_deleted_file_back() {
        val file = files.make(CaptureKind.PHOTO)
        val address = files.address(file)
        runBlocking { capture.discard(file.name) }
        listOf("w", "rw", "rwt", "wa").forEach { mode ->
            assertThrows(mode, FileNotFoundException::class.java) { resolver.openFileDescriptor(address, mode) }
        }
        assertFalse(file.exists())
    }

    @Test
    fun name_and_size_can_be_asked_for_and_nothing_else() {
        val file = files.make(CaptureKind.PHOTO).apply { writeBytes(ByteArray(7)) }
        val wanted = arrayOf(OpenableColumns.SIZE, "_data", OpenableColumns.DISPLAY_NAME)
        checkNotNull(resolver.query(files.address(file), wanted, null, null, null)).use { cursor ->
            assertArrayEquals(arrayOf(OpenableColumns.SIZE, OpenableColumns.DISPLAY_NAME), cursor.columnNames)
            assertTrue(cursor.moveToFirst())
            assertEquals(7, cursor.getLong(0))
            assertEquals(file.name, cursor.getString(1))
        }
        assertThrows(UnsupportedOperationException::class.java) { resolver.delete(files.address(file), null, null) }
    }

    @Test
    fun photos_that_were_not_attached_are_found_and_empty_and_scratch_files_are_not() {
        val taken = files.make(CaptureKind.PHOTO).apply { writeBytes(ByteArray(3)) }
        val empty = files.make(CaptureKind.PHOTO)
        val scratch = runBlocking { capture.scratch() }
        val preview = File(taken.path + ".preview").apply { writeText("left by a kill") }
        val leftovers = runBlocking { capture.leftovers() }
        assertEquals(listOf(taken.name), leftovers)
        assertFalse(empty.exists())
        assertFalse(preview.exists())
        assertNull("swept away", files.find(scratch.name))
        runBlocking { capture.discardAll() }
        assertFalse(taken.exists())
    }

    @Test
    fun a_scratch_photo_is_deleted_once_it_was_read_even_when_reading_fails() {
        val shot = runBlocking { capture.scratch() }
        val file = checkNotNull(files.find(shot.name))
        assertNull("nothing was taken", runBlocking { capture.readScratch(shot.name) { it.name } })
        val second = runBlocking { capture.scratch() }
        val written = checkNotNull(files.find(second.name)).apply { writeBytes(ByteArray(1)) }
        assertThrows(IllegalStateException::class.java) { runBlocking { capture.readScratch(second.name) { error("unreadable") } } }
        assertFalse(file.exists() || written.exists())
    }

    @Test
    fun the_camera_is_granted_the_file_and_told_where_it_is() {
        val intent = runBlocking { capture.scratch() }.intent
        val address = checkNotNull(intent.clipData).getItemAt(0).uri
        assertEquals("content", address.scheme)
        assertTrue(intent.flags and Intent.FLAG_GRANT_WRITE_URI_PERMISSION != 0)
    }
}
