package org.kuager.android

import android.content.ContentProvider
import android.content.ContentValues
import android.database.Cursor
import android.database.MatrixCursor
import android.net.Uri
import android.os.ParcelFileDescriptor
import android.provider.OpenableColumns
import java.io.FileNotFoundException

/**
 * Lets the camera app write the one file it was granted, and nothing else: not exported, an address only for files that [PhotoCapture]
 * made, no listing, no deleting. Declared in the library's manifest under the authority `<application id>.kuager.capture`.
 */
public class CaptureProvider : ContentProvider() {
    private val files by lazy(LazyThreadSafetyMode.PUBLICATION) { CaptureFiles(requireNotNull(context)) }

    override fun onCreate(): Boolean = true // Runs at every start of the process, before the app: nothing may be slow here.

    override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor {
        val file = files.behind(uri) ?: throw FileNotFoundException("no such file")
        // The flags never say "create": once a file has been attached and deleted, a late camera cannot bring it back in the clear.
        val flags = ParcelFileDescriptor.parseMode(mode) and ParcelFileDescriptor.MODE_CREATE.inv()
        return ParcelFileDescriptor.open(file, flags)
    }

    override fun getType(uri: Uri): String? = files.behind(uri)?.let { CaptureKind.of(it).mime }

    /** Name and size, which some camera apps ask for before they write. */
    override fun query(
        uri: Uri,
        projection: Array<String>?,
        selection: String?,
        selectionArgs: Array<String>?,
        sortOrder: String?,
    ): Cursor {
        val columns = (projection ?: COLUMNS).filter { it in COLUMNS }.toTypedArray()
        val cursor = MatrixCursor(columns, 1)
        val file = files.behind(uri) ?: return cursor
        cursor.addRow(columns.map { if (it == OpenableColumns.SIZE) file.length() else file.name })
        return cursor
    }

    override fun insert(uri: Uri, values: ContentValues?): Uri? = throw UnsupportedOperationException()

    override fun delete(uri: Uri, selection: String?, selectionArgs: Array<String>?): Int = throw UnsupportedOperationException()

    override fun update(uri: Uri, values: ContentValues?, selection: String?, selectionArgs: Array<String>?): Int =
        throw UnsupportedOperationException()

    private companion object {
        val COLUMNS = arrayOf(OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE)
    }
}
