package org.kuager.android

import android.content.ClipData
import android.content.Context
import android.content.Intent
import android.provider.MediaStore
import java.io.File
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import org.kuager.Attached
import org.kuager.CapturedOrigin
import org.kuager.ImportedOrigin
import org.kuager.MediaOrigin
import org.kuager.Observer
import org.kuager.attach
import org.kuager.attachPreview
import org.kuager.beginCapture
import org.kuager.captureAllowed

/**
 * Photos and videos by the phone's own camera app, straight into app-private storage: no copy in the gallery from here (a camera app that
 * makes one of its own accord cannot be stopped), no camera permission. Do not declare `android.permission.CAMERA` in the app: an app that
 * declares it without having been granted it is refused the camera app as well.
 *
 * ```
 * shot = capture.begin(observer, draft, label)        // keep shot.name and shot.token in the saved instance state
 * startActivityForResult(shot.intent, PHOTO)          // catch ActivityNotFoundException: a phone without a camera app
 * // in onActivityResult, whatever the result code says:
 * val attached = capture.finish(observer, draft, shot.name, shot.token, label)
 * ```
 */
public class PhotoCapture @JvmOverloads constructor(
    context: Context,
    private val dispatcher: CoroutineDispatcher = Dispatchers.IO,
) {
    private val context = context.applicationContext ?: context
    private val files = CaptureFiles(this.context)

    /**
     * Asks whether the question may be photographed and prepares a file for the camera.
     *
     * @throws org.kuager.KuagerException with the code `capture_forbidden` and the reason to show, and others of the store.
     * @throws java.io.IOException when no file can be made, as on a full disk.
     */
    public suspend fun begin(observer: Observer, draft: String, label: String?, kind: CaptureKind = CaptureKind.PHOTO): Shot {
        observer.captureAllowed(draft, label)
        return withContext(dispatcher) {
            val file = files.make(kind)
            Shot(file.name, observer.beginCapture(), intent(file, kind))
        }
    }

    /**
     * Takes what the camera wrote into the store and deletes the file. Null when there is nothing: the camera was left without a photo.
     * Camera apps are not to be believed about the result code, so the file decides.
     *
     * @param token of [Shot]; null after the process was killed meanwhile. The file then counts as imported.
     * @throws org.kuager.KuagerException as `Observer.attach`; the file is kept then, and [leftovers] names it.
     */
    public suspend fun finish(observer: Observer, draft: String, name: String, token: String?, label: String?): Attached? {
        val file = withContext(dispatcher) { taken(name) } ?: return null
        // Attached and not deleted, it would be offered as a leftover; so a screen that goes away does not stop this half way.
        return withContext(NonCancellable) { attach(observer, draft, file, token?.let { CapturedOrigin(it) } ?: ImportedOrigin, label) }
    }

    /**
     * Prepares a photo that is no evidence, such as one of an invite's QR code.
     *
     * @throws java.io.IOException when no file can be made.
     */
    public suspend fun scratch(): Shot = withContext(dispatcher) {
        val file = files.make(CaptureKind.PHOTO, scratch = true)
        Shot(file.name, token = null, intent(file, CaptureKind.PHOTO))
    }

    /** Hands the photo of [scratch] to [read] and deletes it; null when none was taken. */
    public suspend fun <T : Any> readScratch(name: String, read: (File) -> T?): T? = withContext(dispatcher) {
        val file = taken(name) ?: return@withContext null
        try {
            read(file)
        } finally {
            delete(file)
        }
    }

    /** Photos that were taken and never attached, as after a kill. Look at every start; [finish] them or [discard] them. */
    public suspend fun leftovers(): List<String> = withContext(dispatcher) {
        files.sweep()
        files.all().mapNotNull { taken(it.name)?.name }
    }

    /** Deletes a file that is not wanted. */
    public suspend fun discard(name: String): Unit = withContext(dispatcher) { files.find(name)?.let(::delete) }

    /** Deletes all files. Part of wiping. */
    public suspend fun discardAll(): Unit = withContext(dispatcher) {
        files.sweep()
        files.all().forEach(::delete)
    }

    /** Attaches a file, with a preview of the platform's where the core can make none, and deletes it. */
    private suspend fun attach(observer: Observer, draft: String, file: File, origin: MediaOrigin, label: String?): Attached {
        val attached = observer.attach(draft, file, origin, label)
        if (attached.previewNeeded) {
            // The record is complete without a preview: one that cannot be made is no reason to fail.
            withContext(dispatcher) { PreviewMaker.make(file, attached.mime) }?.let { preview ->
                try {
                    observer.attachPreview(draft, attached.hash, preview)
                } finally {
                    withContext(dispatcher) { preview.delete() }
                }
            }
        }
        withContext(dispatcher) { delete(file) }
        return attached
    }

    /** The file, if the camera wrote to it; the camera may not any more. */
    private fun taken(name: String): File? {
        val file = files.find(name) ?: return null
        // A camera that still writes would make attaching fail with `media_changed`.
        context.revokeUriPermission(files.address(file), GRANT)
        if (file.length() > 0) return file
        delete(file)
        return null
    }

    private fun delete(file: File) {
        context.revokeUriPermission(files.address(file), GRANT)
        file.delete()
    }

    private fun intent(file: File, kind: CaptureKind): Intent {
        val address = files.address(file)
        val action = if (kind == CaptureKind.VIDEO) MediaStore.ACTION_VIDEO_CAPTURE else MediaStore.ACTION_IMAGE_CAPTURE
        return Intent(action)
            .putExtra(MediaStore.EXTRA_OUTPUT, address)
            // Grants reach an extra only through the clip data on some releases.
            .apply { clipData = ClipData.newRawUri(null, address) }
            .addFlags(GRANT)
    }

    private companion object {
        const val GRANT = Intent.FLAG_GRANT_WRITE_URI_PERMISSION or Intent.FLAG_GRANT_READ_URI_PERMISSION
    }
}

/**
 * A photo that is about to be taken.
 *
 * @property name names the file; survives a kill.
 * @property token what makes it count as taken in this app; for a minute, and not across a kill. None for [PhotoCapture.scratch].
 * @property intent what to start.
 */
public class Shot internal constructor(public val name: String, public val token: String?, public val intent: Intent)
