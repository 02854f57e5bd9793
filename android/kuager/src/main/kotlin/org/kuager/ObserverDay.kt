package org.kuager

// The election day beside plain forms: incidents, counting heads, turnout, the exit poll.

/**
 * Begins a report of incidents of the catalogue.
 *
 * @return The draft's name.
 * @throws KuagerException with `incident_unknown`, `no_pack`, `no_training`, and those of the store.
 */
public suspend fun Observer.newIncident(codes: List<String>, setting: Setting): String = call { it.newIncident(codes, setting) }

/**
 * Begins a signed statement about a sealed incident.
 *
 * @return The draft's name.
 * @throws KuagerException of the store.
 */
public suspend fun Observer.followUp(record: String, status: IncidentStatus, reason: String): String =
    call { it.followUp(record, status, reason) }

/**
 * The act about a sealed incident.
 *
 * @return One HTML page to print, in a language of the pack.
 * @throws KuagerException with `no_act`, `no_such_record`, and those of the store.
 */
public suspend fun Observer.act(record: String, language: String): String = call { it.act(record, language) }

/**
 * The heads counted at a station.
 *
 * @throws KuagerException of the store.
 */
public suspend fun Observer.tally(station: String): TallyInfo = call { it.tally(station) }

/**
 * Counts heads, or takes back taps too many with a negative number. When this returns, the tap survives a kill.
 *
 * @throws KuagerException of the store.
 */
public suspend fun Observer.tap(station: String, heads: Int = 1): TallyInfo = call { it.tap(station, heads) }

/**
 * Notes that the observer stops counting for a while; the next tap ends that.
 *
 * @throws KuagerException of the store.
 */
public suspend fun Observer.leaveTally(station: String): TallyInfo = call { it.leaveTally(station) }

/**
 * Begins a turnout record for an hour of the pack, with the tally's sum.
 *
 * @return The draft's name.
 * @throws KuagerException with `no_turnout`, `no_pack`, `no_training`, and those of the store.
 */
public suspend fun Observer.newTurnout(hour: String, setting: Setting): String = call { it.newTurnout(hour, setting) }

/**
 * Begins a wave of the exit poll, with a random start.
 *
 * @return The draft's name.
 * @throws KuagerException with `exit_poll_off`, `exit_poll`, `no_pack`, `no_training`, and those of the store.
 */
public suspend fun Observer.newWave(wave: String, setting: Setting): String = call { it.newWave(wave, setting) }

/**
 * Counts voters who left the station.
 *
 * @param wave The draft of the wave.
 * @return Whether the last of them is to be asked.
 * @throws KuagerException with `exit_poll`, `no_such_draft`, and those of the store.
 */
public suspend fun Observer.pass(wave: String, voters: Int = 1): Boolean = call { it.pass(wave, voters) }

/**
 * Notes how asking a selected voter ended.
 *
 * @param wave The draft of the wave.
 * @param disposition Its code in the pack.
 * @param observed What can be seen of the person, by question.
 * @param card The answers of the card, by question; null when there is none.
 * @throws KuagerException with `exit_poll`, `answer_does_not_fit`, `no_such_draft`, and those of the store.
 */
public suspend fun Observer.noteContact(
    wave: String,
    disposition: String,
    observed: Map<String, Value> = emptyMap(),
    card: Map<String, Value>? = null,
): Unit = call { it.noteContact(wave, disposition, observed, card) }

/**
 * How a wave stands.
 *
 * @param wave The draft of the wave.
 * @throws KuagerException with `exit_poll`, `no_such_draft`, and those of the store.
 */
public suspend fun Observer.wave(wave: String): WaveState = call { it.wave(wave) }
