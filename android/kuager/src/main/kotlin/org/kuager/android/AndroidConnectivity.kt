package org.kuager.android

import android.content.Context
import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import android.os.Build
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.distinctUntilChanged
import org.kuager.Connectivity
import org.kuager.NetworkState

/** Says whether there is a network and whether its bytes cost money. Needs the permission `ACCESS_NETWORK_STATE`, which the library declares. */
public class AndroidConnectivity(context: Context) : Connectivity {
    private val manager = (context.applicationContext ?: context).getSystemService(ConnectivityManager::class.java)

    override fun current(): NetworkState {
        val network = manager?.activeNetwork ?: return NetworkState.OFFLINE
        return state(manager.getNetworkCapabilities(network), manager.isActiveNetworkMetered, Build.VERSION.SDK_INT)
    }

    /**
     * The network the app uses, each time it becomes another one or its price changes; a slow collector sees the last. Collect while the
     * observer is open and tell it:
     *
     * ```
     * scope.launch { connectivity.changes().collect { observer.networkChanged() } }
     * ```
     */
    public fun changes(): Flow<NetworkChange> = callbackFlow {
        val callback = object : ConnectivityManager.NetworkCallback() {
            // onAvailable is followed by this one at once, and asking for capabilities in there is a documented race.
            override fun onCapabilitiesChanged(network: Network, capabilities: NetworkCapabilities) {
                val metered = manager?.isActiveNetworkMetered ?: true
                trySend(NetworkChange(network.networkHandle, state(capabilities, metered, Build.VERSION.SDK_INT)))
            }

            override fun onLost(network: Network) {
                trySend(NetworkChange(null, NetworkState.OFFLINE))
            }
        }
        val watching = try {
            manager?.registerDefaultNetworkCallback(callback)
            manager != null
        } catch (_: RuntimeException) {
            // Too many callbacks in this app, or a SecurityException that some Android 11 builds throw for no reason. The core asks
            // before every sync all the same.
            false
        }
        awaitClose {
            // The system holds a callback, and all it refers to, until it is unregistered.
            if (watching) manager?.unregisterNetworkCallback(callback)
        }
    }.distinctUntilChanged().conflate() // Capabilities also change with the signal's strength, several times a second.

    internal companion object {
        internal fun state(capabilities: NetworkCapabilities?, activeIsMetered: Boolean, release: Int): NetworkState = when {
            capabilities == null || !capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET) -> NetworkState.OFFLINE
            // Before Android 9 a VPN claims to be free whatever carries it.
            release < Build.VERSION_CODES.P && capabilities.hasTransport(NetworkCapabilities.TRANSPORT_VPN) -> NetworkState.METERED
            // What the app's own network costs may differ from what the network says, for instance for a user without a data plan.
            capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED) && !activeIsMetered -> NetworkState.UNMETERED
            temporarilyFree(capabilities, release) -> NetworkState.UNMETERED
            else -> NetworkState.METERED
        }

        private fun temporarilyFree(capabilities: NetworkCapabilities, release: Int): Boolean =
            release >= Build.VERSION_CODES.R &&
                capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_TEMPORARILY_NOT_METERED)
    }
}

/**
 * The network changed.
 *
 * @property handle which network it is now, a number without meaning; null when there is none.
 * @property state what its bytes cost.
 */
public data class NetworkChange(public val handle: Long?, public val state: NetworkState)
