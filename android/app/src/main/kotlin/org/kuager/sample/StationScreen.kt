package org.kuager.sample

import android.view.View
import android.widget.EditText
import android.widget.LinearLayout
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.combine
import org.kuager.Observer
import org.kuager.RegionInfo
import org.kuager.StationInfo
import org.kuager.chooseRegions
import org.kuager.searchStations

/** Finds the station by number, name or address, or takes it as typed: nobody is made to choose a wrong one. */
class StationScreen(host: MainActivity) : Screen(host) {
    override val title: String get() = string(R.string.station_choose)

    private val typed = MutableStateFlow("")
    private val found = ui.column()
    private val regions = ui.column()
    private lateinit var field: EditText

    override fun show(body: LinearLayout, actions: LinearLayout) {
        found.accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE
        body.addView(found)
        body.addView(regions)
        // Below the list, so that it and the thumb are at the same edge as the keyboard.
        field = ui.field()
        field.hint = string(R.string.station_search)
        QuestionView.onText(field) { typed.value = it }
        actions.addView(field)
        actions.addView(
            ui.button(Look.PLAIN, string(R.string.station_as_typed)) {
                field.text.toString().trim().takeIf { it.isNotEmpty() }?.let(host::home)
            },
        )
    }

    override fun follow(scope: CoroutineScope, observer: Observer) {
        scope.each(combine(typed, observer.state.regions(phrases.language), ::Pair)) { (text, regions) ->
            show(observer.searchStations(text, HITS, phrases.language))
            show(regions, observer)
        }
    }

    private fun show(stations: List<StationInfo>) {
        found.removeAllViews()
        if (stations.isEmpty()) found.addView(ui.text(string(R.string.station_none)))
        stations.forEach { station ->
            val text = listOfNotNull("№ ${station.number}, ${station.name}", station.address).joinToString("\n")
            found.addView(ui.button(Look.PLAIN, text) { host.home(station.key) })
        }
    }

    /** Regions whose stations are not on the phone; choosing one has them fetched with the next connection. */
    private fun show(all: List<RegionInfo>, observer: Observer) {
        regions.removeAllViews()
        val missing = all.filterNot(RegionInfo::here)
        if (missing.isEmpty()) return
        regions.addView(ui.heading(string(R.string.regions_fetch)))
        missing.forEach { region ->
            regions.addView(
                ui.button(Look.PLAIN, region.name) {
                    host.act {
                        observer.chooseRegions(all.filter(RegionInfo::here).map(RegionInfo::key) + region.key)
                        host.say(Look.GOOD, string(R.string.region_chosen))
                    }
                },
            )
        }
    }

    private companion object {
        const val HITS = 12
    }
}
