package org.kuager.sample

/**
 * Where the observer is in the app; what the system keeps of a screen when it ends the process.
 *
 * @property to the screen.
 * @property about the station, draft or record it is about.
 */
data class Route(val to: To, val about: String? = null) {
    /** All screens. */
    enum class To { HOME, INVITE, JOIN, STATION, FORM, OUTBOX, RECORD, MESSAGES, PASSCODE, WIPE }

    /** As text, for a bundle. */
    override fun toString(): String = if (about == null) to.name else "${to.name} $about"

    companion object {
        /** Reads what [toString] gave; home for anything else. */
        fun of(text: String): Route {
            val to = To.entries.firstOrNull { it.name == text.substringBefore(' ') } ?: return Route(To.HOME)
            return Route(to, text.substringAfter(' ', "").ifEmpty { null })
        }
    }
}
