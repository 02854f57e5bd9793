package org.kuager.android

import android.content.Context
import android.net.Uri
import java.io.File
import java.io.IOException
import java.util.UUID

/**
 * The files that camera apps write for this app, before they are in the encrypted store.
 *
 * They lie in `noBackupFilesDir`: private, in no cloud, in no gallery, and not in the cache, which the system may empty while the camera
 * is in front.
 */
internal class CaptureFiles(context: Context) {
    private val authority = "${context.packageName}.kuager.capture"
    private val folder = File(context.noBackupFilesDir, "kuager-capture")

    /** Makes an empty file for the camera to write to; a [scratch] file is no evidence. */
    fun make(kind: CaptureKind, scratch: Boolean = false): File {
        val file = File(folder, UUID.randomUUID().toString() + (if (scratch) SCRATCH else "") + kind.extension)
        if (!(folder.isDirectory || folder.mkdirs()) || !file.createNewFile()) throw IOException("no file for the camera")
        return file
    }

    /** The file of this name, if the camera was given it. */
    fun find(name: String): File? = File(folder, name).takeIf { NAME.matches(name) && it.isFile }

    /** The address under which the camera may write to a file. */
    fun address(file: File): Uri = Uri.Builder().scheme("content").authority(authority).appendPath(file.name).build()

    /** The file behind an address of [address]. */
    fun behind(address: Uri): File? = address.pathSegments.singleOrNull()?.let(::find)

    /** All files that are evidence, the oldest first. */
    fun all(): List<File> = folder.listFiles().orEmpty().filter(::isEvidence).sortedBy(File::lastModified)

    /** Deletes everything else: previews and scratch files that a kill kept from being deleted. */
    fun sweep() {
        folder.listFiles().orEmpty().filterNot(::isEvidence).forEach(File::delete)
    }

    private fun isEvidence(file: File) = NAME.matches(file.name) && SCRATCH !in file.name

    private companion object {
        const val SCRATCH = ".scratch"

        // No separators and no two dots in a row: a name cannot lead out of the folder.
        val NAME = Regex("[0-9a-f-]{36}(\\.scratch)?\\.(jpg|mp4)")
    }
}

/** What the camera is asked for. */
public enum class CaptureKind(internal val extension: String, internal val mime: String) {
    /** A photo; camera apps write JPEG where an app asks this way. */
    PHOTO(".jpg", "image/jpeg"),

    /** A video. */
    VIDEO(".mp4", "video/mp4"),
    ;

    internal companion object {
        fun of(file: File): CaptureKind = entries.first { file.name.endsWith(it.extension) }
    }
}
