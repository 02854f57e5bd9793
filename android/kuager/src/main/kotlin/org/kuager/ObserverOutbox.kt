package org.kuager

import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

// Sending, messages, and what became of both. [Observer.sync] and [Observer.run] send.

/**
 * What is left to send and what the next attempt waits for, without touching the network.
 *
 * @throws KuagerException of the store.
 */
public suspend fun Observer.outlook(): Outlook = call { it.outlook() }

/** How long until the next attempt is due; null when nothing is left or only a person can help. */
public val Outlook.nextAttempt: Duration?
    get() = nextAttemptMs?.milliseconds

/** How long until the next attempt is due; null when nothing is left or only a person can help. */
public val SyncSummary.nextAttempt: Duration?
    get() = nextAttemptMs?.milliseconds

/**
 * The log of attempts, newest first.
 *
 * @throws KuagerException of the store.
 */
public suspend fun Observer.attempts(limit: Int): List<AttemptInfo> = call { it.attempts(limit.toLong()) }

/**
 * Says that the network changed: asks the [Connectivity] what there is now, drops connections that went through the old one, and ends
 * waits that were for its sake.
 *
 * @throws KuagerException of the store.
 */
public suspend fun Observer.networkChanged(): Unit = call { it.networkChanged() }

/**
 * Says what kind of network there is, for apps that give no [Connectivity].
 *
 * @throws KuagerException with `store_closed`.
 */
public suspend fun Observer.setNetwork(network: NetworkState): Unit = call { it.setNetwork(network) }

/**
 * Messages from the coordinator, oldest first.
 *
 * @throws KuagerException of the store.
 */
public suspend fun Observer.messages(): List<MessageInfo> = call { it.messages() }

/**
 * Marks a message as read.
 *
 * @param number [MessageInfo.number].
 * @throws KuagerException of the store.
 */
public suspend fun Observer.markRead(number: Long): Unit = call { it.markRead(number) }
