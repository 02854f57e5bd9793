## Turnout and what of it does not fit together.

turnout-country = the whole country
turnout-all = all stations
turnout-protocols = Stations with a protocol
turnout-issued = Received a ballot, of the list
turnout-stations = Stations
turnout-note = Shares are over the stations whose list is known and that have a figure for the hour; they can be other stations at every hour. They are no sample, and no estimate for the country.
curve-title = Turnout by hour
curve-protocol = protocol

## Flags.

flags-title = Flags
flags-note = A flag is a reason to look and no finding: each can have an innocent reason.
flags-none = There are no such flags.
flag-protocol = in the protocol
flag-jump = late jump
flag-jump-said = { $with } had voted by { $from } as told; the protocol has { $number } ballots issued: { $difference } more, with a limit of { $limit } (100 or a tenth of those issued).
flag-rise = steep late rise
flag-rise-said = From { $from } to { $at }: { $with } → { $number }, which is { $difference } voters, with a limit of { $limit } (twice the quickest pace before).
flag-falls = falling figure
flag-falls-said = { $number } told for { $at } is { $difference } below the { $with } told for { $from }.
flag-above-list = above the list
flag-above-list-said = { $at }: { $number }, with { $with } voters in the list: { $difference } more.
flag-below-told = below what was told
flag-below-told-said = { $with } were told for { $from }, and the protocol has { $number } issued: { $difference } fewer.
flag-told-differs = told differently
flag-told-differs-said = What was told for { $at } differs: { $with } and { $number }, { $difference } apart, with a limit of { $limit }.
flag-own-differs = differs from the count
flag-own-differs-said = { $at }: { $number }, and counted without a break: { $with }; { $difference } apart, with a limit of { $limit }.
flag-throughput = impossible pace
flag-throughput-said = { $difference } voted between { $from } and { $at } ({ $with } → { $number }); the largest commission that the law allows serves { $limit } (60 an hour each member).
flag-outside = Outside the room
flag-outside-said = { $number } of the { $with } who received a ballot voted outside the room: the limit is { $limit } (a tenth).
flag-absentee = With absentee certificates
flag-absentee-said = { $number } of the { $with } who received a ballot voted with absentee certificates: the limit is { $limit } (a twentieth).
