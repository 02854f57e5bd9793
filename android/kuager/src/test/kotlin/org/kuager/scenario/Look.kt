package org.kuager.scenario

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import kotlinx.serialization.json.put
import org.kuager.GroupValue
import org.kuager.IntValue
import org.kuager.Kuager
import org.kuager.ListValue
import org.kuager.Observer
import org.kuager.TextValue
import org.kuager.ValidStatement
import org.kuager.Value
import org.kuager.draft
import org.kuager.drafts
import org.kuager.formState
import org.kuager.media
import org.kuager.messages
import org.kuager.outlook
import org.kuager.recent
import org.kuager.record
import org.kuager.searchStations
import org.kuager.tally

/** Looks at what a step asks for, as JSON to compare. */
suspend fun look(observer: Observer, fields: Fields, ready: JsonObject): JsonObject =
    when (val what = fields.text("what")) {
        "status" -> observer.status().let {
            buildJsonObject {
                put("delivered", it.delivered)
                put("waiting", it.waiting)
                put("refused", it.refused)
                put("enrolled", it.enrolled)
            }
        }
        "outlook" -> observer.outlook().let {
            buildJsonObject {
                put("completed", it.completed)
                put("left", it.left)
                put("media_left", it.mediaLeft)
                put("obstacle", it.obstacle?.let(::snake))
            }
        }
        "drafts" -> buildJsonObject { put("count", observer.drafts().size) }
        "draft" -> observer.draft(fields.text("draft")).let {
            buildJsonObject {
                put("answers", json(it.answers))
                put("attachments", it.attachments.size)
            }
        }
        "form" -> checkNotNull(observer.formState(fields.text("draft"))) { "not a form" }.let {
            buildJsonObject {
                put("asked", it.asked.size)
                put("missing", texts(it.missing.map { place -> place.question }))
                put("relations", JsonObject(it.relations.associate { relation -> relation.id to JsonPrimitive(snake(relation.standing)) }))
            }
        }
        "records" -> observer.recent(1000).asReversed().let {
            buildJsonObject {
                put("count", it.size)
                put("states", texts(it.map { record -> snake(record.state) }))
            }
        }
        "receipts" -> {
            val receipts = observer.recent(1000).mapNotNull { observer.record(it.hash).receipt }
            val (deployment, key) = listOf("deployment", "receipt_key").map { ready.getValue(it).jsonPrimitive.content }
            buildJsonObject {
                put("count", receipts.size)
                put("valid", receipts.count { Kuager.checkStatement("receipt", it.bytes, deployment, key) is ValidStatement })
            }
        }
        "media" -> observer.media().let {
            buildJsonObject {
                put("count", it.size)
                put("states", texts(it.map { file -> snake(file.state) }))
            }
        }
        "messages" -> observer.messages().let {
            buildJsonObject {
                put("count", it.size)
                put("unread", it.count { message -> !message.read })
                put("ask", it.lastOrNull()?.ask?.let(::snake))
                put("about", it.lastOrNull()?.about)
            }
        }
        "tally" -> buildJsonObject { put("total", observer.tally(fields.text("station")).total) }
        "chain" -> observer.verify().let {
            buildJsonObject {
                put("records", it.records)
                put("faults", it.faults.size)
            }
        }
        "stations" -> buildJsonObject {
            put("first", observer.searchStations(fields.text("query"), 5, fields.text("language")).firstOrNull()?.key)
        }
        else -> error("nothing to look at: $what")
    }

/** What a scenario writes as an answer. */
fun answerOf(value: JsonElement): Value? =
    when (value) {
        is JsonNull -> null
        is JsonPrimitive -> if (value.isString) TextValue(value.content) else IntValue(value.long)
        is JsonArray -> ListValue(value.map { answerOf(it)!! })
        is JsonObject -> GroupValue(value.mapValues { (_, field) -> answerOf(field)!! })
    }

private fun json(answers: Map<String, Value>): JsonObject = JsonObject(answers.mapValues { (_, answer) -> json(answer) })

private fun json(answer: Value): JsonElement =
    when (answer) {
        is IntValue -> JsonPrimitive(answer.value)
        is TextValue -> JsonPrimitive(answer.value)
        is ListValue -> JsonArray(answer.values.map(::json))
        is GroupValue -> json(answer.answers)
    }

private fun texts(texts: List<String>): JsonArray = JsonArray(texts.map(::JsonPrimitive))

/** The name of a constant or of a case as a scenario writes it. */
private fun snake(value: Any): String =
    if (value is Enum<*>) {
        value.name.lowercase()
    } else {
        checkNotNull(value::class.simpleName).replace(Regex("(?<=.)([A-Z])"), "_$1").lowercase()
    }
