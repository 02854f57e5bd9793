package org.kuager.android

import android.content.Context
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import android.os.Build
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.junit.Assert.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.kuager.NetworkState
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowNetworkCapabilities

@RunWith(RobolectricTestRunner::class)
class AndroidConnectivityTest {
    private val context: Context = RuntimeEnvironment.getApplication()
    private val manager = checkNotNull(context.getSystemService(ConnectivityManager::class.java))

    private fun capabilities(vararg given: Int, vpn: Boolean = false): NetworkCapabilities {
        val capabilities = ShadowNetworkCapabilities.newInstance()
        given.forEach { shadowOf(capabilities).addCapability(it) }
        if (vpn) shadowOf(capabilities).addTransportType(NetworkCapabilities.TRANSPORT_VPN)
        return capabilities
    }

    private fun state(capabilities: NetworkCapabilities?, metered: Boolean, release: Int = Build.VERSION_CODES.VANILLA_ICE_CREAM) =
        AndroidConnectivity.state(capabilities, metered, release)

    private val internet = NetworkCapabilities.NET_CAPABILITY_INTERNET
    private val free = NetworkCapabilities.NET_CAPABILITY_NOT_METERED
    private val freeForNow = NetworkCapabilities.NET_CAPABILITY_TEMPORARILY_NOT_METERED

    @Test
    fun only_what_is_known_to_be_free_counts_as_free() {
        assertEquals(NetworkState.OFFLINE, state(null, metered = false))
        assertEquals(NetworkState.OFFLINE, state(capabilities(free), metered = false))
        assertEquals(NetworkState.METERED, state(capabilities(internet), metered = true))
        assertEquals(NetworkState.METERED, state(capabilities(internet), metered = false))
        assertEquals(NetworkState.METERED, state(capabilities(internet, free), metered = true))
        assertEquals(NetworkState.UNMETERED, state(capabilities(internet, free), metered = false))
    }

    @Test
    fun a_promise_of_the_operator_counts_where_android_knows_of_it() {
        assertEquals(NetworkState.UNMETERED, state(capabilities(internet, freeForNow), metered = true))
        assertEquals(NetworkState.METERED, state(capabilities(internet, freeForNow), metered = true, Build.VERSION_CODES.Q))
    }

    @Test
    fun a_vpn_is_not_believed_before_android_9() {
        val vpn = capabilities(internet, free, vpn = true)
        assertEquals(NetworkState.METERED, state(vpn, metered = false, Build.VERSION_CODES.O_MR1))
        assertEquals(NetworkState.UNMETERED, state(vpn, metered = false, Build.VERSION_CODES.P))
    }

    @Test
    fun a_collector_is_registered_while_it_collects_and_hears_each_change_once(): Unit = runBlocking {
        val seen = Channel<NetworkState>(Channel.UNLIMITED)
        val collecting = launch { AndroidConnectivity(context).changes().collect { seen.send(it.state) } }
        val callback = withTimeout(180_000) {
            while (shadowOf(manager).networkCallbacks.isEmpty()) yield()
            shadowOf(manager).networkCallbacks.single()
        }
        val network = checkNotNull(manager.activeNetwork)
        repeat(3) { callback.onCapabilitiesChanged(network, capabilities(internet)) }
        assertEquals(NetworkState.METERED, withTimeout(180_000) { seen.receive() })
        callback.onLost(network)
        assertEquals(NetworkState.OFFLINE, withTimeout(180_000) { seen.receive() })
        collecting.cancelAndJoin()
        assertEquals(0, shadowOf(manager).networkCallbacks.size)
    }
}
