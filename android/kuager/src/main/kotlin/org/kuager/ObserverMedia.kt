package org.kuager

import java.io.File
import java.io.InputStream

// Photos, videos and sound.

/** What a file that answers the question at this place is labelled with: `question`, or `group[entry].question` with entries from 1. */
public val Place.label: String
    get() = group?.let { "$it[${(entry ?: 0) + 1}].$question" } ?: question

/**
 * Whether files may be taken for a question of a draft; ask before the camera opens. Returns when they may.
 *
 * @param label The [label] of the question's place, or the page; null for the record as a whole.
 * @throws KuagerException with `capture_forbidden` and the reason to show, `no_such_draft`, and those of the store.
 */
public suspend fun Observer.captureAllowed(draft: String, label: String? = null): Unit = call { it.captureAllowed(draft, label) }

/**
 * Says that the camera is about to open. A file attached as [CapturedOrigin] with this token within a minute is marked as taken in this app.
 *
 * @return The token.
 * @throws KuagerException with `file` when the system has no randomness.
 */
public suspend fun Observer.beginCapture(): String = call { it.beginCapture() }

/**
 * Takes a file into the store, bit for bit, and attaches it to a draft. When this returns, it survives a kill: delete [file] then. A photo
 * takes some tenths of a second, a long video longer.
 *
 * @param label The [label] of the place of the question it answers, or the page; null for the record as a whole.
 * @throws KuagerException with `capture_forbidden`, `media_unreadable`, `media_empty`, `media_too_large`, `media_changed`, `media_type`,
 *   `too_many_files`, `no_such_draft`, `disk_full` and others of the store; nothing is kept then and the draft is as it was.
 */
public suspend fun Observer.attach(
    draft: String,
    file: File,
    origin: MediaOrigin = ImportedOrigin,
    label: String? = null,
): Attached = call { it.attach(draft, file.path, origin, label) }

/**
 * Attaches a preview that the platform made: an upright JPEG of at most 153,600 bytes.
 *
 * @param of The file it is a preview of.
 * @return The preview's name.
 * @throws KuagerException with `media_too_large`, `media_type`, `no_such_draft`, `file`, and those of the store.
 */
public suspend fun Observer.attachPreview(draft: String, of: String, jpeg: File): String =
    call { it.attachPreview(draft, of, jpeg.path) }

/**
 * Takes a file out of a draft; its preview goes with it.
 *
 * @param label Only from the question that it names; null for the whole draft.
 * @throws KuagerException with `no_such_draft`, and those of the store.
 */
public suspend fun Observer.detach(draft: String, media: String, label: String? = null): Unit =
    call { it.detach(draft, media, label) }

/**
 * Every file of this store and where it stands, in the order they came.
 *
 * @throws KuagerException of the store.
 */
public suspend fun Observer.media(): List<MediaInfo> = call { it.media() }

/**
 * A piece of a stored file, for showing it. Do not write it to a disk.
 *
 * @return At most [length] bytes and never more than a mebibyte; none at the end.
 * @throws KuagerException with `no_such_media`, and those of the store.
 */
public suspend fun Observer.readMedia(media: String, offset: Long, length: Int): ByteArray =
    call { it.readMedia(media, offset, length.toLong()) }

/**
 * Hands a stored file to a decoder as a stream. The stream ends with [decode] and reads from the store as it goes; do not write it to a
 * disk.
 *
 * @return What [decode] gives. It works on the observer's dispatcher.
 * @throws KuagerException with `no_such_media`, and those of the store.
 */
public suspend fun <T> Observer.decodeMedia(media: String, decode: (InputStream) -> T): T =
    onDispatcher { handle -> decode(MediaInput { offset, length -> translated { handle.readMedia(media, offset, length.toLong()) } }) }

/**
 * The coordinator's signed receipt for a file; null until there is one.
 *
 * @throws KuagerException of the store.
 */
public suspend fun Observer.mediaReceipt(media: String): ByteArray? = call { it.mediaReceipt(media) }

/**
 * Sends a file on any network, even where bytes cost money.
 *
 * @return Whether there was anything to send.
 * @throws KuagerException of the store.
 */
public suspend fun Observer.sendMediaNow(media: String): Boolean = call { it.sendMediaNow(media) }

/**
 * Holds a file back, also in the middle of its upload.
 *
 * @return Whether there was anything to hold.
 * @throws KuagerException of the store.
 */
public suspend fun Observer.holdMedia(media: String): Boolean = call { it.holdMedia(media) }

/** A stored file as a stream, a piece at a time. */
private class MediaInput(private val read: (offset: Long, length: Int) -> ByteArray) : InputStream() {
    private var piece = ByteArray(0)
    private var taken = 0
    private var offset = 0L

    override fun available(): Int = piece.size - taken

    override fun read(): Int = if (fill()) piece[taken++].toInt() and 0xff else -1

    override fun read(target: ByteArray, start: Int, length: Int): Int {
        if (length == 0) return 0
        if (!fill()) return -1
        val count = minOf(length, available())
        piece.copyInto(target, start, taken, taken + count)
        taken += count
        return count
    }

    private fun fill(): Boolean {
        if (available() == 0) {
            piece = read(offset, PIECE)
            taken = 0
            offset += piece.size
        }
        return piece.isNotEmpty()
    }

    private companion object {
        const val PIECE = 256 * 1024
    }
}
