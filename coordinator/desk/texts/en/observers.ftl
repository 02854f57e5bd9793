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
device-pack = pack: edition { $edition }
device-pack-older = pack: edition { $edition }, which is not the newest
device-program = says it is { $program }
device-messages-unknown = messages: { $count }; it has not asked for them since the coordinator was started
device-messages-all = messages: { $count }, all fetched; last asked { $at }
device-messages-behind = messages on their way: { $count }, the first of { $first }; last asked { $at }
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

## The encrypted list of names.

names-file = Encrypted list of names
names-note = Names can be read only where the key is:
