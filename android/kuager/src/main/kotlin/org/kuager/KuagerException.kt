package org.kuager

/**
 * Why a call did not do what was asked. Nothing sealed is ever lost by one.
 *
 * Decide by three things: the class (what sort of trouble), the [code] (which text to show) and [retryable]. The message is for developers
 * and in English; an app has texts of its own for every code of [Kuager.errorCodes].
 *
 * @property code Stable name; never changes its meaning.
 * @property reason What happened, for developers.
 * @property retryable Whether the same call may succeed later.
 */
public sealed class KuagerException(
    public val code: String,
    public val reason: String,
    public val retryable: Boolean,
    cause: Throwable?,
) : Exception("$reason ($code)", cause) {
    /** The keystore. */
    public class Vault internal constructor(code: String, reason: String, retryable: Boolean, cause: Throwable?) :
        KuagerException(code, reason, retryable, cause)

    /** The phone's disk, or what is on it. */
    public class Storage internal constructor(code: String, reason: String, retryable: Boolean, cause: Throwable?) :
        KuagerException(code, reason, retryable, cause)

    /** Something has to happen first: an invite, a pack, [Observer.resume]. */
    public class NotNow internal constructor(code: String, reason: String, retryable: Boolean, cause: Throwable?) :
        KuagerException(code, reason, retryable, cause)

    /** What was given does not fit. */
    public class Input internal constructor(code: String, reason: String, retryable: Boolean, cause: Throwable?) :
        KuagerException(code, reason, retryable, cause)

    /** The pack or the law does not allow it. */
    public class Forbidden internal constructor(code: String, reason: String, retryable: Boolean, cause: Throwable?) :
        KuagerException(code, reason, retryable, cause)

    /** The work was stopped. */
    public class Interrupted internal constructor(code: String, reason: String, retryable: Boolean, cause: Throwable?) :
        KuagerException(code, reason, retryable, cause)

    /** A mistake in Kuager or in the app that uses it. Worth a report; what was saved is still there. */
    public class Internal internal constructor(code: String, reason: String, retryable: Boolean, cause: Throwable?) :
        KuagerException(code, reason, retryable, cause)
}
