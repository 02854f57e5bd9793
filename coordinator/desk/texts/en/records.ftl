## How an answer is said that the pack has no words for.

answer-yes = yes
answer-no = no
answer-not-seen = not seen
answer-not-applicable = not applicable

## What must add up in a record.

relations = What must add up, judged here
relation-holds = holds
relation-fails = does not hold
relation-unknown = cannot be decided
relation-not-judged = not about these answers
relations-hold = { $count } others hold.
relation-sealed = the phone sealed: { $verdict }
relation-nothing-sealed = nothing, so it held there or was not judged
relations-differ = A difference can also mean that earlier records of this device have not arrived.

## The embargo on polls.

embargo = Result of a poll
embargo-until = shown to nobody until { $until } (Art. 28(9))
