package org.kuager.sample

import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.kuager.Asked
import org.kuager.Attached
import org.kuager.GroupValue
import org.kuager.ListValue
import org.kuager.MediaSource
import org.kuager.Place
import org.kuager.QuestionKind

/** What needs no Android. */
class LogicTest {
    @Test
    fun numbers_go_both_ways_and_nothing_is_rounded() {
        assertEquals(125L, Numbers.parse("12,5", 1))
        assertEquals(125L, Numbers.parse(" 12.5 ", 1))
        assertEquals(-3L, Numbers.parse("-3", 0))
        assertEquals(1200L, Numbers.parse("12", 2))
        listOf("", "x", "12.55", "1e400", "1e999999999", "99999999999999999999").forEach { assertNull(it, Numbers.parse(it, 1)) }
        assertEquals("12.5", Numbers.decimal(125, 1))
        assertEquals("125", Numbers.decimal(125, 0))
    }

    private fun question(id: String, groups: List<String> = listOf(), repeat: String? = null, entry: Int? = null, entries: Int? = null) =
        Asked(
            place = Place(id, repeat, entry?.toLong()),
            kind = if (entries == null) QuestionKind.INTEGER else QuestionKind.GROUP,
            text = id,
            hint = null,
            required = false,
            value = entries?.takeIf { it > 0 }?.let { ListValue(List(it) { GroupValue(emptyMap()) }) },
            wording = null,
            choices = listOf(),
            law = null,
            detailOf = null,
            min = null,
            max = null,
            maxLength = null,
            scale = 0,
            repeats = entries != null,
            groups = groups,
            subject = null,
            accept = listOf(),
            line = null,
        )

    private fun name(row: FormRow): String = when (row) {
        is FormRow.Question -> row.asked.place.question
        is FormRow.Entry -> "${row.group.place.question} ${row.number}"
        is FormRow.More -> "${row.group.place.question} +"
    }

    @Test
    fun each_entry_has_a_heading_and_each_group_an_end() {
        val rows = FormRow.of(
            listOf(
                question("before"),
                question("outer"),
                question("list", listOf("outer"), entries = 3),
                question("role", listOf("outer", "list"), "list", 0),
                question("issued", listOf("outer", "list"), "list", 0),
                // Entry 1 asks nothing and can still be taken out.
                question("issued", listOf("outer", "list"), "list", 2),
                question("empty", entries = 0),
                question("after"),
            ),
        )
        val wanted = listOf("before", "outer", "list", "list 0", "role", "issued", "list 1", "list 2", "issued", "list +", "empty", "empty +", "after")
        assertEquals(wanted, rows.map(::name))
        assertEquals(listOf(0, 0, 1, 2, 2, 2, 2, 2, 2, 1, 0, 0, 0), rows.map(FormRow::depth))
        assertEquals("each piece is told from all others", rows.size, rows.map(FormRow::key).toSet().size)
    }

    @Test
    fun a_piece_is_the_same_whatever_its_answer() {
        fun keys(entries: Int) = FormRow.of(listOf(question("list", entries = entries))).map(FormRow::key)
        assertTrue(keys(3).containsAll(keys(2)))
        assertEquals(1, keys(3).size - keys(2).size)
    }

    @Test
    fun a_photo_whose_preview_cannot_be_read_is_said_to_be_one() {
        fun attached(preview: String?, legible: Boolean) =
            Attached("00", 1, "image/jpeg", MediaSource.CAPTURED, preview, previewNeeded = preview == null, previewLegible = legible)
        assertTrue(attached("11", legible = false).isIllegible)
        assertFalse(attached("11", legible = true).isIllegible)
        assertFalse("the platform makes it, or there is nothing to see", attached(null, legible = false).isIllegible)
    }

    @Test
    fun a_route_survives_being_text() {
        Route.To.entries.forEach { to ->
            listOf(null, "a", "KUAGER:INVITE/ABC", "free text with spaces").forEach { about ->
                val route = Route(to, about)
                assertEquals(route, Route.of(route.toString()))
            }
        }
        assertEquals(Route(Route.To.HOME), Route.of("NOWHERE at all"))
    }
}
