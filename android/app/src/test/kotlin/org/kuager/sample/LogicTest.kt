package org.kuager.sample

import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Test
import org.kuager.Answer
import org.kuager.GroupAnswer
import org.kuager.NumberAnswer
import org.kuager.PlaceInfo
import org.kuager.SeveralAnswer
import org.kuager.TextAnswer

/** What needs no Android. */
class LogicTest {
    @Test
    fun numbers_go_both_ways_and_nothing_is_rounded() {
        assertEquals(125L, Numbers.parse("12,5", 1))
        assertEquals(125L, Numbers.parse(" 12.5 ", 1))
        assertEquals(-3L, Numbers.parse("-3", 0))
        assertEquals(1200L, Numbers.parse("12", 2))
        listOf("", "x", "12.55", "1e400", "99999999999999999999").forEach { assertNull(it, Numbers.parse(it, 1)) }
        assertEquals("12.5", Numbers.decimal(125, 1))
        assertEquals("125", Numbers.decimal(125, 0))
        assertEquals("07:05", Numbers.time(7 * 60L + 5))
    }

    @Test
    fun an_answer_in_a_group_changes_nothing_beside_it() {
        val first: Answer = GroupAnswer(mapOf("votes" to NumberAnswer(1), "name" to TextAnswer("A")))
        val held = mapOf("list" to SeveralAnswer(listOf(first, GroupAnswer(emptyMap()))))
        val (question, whole) = Answers.with(held, PlaceInfo("votes", "list", 1), NumberAnswer(7))
        assertEquals("list", question)
        assertEquals(SeveralAnswer(listOf(first, GroupAnswer(mapOf("votes" to NumberAnswer(7))))), whole)
        val cleared = Answers.with(held, PlaceInfo("votes", "list", 0), null).second
        assertEquals(GroupAnswer(mapOf("name" to TextAnswer("A"))), (cleared as SeveralAnswer).values.first())
    }

    @Test
    fun entries_come_and_go_at_the_end() {
        val one = Answers.oneMore(null)
        assertEquals(1, (one as SeveralAnswer).values.size)
        assertEquals(2, (Answers.oneMore(one) as SeveralAnswer).values.size)
        assertNull(Answers.oneLess(one))
        assertNull(Answers.oneLess(null))
        assertEquals("q" to TextAnswer("yes"), Answers.with(emptyMap(), PlaceInfo("q", null, null), TextAnswer("yes")))
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
