package org.kuager

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.merge
import kotlinx.coroutines.flow.transformWhile
import kotlinx.coroutines.flow.update
import org.kuager.ffi.Changes

/**
 * How things stand, as flows that follow the store.
 *
 * Each flow gives what is stored now and then, after every change, what is stored by then. It reads only while somebody collects, and a
 * slow collector skips to the newest value, so nothing is lost by looking late. While the observer is paused a flow waits; when it is
 * closed or wiped, the flow ends. Another error of the store is thrown to the collector as a [KuagerException].
 *
 * For a screen, share one with `stateIn(scope, SharingStarted.WhileSubscribed(5_000), null)`.
 */
public class ObserverState internal constructor(private val observer: Observer, private val signals: Signals) {
    /** All drafts, the last changed first. */
    public val drafts: Flow<List<DraftInfo>> = follow(signals.drafts) { observer.drafts() }

    /** The newest [RECENT] records and where they stand, the newest first. */
    public val records: Flow<List<RecordInfo>> = follow(signals.records) { observer.recent(RECENT) }

    /** Every file and where it stands, in the order they came. */
    public val media: Flow<List<MediaInfo>> = follow(signals.media) { observer.media() }

    /** Messages from the coordinator, oldest first. */
    public val messages: Flow<List<MessageInfo>> = follow(signals.messages) { observer.messages() }

    /** How things stand, in one look. */
    public val status: Flow<ObserverStatus> = follow(signals.status) { observer.status() }

    /** What is left to send, and what it waits for. */
    public val outlook: Flow<Outlook> = follow(merge(signals.status, signals.records, signals.media)) { observer.outlook() }

    /**
     * Uploads under way, by file. A hint for a progress bar, kept in memory only and at most ten times a second: [media] says what has
     * arrived.
     */
    public val progress: StateFlow<Map<String, UploadProgress>> = signals.progress.asStateFlow()

    /** The pack in this language; null until there is one. */
    public fun pack(language: String): Flow<PackInfo?> =
        follow(signals.pack) {
            try {
                observer.pack(language)
            } catch (failure: KuagerException.NotNow) {
                if (failure.code == "no_pack") null else throw failure
            }
        }

    /** How the form of a draft stands, in the draft's language; null for a note. Ends when the draft is sealed or discarded. */
    public fun form(draft: String): Flow<FormState?> = follow(signals.drafts) { observer.formState(draft) }

    /** The heads counted at a station. */
    public fun tally(station: String): Flow<TallyInfo> = follow(signals.drafts) { observer.tally(station) }

    /** The regions of the pack, and whether the stations of each are on the phone. Waits for a pack. */
    public fun regions(language: String): Flow<List<RegionInfo>> =
        follow(merge(signals.stations, signals.pack)) { observer.regions(language) }

    private fun <T> follow(signal: Flow<*>, read: suspend () -> T): Flow<T> =
        signal
            .transformWhile {
                val seen = look(read)
                if (seen is Seen.Value) emit(seen.value)
                seen !is Seen.Gone
            }
            .distinctUntilChanged()
            // On the observer's threads, never on the one that Rust calls from.
            .flowOn(observer.dispatcher)
            .conflate()

    private suspend fun <T> look(read: suspend () -> T): Seen<T> =
        try {
            Seen.Value(read())
        } catch (failure: KuagerException) {
            when (failure.code) {
                // Resuming raises every signal, and a pack that arrives raises its own.
                "store_paused", "no_pack" -> Seen.Nothing
                "store_closed", "no_such_draft" -> Seen.Gone
                else -> throw failure
            }
        }

    private sealed interface Seen<out T> {
        class Value<T>(val value: T) : Seen<T>

        data object Nothing : Seen<kotlin.Nothing>

        data object Gone : Seen<kotlin.Nothing>
    }

    public companion object {
        /** How many records [records] gives at most. */
        public const val RECENT: Int = 200
    }
}

/** Counts changes by subject. A counter keeps its newest value only, which is all it takes to look again. */
internal class Signals {
    val drafts = MutableStateFlow(0L)
    val records = MutableStateFlow(0L)
    val media = MutableStateFlow(0L)
    val messages = MutableStateFlow(0L)
    val status = MutableStateFlow(0L)
    val pack = MutableStateFlow(0L)
    val stations = MutableStateFlow(0L)
    val progress = MutableStateFlow<Map<String, UploadProgress>>(emptyMap())

    fun raise(changes: Changes) {
        if (changes.drafts) drafts.increment()
        if (changes.records) records.increment()
        if (changes.media) media.increment()
        if (changes.messages) messages.increment()
        if (changes.status) status.increment()
        if (changes.pack) pack.increment()
        if (changes.stations) stations.increment()
        if (changes.progress.isNotEmpty()) {
            progress.update { known ->
                (known + changes.progress.associateBy(UploadProgress::media)).filterValues { it.sent < it.size }
            }
        }
    }

    /** Makes every flow look again; after closing, that is how they learn of it. */
    fun raiseAll() {
        listOf(drafts, records, media, messages, status, pack, stations).forEach { it.increment() }
        progress.value = emptyMap()
    }

    private fun MutableStateFlow<Long>.increment() = update { it + 1 }
}
