package org.kuager.scenario

import java.io.File
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.supervisorScope
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import org.kuager.CapturedOrigin
import org.kuager.KuagerException
import org.kuager.NewDraft
import org.kuager.Observer
import org.kuager.Place
import org.kuager.Setting
import org.kuager.addEntry
import org.kuager.attach
import org.kuager.beginCapture
import org.kuager.captureAllowed
import org.kuager.correct
import org.kuager.detach
import org.kuager.drafts
import org.kuager.markRead
import org.kuager.messages
import org.kuager.networkChanged
import org.kuager.newDraft
import org.kuager.newIncident
import org.kuager.newTurnout
import org.kuager.removeEntry
import org.kuager.seal
import org.kuager.setAnswer
import org.kuager.tap

/** Does the steps of a phase of tests/scenarios; the README there says what each means. */
class Runner(
    private val observer: Observer,
    private val store: File,
    private val names: Names,
    private val ready: JsonObject,
    private val host: (JsonObject) -> JsonObject,
) {
    suspend fun run(phase: JsonObject) {
        for ((number, step) in phase.getValue("steps").jsonArray.withIndex()) {
            try {
                step(step.jsonObject)
            } catch (failure: Exception) {
                throw AssertionError("step $number of ${phase["name"]}: $step: $failure", failure)
            }
        }
    }

    private suspend fun step(step: JsonObject) {
        val fields = Fields(step, names)
        when (val action = fields.text("do")) {
            "host" -> {
                val reply = host(names.resolve(step.getValue("command")).jsonObject)
                check(reply["error"] == null) { "the host: $reply" }
                step["as"]?.jsonObject?.forEach { (name, field) ->
                    names[name] = reply.getValue(field.jsonPrimitive.content).jsonPrimitive.content
                }
                compare(step, reply)
            }
            "accept_invite" -> observer.acceptInvite(fields.text("invite"))
            "import_pack" -> observer.importPack(File(fields.text("path")))
            "new_draft" -> fields.keep(
                observer.newDraft(
                    NewDraft(
                        form = fields.maybe("form"),
                        station = fields.maybe("station"),
                        language = fields.maybe("language"),
                        text = fields.maybe("text"),
                        training = step["training"]?.jsonPrimitive?.boolean ?: false,
                    ),
                ),
            )
            "new_turnout" -> fields.keep(observer.newTurnout(fields.text("hour"), fields.setting()))
            "new_incident" -> {
                val codes = step.getValue("codes").jsonArray.map { it.jsonPrimitive.content }
                fields.keep(observer.newIncident(codes, fields.setting()))
            }
            "answer" -> observer.setAnswer(fields.text("draft"), fields.text("question"), answerOf(step.getValue("value")))
            "answer_in" -> {
                val place = Place(fields.text("question"), fields.maybe("group"), fields.maybe("entry")?.toLong())
                observer.setAnswer(fields.text("draft"), place, answerOf(step.getValue("value")))
            }
            "add_entry" -> observer.addEntry(fields.text("draft"), fields.text("group"))
            "remove_entry" -> observer.removeEntry(fields.text("draft"), fields.text("group"), fields.text("entry").toInt())
            "capture" -> {
                val draft = fields.text("draft")
                val label = fields.maybe("label")
                observer.captureAllowed(draft, label)
                val token = observer.beginCapture()
                fields.keep(observer.attach(draft, File(fields.text("path")), CapturedOrigin(token), label).hash)
            }
            "detach" -> observer.detach(fields.text("draft"), fields.text("media"))
            "correct" -> fields.keep(observer.correct(fields.text("record")))
            "seal" -> fields.keep(observer.seal(fields.text("draft")).hash)
            "tap" -> observer.tap(fields.text("station"), step.getValue("heads").jsonPrimitive.int)
            "sync" -> observer.sync(step.getValue("seconds").jsonPrimitive.int.seconds)
            "cancelled_sync" -> cancelledSync(step.getValue("after_ms").jsonPrimitive.long)
            "paused_sync" -> pausedSync(step.getValue("after_ms").jsonPrimitive.long)
            "network_changed" -> observer.networkChanged()
            "mark_read" -> observer.markRead(observer.messages().last().number)
            "wipe" -> {
                observer.wipe()
                check(codeOf { observer.status() } == "store_closed")
                check(!File(store, "kuager.db").exists()) { "the store is still there" }
            }
            "kill" -> kill()
            "fails" -> fails(step)
            "expect" -> compare(step, look(observer, fields, ready))
            else -> error("no such action: $action")
        }
    }

    private suspend fun fails(step: JsonObject) {
        val failure =
            try {
                step(step.getValue("step").jsonObject)
                null
            } catch (failure: KuagerException) {
                failure
            }
        checkNotNull(failure) { "it should fail" }
        check(failure.code == step.getValue("code").jsonPrimitive.content) { "failed in another way: $failure" }
        step["retryable"]?.let { check(failure.retryable == it.jsonPrimitive.boolean) { "retryable: ${failure.retryable}" } }
    }

    private suspend fun cancelledSync(afterMillis: Long) = coroutineScope {
        val sync = async { observer.sync(1.minutes) }
        delay(afterMillis.milliseconds)
        check(sync.isActive) { "the network is silent, so it cannot have ended" }
        sync.cancelAndJoin()
        check(sync.isCancelled)
    }

    private suspend fun pausedSync(afterMillis: Long) = supervisorScope {
        val sync = async { observer.sync(1.minutes) }
        delay(afterMillis.milliseconds)
        observer.pause()
        check(codeOf { sync.await() } == "store_paused")
        check(codeOf { observer.drafts() } == "store_paused")
        observer.resume()
    }

    private suspend fun codeOf(work: suspend () -> Unit): String? =
        try {
            work()
            null
        } catch (failure: KuagerException) {
            failure.code
        }

    /** Compares the fields that the step names; of a map, those it names. */
    private fun compare(step: JsonObject, found: JsonObject) {
        for ((field, wanted) in step["equals"]?.jsonObject.orEmpty()) {
            val expected = names.resolve(wanted)
            val seen = found[field]
            if (expected is JsonObject && seen is JsonObject) {
                for ((key, value) in expected) check(seen[key] == value) { "$field.$key is ${seen[key]} and not $value" }
            } else {
                check(seen == expected) { "$field is $seen and not $expected" }
            }
        }
    }

    /** SIGKILL, as the system does it: nothing is flushed, nothing is closed. */
    private fun kill(): Nothing {
        ProcessBuilder("kill", "-9", ProcessHandle.current().pid().toString()).start().waitFor()
        error("SIGKILL cannot be caught")
    }
}

/** The fields of a step, with names replaced. */
class Fields(private val step: JsonObject, private val names: Names) {
    fun text(field: String): String = checkNotNull(maybe(field)) { "$field is missing" }

    fun maybe(field: String): String? = step[field]?.let { names.resolve(it).jsonPrimitive.content }

    fun keep(value: String) {
        step["as"]?.let { names[it.jsonPrimitive.content] = value }
    }

    fun setting(): Setting = Setting(station = text("station"), language = text("language"))
}

/** What the steps have named so far, written down at once. */
class Names(private val file: File, private val known: MutableMap<String, JsonElement>) {
    operator fun set(name: String, value: String) {
        known[name] = JsonPrimitive(value)
        file.writeText(JsonObject(known).toString())
    }

    fun resolve(value: JsonElement): JsonElement =
        when {
            value is JsonObject -> buildJsonObject { value.forEach { (key, field) -> put(key, resolve(field)) } }
            value is JsonPrimitive && value !is JsonNull && value.isString && value.content.startsWith("$") ->
                checkNotNull(known[value.content.drop(1)]) { "no name ${value.content}" }
            else -> value
        }
}
