package org.kuager

import java.io.File

// The directory of stations on the phone.

/**
 * The regions of the pack, and whether the stations of each are on the phone.
 *
 * @throws KuagerException with `no_pack`, and those of the store.
 */
public suspend fun Observer.regions(language: String): List<RegionInfo> = call { it.regions(language) }

/**
 * Chooses the regions whose stations this phone is to have; the next sync fetches what is missing.
 *
 * @param regions Keys of the pack.
 * @throws KuagerException of the store.
 */
public suspend fun Observer.chooseRegions(regions: List<String>): Unit = call { it.chooseRegions(regions) }

/**
 * Takes the stations of a region from a file.
 *
 * @return The region's key.
 * @throws KuagerException with `pack_not_acceptable`, `no_pack`, `file`, and those of the store.
 */
public suspend fun Observer.importStations(file: File): String = call { it.importStations(file.path) }

/**
 * The best [limit] stations for what was typed, the best first: by number, name or address, in any script, with one slip of the finger. For
 * an empty text, the first of the directory. Fast enough for every key pressed.
 *
 * @throws KuagerException with `no_pack`, and those of the store.
 */
public suspend fun Observer.searchStations(query: String, limit: Int, language: String): List<StationInfo> =
    call { it.searchStations(query, limit.toLong(), language) }

/**
 * The station with this key; null when the phone does not have it.
 *
 * @throws KuagerException with `no_pack`, and those of the store.
 */
public suspend fun Observer.station(key: String, language: String): StationInfo? = call { it.station(key, language) }
