package org.kuager.sample

import android.graphics.Bitmap
import com.google.zxing.BarcodeFormat
import com.google.zxing.qrcode.QRCodeWriter
import java.io.File
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

@RunWith(RobolectricTestRunner::class)
class QrReaderTest {
    @get:Rule
    val folder = TemporaryFolder()

    private fun photo(side: Int, width: Int, height: Int, text: String?): File {
        val picture = Bitmap.createBitmap(width, height, Bitmap.Config.ARGB_8888)
        picture.eraseColor(0xFFE0E0E0.toInt())
        if (text != null) {
            val code = QRCodeWriter().encode(text, BarcodeFormat.QR_CODE, side, side)
            for (x in 0 until side) for (y in 0 until side) picture.setPixel(x, y, if (code[x, y]) 0xFF202020.toInt() else 0xFFF0F0F0.toInt())
        }
        return folder.newFile().apply { outputStream().use { picture.compress(Bitmap.CompressFormat.JPEG, 85, it) } }
    }

    private val invite = "KUAGER:INVITE/" + "ABCDEFGH234567".repeat(20)

    @Test
    fun a_code_that_fills_the_photo_is_read() = assertEquals(invite, QrReader.read(photo(1500, 1500, 1500, invite)))

    @Test
    fun a_code_in_the_corner_of_a_large_photo_is_read() = assertEquals(invite, QrReader.read(photo(700, 4000, 3000, invite)))

    @Test
    fun a_photo_without_a_code_is_no_invite() = assertNull(QrReader.read(photo(1, 800, 600, null)))

    @Test
    fun a_file_that_is_no_photo_is_no_invite() = assertNull(QrReader.read(folder.newFile().apply { writeText("not a photo") }))
}
