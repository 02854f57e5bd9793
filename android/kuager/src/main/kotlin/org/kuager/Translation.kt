package org.kuager

import kotlin.coroutines.cancellation.CancellationException
import org.kuager.ffi.InternalException
import org.kuager.ffi.KuagerException as GeneratedException

/** The library is missing, cannot be loaded on this machine, or does not belong to these sources. Added by this layer. */
internal const val LIBRARY = "library"

/** Everything that calls into generated code goes through here, so that nothing but [KuagerException] comes out. */
internal inline fun <T> translated(work: () -> T): T =
    try {
        work()
    } catch (failure: CancellationException) {
        throw failure
    } catch (failure: Exception) {
        throw typed(failure)
    } catch (failure: LinkageError) {
        throw typed(failure)
    }

/** The one place where what generated code throws becomes what apps catch. */
internal fun typed(failure: Throwable): KuagerException =
    when (failure) {
        is KuagerException -> failure
        is GeneratedException.Vault -> KuagerException.Vault(failure.code, failure.reason, failure.retryable, failure)
        is GeneratedException.Storage -> KuagerException.Storage(failure.code, failure.reason, failure.retryable, failure)
        is GeneratedException.NotNow -> KuagerException.NotNow(failure.code, failure.reason, failure.retryable, failure)
        is GeneratedException.Input -> KuagerException.Input(failure.code, failure.reason, failure.retryable, failure)
        is GeneratedException.Forbidden -> KuagerException.Forbidden(failure.code, failure.reason, failure.retryable, failure)
        is GeneratedException.Interrupted -> KuagerException.Interrupted(failure.code, failure.reason, failure.retryable, failure)
        is GeneratedException.Internal -> KuagerException.Internal(failure.code, failure.reason, failure.retryable, failure)
        is InternalException -> panicked("a mistake in Kuager; what was saved is still there", failure)
        // What a generated object says once it was let go.
        is IllegalStateException -> closed(failure)
        // Loading failed; the virtual machine says so the first time, and "no class" ever after.
        is LinkageError -> KuagerException.Internal(LIBRARY, "the native library cannot be used: ${rootOf(failure)}", false, failure)
        else -> panicked("a call failed in an unforeseen way: ${failure.javaClass.name}", failure)
    }

internal fun panicked(reason: String, cause: Throwable?): KuagerException = KuagerException.Internal("panicked", reason, false, cause)

internal fun closed(cause: Throwable?): KuagerException =
    KuagerException.NotNow("store_closed", "the observer was closed or wiped; open it again", false, cause)

internal fun reentrant(): KuagerException =
    KuagerException.NotNow("reentrant_call", "a callback called back in; leave it first", false, null)

private fun rootOf(failure: Throwable): String =
    generateSequence(failure, Throwable::cause).last().let { root -> root.message ?: root.javaClass.name }
