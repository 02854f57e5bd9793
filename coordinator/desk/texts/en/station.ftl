## A station's protocols, side by side.

station-failing = Does not add up
station-newer = newer records
station-older = older records
record-ids = full ids
record-evidence = record and receipt as signed
copy-line = Line
copy-own = own reading
copy-official = Official
copy-versions = versions: { $count }
copy-unfit = answers that do not fit: { $count }
copy-undecided = cannot be decided: { $count }
copy-files = photos: { $count } of { $asked }
turnout-title = Turnout
turnout-hour = Hour
turnout-told = Told by the commission
turnout-own = Counted by the observer
turnout-whole = without a break
incidents-title = Incidents

## One station.

station-nothing = No records from this station yet.
station-times = Times are { $zone }: when the record was received.
record-training = training, does not count
record-corrected = corrected by a later record
record-apart = not trusted: the device was revoked; does not count
word-about = About another record
status-reported = reported
status-corroborated = corroborated by another source
status-verified = verified
status-disputed = disputed
status-withdrawn = withdrawn
record-text = Text
file-original-coming = original on its way

## When it was sealed, and the chains it is in.

record-sealed = sealed { $at } by the phone’s clock
record-prev = Record before
clock-latest = sealed no later than { $at }: a later record of the same phone shows it
clock-ahead = the phone’s clock is ahead by { $minutes } min at least
clock-jumped = the phone’s clock was moved since the record before
station-chains = Chains of the devices that report from here
chain-records = Records
chain-head = Last
chain-missing = Missing
chain-twice = Twice under one number
