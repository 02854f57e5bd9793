package org.kuager.support

import org.kuager.KeyVault

/** Fails in one way, whatever it is asked. */
class FailingVault(private val way: () -> Nothing) : KeyVault {
    override fun seal(secret: ByteArray): ByteArray = way()

    override fun unseal(sealed: ByteArray): ByteArray = way()

    override fun destroy(): Unit = way()
}
