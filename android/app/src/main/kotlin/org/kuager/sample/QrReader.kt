package org.kuager.sample

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import com.google.zxing.BarcodeFormat
import com.google.zxing.BinaryBitmap
import com.google.zxing.DecodeHintType
import com.google.zxing.RGBLuminanceSource
import com.google.zxing.ReaderException
import com.google.zxing.common.HybridBinarizer
import com.google.zxing.qrcode.QRCodeReader
import java.io.File
import kotlin.math.max

/** Finds a QR code in a photo. */
object QrReader {
    private val hints = mapOf(
        DecodeHintType.TRY_HARDER to true,
        DecodeHintType.POSSIBLE_FORMATS to listOf(BarcodeFormat.QR_CODE),
    )

    // A code that fills a sharp photo is found when it is small, one in a corner when it is large.
    private val sides = listOf(1000, 2000, 4000)

    /** The text of the code; null when there is none that can be read. */
    fun read(photo: File): String? = sides.firstNotNullOfOrNull { side -> load(photo, side)?.let(::read) }

    /** The text of the code in [picture]. */
    fun read(picture: Bitmap): String? {
        val pixels = IntArray(picture.width * picture.height)
        picture.getPixels(pixels, 0, picture.width, 0, 0, picture.width, picture.height)
        val source = RGBLuminanceSource(picture.width, picture.height, pixels)
        return try {
            QRCodeReader().decode(BinaryBitmap(HybridBinarizer(source)), hints).text
        } catch (_: ReaderException) {
            null
        }
    }

    private fun load(photo: File, side: Int): Bitmap? {
        val size = BitmapFactory.Options().apply { inJustDecodeBounds = true }
        BitmapFactory.decodeFile(photo.path, size)
        val options = BitmapFactory.Options().apply {
            inSampleSize = Integer.highestOneBit(max(1, max(size.outWidth, size.outHeight) / side))
        }
        return BitmapFactory.decodeFile(photo.path, options)
    }
}
