package org.kuager.android

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.Matrix
import android.media.ExifInterface
import android.media.MediaMetadataRetriever
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.IOException
import kotlin.math.max

/** Makes small JPEGs of what the core cannot decode: HEIC, WebP, and the first picture of a video. */
internal object PreviewMaker {
    // What the core accepts.
    private const val SIDE = 1600
    private const val BYTES = 153_600

    private val qualities = listOf(80, 65, 50, 40, 30)

    /** A JPEG beside [file], upright and without EXIF; null when the platform cannot decode it either. The caller deletes it. */
    fun make(file: File, mime: String): File? {
        val picture = try {
            if (mime.startsWith("video/")) frame(file) else still(file)
        } catch (_: IOException) {
            null
        } catch (_: RuntimeException) {
            null // Decoders throw all sorts at a broken file.
        } ?: return null
        return try {
            val jpeg = shrink(picture) ?: return null
            File(file.path + ".preview").apply { writeBytes(jpeg) }
        } finally {
            picture.recycle()
        }
    }

    private fun still(file: File): Bitmap? {
        val size = BitmapFactory.Options().apply { inJustDecodeBounds = true }
        BitmapFactory.decodeFile(file.path, size)
        if (size.outWidth <= 0 || size.outHeight <= 0) return null
        // Decoded small at once: a photo of 50 megapixels would take 200 MB.
        val options = BitmapFactory.Options().apply {
            inSampleSize = Integer.highestOneBit(max(1, max(size.outWidth, size.outHeight) / SIDE))
        }
        val picture = BitmapFactory.decodeFile(file.path, options) ?: return null
        return scaled(picture, rotation(file))
    }

    private fun frame(file: File): Bitmap? {
        val retriever = MediaMetadataRetriever()
        try {
            retriever.setDataSource(file.path)
            // Turned upright by the platform.
            return retriever.getFrameAtTime(0, MediaMetadataRetriever.OPTION_CLOSEST_SYNC)?.let { scaled(it, degrees = 0) }
        } finally {
            retriever.release()
        }
    }

    private fun rotation(file: File): Int =
        when (ExifInterface(file.path).getAttributeInt(ExifInterface.TAG_ORIENTATION, ExifInterface.ORIENTATION_NORMAL)) {
            ExifInterface.ORIENTATION_ROTATE_90 -> 90
            ExifInterface.ORIENTATION_ROTATE_180 -> 180
            ExifInterface.ORIENTATION_ROTATE_270 -> 270
            else -> 0
        }

    private fun scaled(picture: Bitmap, degrees: Int): Bitmap {
        val scale = (SIDE.toFloat() / max(picture.width, picture.height)).coerceAtMost(1f)
        if (scale == 1f && degrees == 0) return picture
        val change = Matrix().apply {
            postScale(scale, scale)
            postRotate(degrees.toFloat())
        }
        return Bitmap.createBitmap(picture, 0, 0, picture.width, picture.height, change, true)
            .also { if (it !== picture) picture.recycle() }
    }

    private fun shrink(picture: Bitmap): ByteArray? = qualities.firstNotNullOfOrNull { quality ->
        val out = ByteArrayOutputStream()
        picture.compress(Bitmap.CompressFormat.JPEG, quality, out)
        out.toByteArray().takeIf { it.size <= BYTES }
    }
}
