package org.kuager.sample

import org.kuager.Asked
import org.kuager.ListValue

/** A piece of a form as it is shown, from top to bottom. */
sealed interface FormRow {
    /** Tells the piece from all others, also when its answer or its neighbours change. */
    val key: Any

    /** How many groups it is in. */
    val depth: Int

    /** A question, or the heading of a group. */
    data class Question(val asked: Asked) : FormRow {
        override val key: Any get() = asked.place to asked.kind
        override val depth: Int get() = asked.groups.size
    }

    /** The heading of an entry of a repeat group, with what takes the entry out. */
    data class Entry(val group: Asked, val number: Int) : FormRow {
        override val key: Any get() = group.place to number
        override val depth: Int get() = group.groups.size + 1
    }

    /** What adds an entry to a repeat group, where it may have one more; stands below the last one. */
    data class More(val group: Asked) : FormRow {
        override val key: Any get() = group.place
        override val depth: Int get() = group.groups.size
    }

    companion object {
        /** What to show for the questions that are asked now, in their order. */
        fun of(asked: List<Asked>): List<FormRow> = buildList {
            val inEntries = asked.filter { it.place.group != null }.groupBy { it.place.group to it.place.entry?.toInt() }
            asked.filter { it.place.group == null }.forEach { question ->
                add(Question(question))
                if (!question.repeats) return@forEach
                // Not the entries that ask something: one that asks nothing is there as well, and can be taken out.
                val entries = (question.value as? ListValue)?.values.orEmpty().size
                repeat(entries) { number ->
                    add(Entry(question, number))
                    inEntries[question.place.question to number].orEmpty().mapTo(this, ::Question)
                }
                if (entries < (question.max ?: Long.MAX_VALUE)) add(More(question))
            }
        }
    }
}
