package org.kuager.sample

import org.kuager.Answer
import org.kuager.GroupAnswer
import org.kuager.PlaceInfo
import org.kuager.SeveralAnswer

/** The answers of a group are one answer, set as a whole; a screen changes them one by one. */
object Answers {
    /**
     * What to set so that the question at [place] has [answer]: the question's own name and answer, or its group's.
     *
     * @param held the draft's answers so far.
     */
    fun with(held: Map<String, Answer>, place: PlaceInfo, answer: Answer?): Pair<String, Answer?> {
        val group = place.group ?: return place.question to answer
        val entry = place.entry?.toInt()
        return when (val whole = held[group]) {
            is SeveralAnswer -> {
                val entries = whole.values.toMutableList()
                val index = entry ?: 0
                while (entries.size <= index) entries += GroupAnswer(emptyMap())
                entries[index] = changed(entries[index], place.question, answer)
                group to SeveralAnswer(entries)
            }
            else -> group to changed(whole, place.question, answer)
        }
    }

    /** The answer of a group with one more entry. */
    fun oneMore(held: Answer?): Answer = SeveralAnswer(entries(held) + GroupAnswer(emptyMap()))

    /** The answer of a group without its last entry; null when there is none left. */
    fun oneLess(held: Answer?): Answer? = entries(held).dropLast(1).takeIf { it.isNotEmpty() }?.let { SeveralAnswer(it) }

    private fun entries(held: Answer?): List<Answer> = (held as? SeveralAnswer)?.values.orEmpty()

    private fun changed(held: Answer?, question: String, answer: Answer?): Answer {
        val answers = (held as? GroupAnswer)?.answers.orEmpty()
        return GroupAnswer(if (answer == null) answers - question else answers + (question to answer))
    }
}
