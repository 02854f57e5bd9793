## What does not hold in the chains of devices.

chains-title = What does not hold in the chains
chains-none = Nothing: every chain holds.
chains-note = None of this is by itself a reason to distrust a record: a phone restored from a backup uses a number twice, a damaged one leaves gaps. It is a reason to ask. The numbers lead to the first records of each kind.
fault-broken-link = does not follow the record before it
fault-fork = another record has the same number
fault-gap = numbers are missing now
fault-lost = the device says that numbers are lost
fault-other-station = the observer was not sent to this station
