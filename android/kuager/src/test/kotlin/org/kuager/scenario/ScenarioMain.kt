package org.kuager.scenario

import java.io.File
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.kuager.Observer
import org.kuager.support.FileKeyVault

/**
 * One phase in a process of its own: `--folder FOLDER --scenario FILE --phase NAME --ready FILE`, where the last holds the host's first
 * line. Prints `HOST {command}` for the host and reads its answer from standard input.
 */
object ScenarioMain {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val given = arguments.toList().chunked(2).associate { (name, value) -> name.removePrefix("--") to value }
        val folder = File(given.getValue("folder"))
        val ready = read(File(given.getValue("ready")))
        val phases = read(File(given.getValue("scenario"))).getValue("phases").jsonArray.map { it.jsonObject }
        val phase = phases.single { it.getValue("name").jsonPrimitive.content == given.getValue("phase") }

        val file = File(folder, "names.json")
        val known = if (file.exists()) read(file) else JsonObject(emptyMap())
        val names = Names(file, (known + ready.filterKeys { it in GIVEN }).toMutableMap())
        runBlocking {
            val store = File(folder, "store")
            val observer = Observer.open(store, FileKeyVault(File(folder, "vault/key")))
            Runner(observer, store, names, ready, ::host).run(phase)
            observer.close()
        }
    }

    private fun host(command: JsonObject): JsonObject {
        println("HOST $command")
        return Json.parseToJsonElement(checkNotNull(readlnOrNull()) { "the host is gone" }).jsonObject
    }

    private fun read(file: File): JsonObject = Json.parseToJsonElement(file.readText()).jsonObject

    private val GIVEN = setOf("invite", "pack", "photo")
}
