package org.kuager

// Drafts, forms and sealed records.

/**
 * Begins a draft and saves it: of a form, or a note.
 *
 * @return The draft's name.
 * @throws KuagerException with `no_pack`, `no_such_form`, `no_training`, `exit_poll_off`, and those of the store.
 */
public suspend fun Observer.newDraft(draft: NewDraft): String = call { it.newDraft(draft) }

/**
 * All drafts, the last changed first.
 *
 * @throws KuagerException of the store.
 */
public suspend fun Observer.drafts(): List<DraftInfo> = call { it.drafts() }

/**
 * One draft.
 *
 * @throws KuagerException with `no_such_draft`, and those of the store.
 */
public suspend fun Observer.draft(draft: String): DraftInfo = call { it.draft(draft) }

/**
 * Sets one answer, or clears it with null. When this returns, the change survives a kill.
 *
 * @throws KuagerException with `answer_does_not_fit`, `unknown_question`, `no_such_draft`, and those of the store.
 */
public suspend fun Observer.setAnswer(draft: String, question: String, answer: Value?): Unit =
    call { it.setAnswer(draft, question, answer) }

/**
 * Sets an answer that is a number: an integer, a decimal scaled by the question, a time in minutes after local midnight.
 *
 * @throws KuagerException as the other [setAnswer].
 */
public suspend fun Observer.setAnswer(draft: String, question: String, number: Long): Unit =
    setAnswer(draft, question, IntValue(number))

/**
 * Sets an answer that is a choice's key or free text.
 *
 * @throws KuagerException as the other [setAnswer].
 */
public suspend fun Observer.setAnswer(draft: String, question: String, text: String): Unit =
    setAnswer(draft, question, TextValue(text))

/**
 * Sets one answer wherever it stands, also within groups, or clears it with null: [place] as [formState] gives it.
 *
 * @throws KuagerException as the other [setAnswer]; `unknown_question` also for an entry that is not there.
 */
public suspend fun Observer.setAnswer(draft: String, place: Place, answer: Value?): Unit =
    call { it.setAnswerAt(draft, place, answer) }

/**
 * Adds an entry to a repeat group, with what it begins with.
 *
 * @return The entry's number, from 0.
 * @throws KuagerException with `unknown_question` where there is no such group, `answer_does_not_fit` for an entry too many,
 *   `no_such_draft`, and those of the store.
 */
public suspend fun Observer.addEntry(draft: String, group: String): Int = call { it.addEntry(draft, group).toInt() }

/**
 * Takes an entry out of a repeat group; those after it move up.
 *
 * @throws KuagerException with `unknown_question` where there is no such entry, `no_such_draft`, and those of the store.
 */
public suspend fun Observer.removeEntry(draft: String, group: String, entry: Int): Unit =
    call { it.removeEntry(draft, group, entry.toLong()) }

/**
 * Changes the text of a note.
 *
 * @throws KuagerException with `no_such_draft`, and those of the store.
 */
public suspend fun Observer.setText(draft: String, text: String): Unit = call { it.setText(draft, text) }

/**
 * Sets where the device is, for this draft, or with null that it is not said.
 *
 * @throws KuagerException with `no_such_draft`, and those of the store.
 */
public suspend fun Observer.setLocation(draft: String, location: LocationInfo?): Unit = call { it.setLocation(draft, location) }

/**
 * Switches the language a draft is shown in.
 *
 * @throws KuagerException with `no_such_draft`, and those of the store.
 */
public suspend fun Observer.setLanguage(draft: String, language: String): Unit = call { it.setLanguage(draft, language) }

/**
 * Puts a draft at another station.
 *
 * @throws KuagerException with `no_such_draft`, and those of the store.
 */
public suspend fun Observer.setStation(draft: String, station: String): Unit = call { it.setStation(draft, station) }

/**
 * Throws a draft away.
 *
 * @return Whether there was one.
 * @throws KuagerException of the store.
 */
public suspend fun Observer.discardDraft(draft: String): Boolean = call { it.discardDraft(draft) }

/**
 * How the form of a draft stands, in the draft's language; ask again after every change, or collect [ObserverState.form].
 *
 * @return Null for a note.
 * @throws KuagerException with `form_not_understood`, `no_such_draft`, and those of the store.
 */
public suspend fun Observer.formState(draft: String): FormState? = call { it.formState(draft) }

/**
 * What the current pack changes against the one a draft was begun under.
 *
 * @return Null when it is the same pack.
 * @throws KuagerException with `no_such_draft`, `no_pack`, and those of the store.
 */
public suspend fun Observer.packChanges(draft: String): List<FormChange>? = call { it.packChanges(draft) }

/**
 * Seals a draft: from here on it is signed evidence, chained and queued, and cannot be changed. When this returns, it survives anything
 * but loss of the disk.
 *
 * @throws KuagerException with `not_invited`, `cannot_seal`, `too_large`, `no_such_draft`, and those of the store; the draft is then
 *   unchanged.
 */
public suspend fun Observer.seal(draft: String): Sealed = call { it.seal(draft) }

/**
 * Begins a correction of a sealed record; both will stay.
 *
 * @return The draft's name.
 * @throws KuagerException with `no_such_record`, and those of the store.
 */
public suspend fun Observer.correct(record: String): String = call { it.correct(record) }

/**
 * The newest records and where they stand, the newest first.
 *
 * @throws KuagerException of the store.
 */
public suspend fun Observer.recent(limit: Int): List<RecordInfo> = call { it.recent(limit.toLong()) }

/**
 * One sealed record with what the coordinator signed about it.
 *
 * @throws KuagerException with `no_such_record`, and those of the store.
 */
public suspend fun Observer.record(record: String): SealedRecord = call { it.record(record) }
