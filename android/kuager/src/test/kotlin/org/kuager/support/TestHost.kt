package org.kuager.support

import java.io.BufferedReader
import java.io.BufferedWriter
import java.io.File
import java.util.concurrent.TimeUnit
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.put

/** A real coordinator in a process of its own, told what to do by lines of JSON: see tests/scenarios/README.md. */
class TestHost : AutoCloseable {
    private val process: Process =
        ProcessBuilder(File(property("kuager.host")).path).redirectError(ProcessBuilder.Redirect.INHERIT).start()
    private val input: BufferedWriter = process.outputStream.bufferedWriter()
    private val output: BufferedReader = process.inputStream.bufferedReader()

    /** The first line, as it was printed. */
    val ready: String = line()
    private val given: JsonObject = Json.parseToJsonElement(ready).jsonObject

    val photo: File get() = File(text(given, "photo"))
    val pack: File get() = File(text(given, "pack"))

    fun invite(): String = text(ask(buildJsonObject { put("do", "invite") }), "invite")

    /** `fine`, `silent` or `down`. */
    fun network(fate: String) {
        ask(buildJsonObject { put("do", "network"); put("fate", fate) })
    }

    fun ask(command: JsonObject): JsonObject {
        val reply = Json.parseToJsonElement(askLine(command.toString())).jsonObject
        check(reply["error"] == null) { "$command: $reply" }
        return reply
    }

    fun askLine(command: String): String {
        input.write(command)
        input.newLine()
        input.flush()
        return line()
    }

    private fun line(): String = output.readLine() ?: error("the test host ended: ${process.waitFor()}")

    private fun text(answer: JsonObject, field: String): String = answer.getValue(field).jsonPrimitive.content

    override fun close() {
        input.close()
        if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly()
    }
}

/** What Maven hands over. */
fun property(name: String): String = checkNotNull(System.getProperty(name)) { "-D$name is not set" }

/** A file of the project. */
fun projectFile(path: String): File = File(property("kuager.root"), path)

/** Starts [main] of these tests in a virtual machine of its own. */
fun java(main: String, vararg arguments: String, library: String = property("jna.library.path")): ProcessBuilder {
    val java = File(System.getProperty("java.home"), "bin/java").path
    val classes = System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path")
    return ProcessBuilder(java, "-Djna.library.path=$library", "-cp", classes, main, *arguments)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
}
