package org.kuager.sample

import java.io.File
import java.util.concurrent.TimeUnit
import org.json.JSONObject

/** A real coordinator in a process of its own, told what to do by lines of JSON: see tests/scenarios/README.md. */
class TestHost : AutoCloseable {
    private val process: Process =
        ProcessBuilder(checkNotNull(System.getProperty("kuager.host")) { "-Dkuager.host is not set" })
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
    private val input = process.outputStream.bufferedWriter()
    private val output = process.inputStream.bufferedReader()
    private val given = line()

    /** The text of an invite. */
    val invite: String = given.getString("invite")

    /** A photo of a page. */
    val photo: ByteArray = File(given.getString("photo")).readBytes()

    /** `fine`, `silent` or `down`: how new connections fare. */
    fun network(fate: String) {
        ask("network", "fate" to fate)
    }

    /** Asks every observer to take a photo again; says how many were asked. */
    fun message(text: String, about: String, media: String): Int =
        ask("message", "text" to text, "about" to about, "media" to media).getInt("sent")

    /** How many records the coordinator holds. */
    fun records(): Int = ask("records").getInt("records")

    /** Whether the coordinator holds a file whole. */
    fun holds(file: String): Boolean = ask("media", "file" to file).getBoolean("whole")

    private fun ask(command: String, vararg fields: Pair<String, String>): JSONObject {
        input.write(JSONObject(mapOf("do" to command, *fields)).toString())
        input.newLine()
        input.flush()
        return line().also { check(!it.has("error")) { "$command: $it" } }
    }

    private fun line() = JSONObject(output.readLine() ?: error("the test host ended: ${process.waitFor()}"))

    override fun close() {
        input.close()
        if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly()
    }
}
