package org.kuager.sample

import java.math.BigDecimal

/** Numbers as an observer types them and as the core takes them. */
object Numbers {
    /** 125 with scale 1 is 12.5. */
    fun decimal(value: Long, scale: Int): String = BigDecimal.valueOf(value, scale).toPlainString()

    /** 12.5 or 12,5 with scale 1 is 125; null for what is no number, has more digits than [scale], or is out of range. */
    fun parse(text: String, scale: Int): Long? {
        val number = text.trim().replace(',', '.').toBigDecimalOrNull() ?: return null
        return try {
            number.scaleByPowerOfTen(scale).longValueExact()
        } catch (_: ArithmeticException) {
            null
        }
    }
}
