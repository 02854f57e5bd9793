# What the desk says: English.

# This language in itself.
language-name = English

## What every page says.

language = Language
all-stations = All stations
observer = observer
device = device
picture = Picture
not-arrived = the file has not arrived yet
not-shown = the file is here, but a browser cannot show it

## All stations.

index-title = Records received
index-station = Station
index-total = Total
index-other = Other
index-records = Records, corrected ones once
index-heard = Stations heard from
index-faults = Chain faults
index-silent = nothing yet
index-unlisted = Stations not in the list (typed by hand)
index-training = Training records (do not count)
station-none = No station given
index-times = Times are { $zone }: when the newest record arrived.
index-reload = Reload the page to update it.
index-lost = The connection is lost; the numbers may be out of date.

## The board: who is silent, what does not add up.

index-attention = Needs attention
index-hours = Turnout by hour
index-found = { $from }–{ $to } of { $found }
index-habits = A turnout figure counts as late { $grace } minutes after its hour, a phone as out of reach after { $quiet } minutes.
view-listed = Stations of the list
state-failed = does not add up
state-conflict = conflict
state-missing = no report
state-late = late
state-unreachable = no connection
state-partial = partial
state-unattended = nobody sent
mark-gap = gap in a chain: { $count }
trouble-others = and { $count } more
row-incidents = incidents: { $count }
row-seen = last heard of
hour-heard = has come
hour-open = not yet due
hour-late = late
contest-stands = { $contest }: { $status }; copies: { $copies }
contest-none = no protocol
contest-reported = reported
contest-confirmed = confirmed
contest-disputed = disputed: copies differ
contest-official-match = as officially published
contest-official-mismatch = differs from the official figure
order-place = by place
order-trouble = trouble first
order-silence = silent longest first
order-news = newest first
filter-words = Station
filter-any = any
filter-form = Without
filter-observer = Observer
filter-order = Order
filter-show = Show
filter-none = all again
regions-title = Regions
arrivals-title = Arrivals, five minutes each
as-table = as a table
pages-title = Pages
pages-before = before
pages-after = next

## A station's protocols, side by side.

station-failing = Does not add up
station-newer = newer records
station-older = older records
record-ids = full ids
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

## What does not hold in the chains of devices.

chains-title = What does not hold in the chains
chains-none = Nothing: every chain holds.
chains-note = None of this is by itself a reason to distrust a record: a phone restored from a backup uses a number twice, a damaged one leaves gaps. It is a reason to ask. The numbers lead to the first records of each kind.
fault-broken-link = does not follow the record before it
fault-fork = another record has the same number
fault-gap = numbers are missing now
fault-lost = the device says that numbers are lost
fault-other-station = the observer was not sent to this station

## Observers and their devices.

observers-title = Observers and their devices
observers-none = No device has been enrolled yet.
observers-note = Who was given a new phone has two chains; they are one observer. Times are { $zone }. What platforms say about phones decides nothing.
observers-some-only = Only some devices are shown; `kuager device list` shows all.
device-trusted = trusted
device-revoked-from = revoked { $since }; trusted up to number { $number }
device-revoked = revoked { $since }; trusted in nothing
device-follows = goes on for { $device }: the phone was put back from a copy
device-records = records that count: { $records }; kept apart: { $apart }
attested-nothing = its platform said nothing about the phone
attested-holds = its platform vouches for the phone; key { $level }
attested-fails = what was said for the phone does not hold: { $fault }
attested-in-software = in software
attested-in-environment = in a trusted environment
attested-in-element = in a chip of its own
attested-in-unknown = in an unknown place
attested-unreadable = it cannot be read
attested-root = it leads to no root of the platform
attested-chain = a signature in it is not valid
attested-time = a certificate is outside its time
attested-revoked = the platform took a certificate back
attested-challenge = it is for another enrolment
attested-key = it is about another key

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

## One file.

file-preview-shown = Only the preview is shown.
file-original = Original
file-preview = Preview
file-redacted = Redacted copy
file-captured = taken in this app (so it says)
file-imported = from the gallery
file-derived = made by the app from another file
file-elsewhere = Seen at another station, too
file-same = This very file
file-similar = Similar picture
file-zoom = Zoom
file-rotate = Rotate
file-kind = Kind and size
file-arrived = Arrived ({ $zone })
file-open = open the file
file-made-from = Made from
file-records = Records that list this file
file-receipted = receipt given
file-not-receipted = no receipt yet
file-claims = What the file says about itself (EXIF)
file-claims-note = Claims, not evidence: anybody can write anything there.
file-claims-signed = EXIF in the signed record
file-problem-too-large = The picture was not examined: it is larger than this program decodes. The file is kept as it came.
file-problem-impossible = The picture was not examined: it claims more pixels than its bytes can hold, and was made to do harm. Do not open it.
file-problem-unreadable = The picture could not be examined: it is damaged, or not of the kind it is said to be. The file is kept as it came.
file-problem-gave-up = The picture could not be examined: that took more time or memory than one picture may. Be careful with it.

## Asking for another photo.

retake = Ask for another photo:
retake-text = Please photograph this page again: it cannot be read.
retake-send = Send
retake-sent = Sent. The phone gets it when it next has a connection.
retake-asked = Another photo was asked for

## Copies for publication.

copies = Copies for publication
redact = Make a copy for publication
redact-help = Mark what is to be hidden with the mouse, or type it: left, top, width, height (in pixels, one rectangle per line). It is filled with black, what the file says about itself is removed, and the original does not change.
redact-regions = Rectangles
redact-make = Make the copy

## Protocols compared with their photos.

papers-title = Protocols and photos
papers-how = Two people type what they see on the photo, apart from each other; where they differ, a third one does. What is left is settled by somebody who has not typed it.
papers-none = There is no protocol left for you to read.
papers-next = Read the next protocol
papers-unsettled = Waiting to be settled
papers-differ = The photo and the observer's numbers differ
papers-differ-note = Neither is changed: the difference is shown as one.
paper-unread = Read by nobody
paper-once = Read by one person
paper-third = Needs a third reader
paper-unsettled = Waits to be settled
paper-done = Read
paper-photos = Photos of the protocol
paper-retake = Open the page, or ask for another photo
paper-how = Type what stands on the paper. Leave an empty line empty; type ? where it cannot be read.
paper-send = Send
paper-nothing = Nothing was typed. If the page cannot be read at all, type ? into its lines.
paper-wrong = “{ $typed }” does not fit the line “{ $field }”.
paper-read-by = Readers
paper-field = Line
paper-reader = Reader
paper-finding = Finding
paper-signed = Signed by the observer
paper-differs = differs
paper-settle = Settle
paper-note = Why
paper-settle-send = Write the decision down
field-open = needs a second reader
field-disputed = read differently
field-unreadable = cannot be read
field-empty = empty
## Who is at the desk.

who-anybody = There are no accounts: anybody who uses this machine can use these pages.
who-leave = Sign out
login-title = Sign in
login-name = Name
login-password = Password
login-code = Code of the authenticator, six digits
login-send = Sign in
login-wrong = The name, the password or the code is not right. Each code is good once.
login-wait = Too many attempts. The next one is looked at in { $seconds } s.
login-busy = Too many people are signing in at this moment. Try again.
refused-title = This page is not for your roles
refused-note = Your roles: { $roles }. Whoever runs the coordinator can give you others.
me-title = My account
me-roles = Roles
me-places = Signed in at so many places
me-leave-all = Sign out everywhere
me-password = Another password
me-password-note = { $shortest } characters or more; five words drawn by dice are good. Afterwards you sign in anew everywhere.
me-former = Present password
me-new = New password
me-again = The same again
me-change = Change
me-differ = The two new passwords differ; nothing was changed.
me-unfit = The new password has fewer than { $shortest } characters, or is very long; nothing was changed.
role-admin = administrator
role-coordinator = coordinator
role-transcriber = transcriber
role-analyst = analyst
role-publisher = publisher
role-read-only = read-only

## Who looked at what.

views-title = Who looked at what
views-note = Pages about observers, stations and files, and original photos. What is looked at again within ten minutes is written down once. Times are { $zone }.
views-none = Nobody has looked at anything yet.
views-who = Who
views-when = When
views-what = What
views-file = page of the file
views-original = original of the file
views-older = Older ones

## Official figures beside protocols.

official-title = Official figures
official-note = Lines in which no copy of the protocol says the official number, the largest differences first. A difference is a reason to look; it does not say whose mistake it is.
official-lines = Lines that differ
official-stations = Stations
official-none = Nothing differs, or no official figures were taken over.
official-station = Station
official-protocol = In the protocol
official-official = Official
official-difference = Difference
official-entry = Entry of the journal

## The embargo on polls.

embargo = Result of a poll
embargo-until = shown to nobody until { $until } (Art. 28(9))

## Calls to observers.

call-calls = Calls
call-due = To be called now
call-write = Write a call down
call-outcome = How it ended
call-next = Next call in so many minutes (empty: none)
call-send = Write down
call-next-at = next call { $at }
call-reached = reached
call-no-answer = no answer
call-unreachable = switched off, or no network
call-wrong-number = wrong number
call-absent = not at the station
