package org.kuager

/**
 * Says what kind of network there is. Asked when an observer is opened, before every sync, and after [networkChanged]: reply at once and
 * never call the [Observer]. When it throws, the network is taken for one that costs money.
 */
public fun interface Connectivity {
    /** What kind of network there is now. */
    public fun current(): NetworkState
}
