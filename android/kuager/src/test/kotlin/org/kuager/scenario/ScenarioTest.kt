package org.kuager.scenario

import java.io.File
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.kuager.support.TestHost
import org.kuager.support.java
import org.kuager.support.projectFile

/** Runs every scenario of tests/scenarios against a real coordinator, each phase in a process of its own. */
class ScenarioTest {
    @Test
    fun `every scenario holds`(@TempDir root: File) {
        val scenarios = projectFile("tests/scenarios").listFiles { file -> file.extension == "json" }.orEmpty().sorted()
        assertTrue(scenarios.isNotEmpty(), "no scenarios")
        for (scenario in scenarios) TestHost().use { run(it, scenario, File(root, scenario.nameWithoutExtension)) }
    }

    private fun run(host: TestHost, scenario: File, folder: File) {
        folder.mkdirs()
        val ready = File(folder, "ready.json").apply { writeText(host.ready) }
        val phases = Json.parseToJsonElement(scenario.readText()).jsonObject.getValue("phases").jsonArray.map { it.jsonObject }
        for (phase in phases) {
            val name = text(phase, "name")
            val child =
                java(
                    ScenarioMain::class.java.name,
                    "--folder", folder.path,
                    "--scenario", scenario.path,
                    "--phase", name,
                    "--ready", ready.path,
                ).start()
            val answers = child.outputStream.bufferedWriter()
            child.inputStream.bufferedReader().forEachLine { line ->
                if (line.startsWith(HOST)) {
                    answers.write(host.askLine(line.removePrefix(HOST)))
                    answers.newLine()
                    answers.flush()
                }
            }
            val killed = text(phase.getValue("steps").jsonArray.last().jsonObject, "do") == "kill"
            assertEquals(if (killed) SIGKILLED else 0, child.waitFor(), "${scenario.name}, phase $name")
            println("${scenario.name}: $name holds" + if (killed) " until it is killed" else "")
        }
    }

    private fun text(value: JsonObject, field: String): String = value.getValue(field).jsonPrimitive.content

    private companion object {
        const val HOST = "HOST "
        const val SIGKILLED = 128 + 9
    }
}
