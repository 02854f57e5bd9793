package org.kuager

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.kuager.support.projectFile

/** The known answers of the wire format, which every language has to agree with. */
class VectorTest {
    private val vectors: JsonObject = Json.parseToJsonElement(projectFile("tests/vectors/wire-v1.json").readText()).jsonObject
    private val keys = list("keys").associate { text(it, "name") to text(it, "public_key") }

    private fun list(name: String): List<JsonObject> = vectors.getValue(name).jsonArray.map { it.jsonObject }

    private fun text(vector: JsonObject, field: String): String = vector.getValue(field).jsonPrimitive.content

    private fun bytes(hex: String): ByteArray = hex.chunked(2) { it.toString().toInt(16).toByte() }.toByteArray()

    private fun check(vector: JsonObject, purpose: String, input: String, key: String): StatementCheck =
        Kuager.checkStatement(text(vector, purpose), bytes(text(vector, input)), text(vector, "deployment"), key)

    @Test
    fun `every statement is valid`() {
        val statements = list("statements")
        assertTrue(statements.size >= 30)
        for (statement in statements) {
            val key = keys.getValue(text(statement, "signed_by"))
            val check = check(statement, "purpose", "bytes", key)
            assertEquals(ValidStatement(text(statement, "sha256")), check, text(statement, "name"))
        }
    }

    @Test
    fun `everything malformed is refused for its reason`() {
        val malformed = list("malformed")
        assertTrue(malformed.size >= 200)
        for (vector in malformed) {
            val check = check(vector, "offered_as", "input", text(vector, "public_key"))
            assertEquals(text(vector, "error"), (check as? InvalidStatement)?.fault, text(vector, "name"))
        }
    }

    @Test
    fun `invites are read, and what is none is refused for its reason`() {
        for (invite in list("invites")) {
            val url = text(invite, "url")
            assertNull(Kuager.inviteFault(url), url)
            val fields = invite.getValue("fields").jsonObject
            val read = Kuager.readInvite(url)
            assertEquals(text(fields, "deployment"), read.deployment)
            fields["servers"]?.let { assertEquals(it.jsonArray.map { server -> server.jsonPrimitive.content }, read.servers) }
            invite["digits"]?.let { assertEquals(it.jsonPrimitive.content, read.digits) }
        }
        val malformed = list("malformed_invites")
        assertTrue(malformed.size >= 8)
        for (vector in malformed) assertEquals(text(vector, "error"), Kuager.inviteFault(text(vector, "url")), text(vector, "name"))
    }
}
