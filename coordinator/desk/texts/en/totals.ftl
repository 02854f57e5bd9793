## Contests added up over stations.

totals-title = Totals
totals-note = Sums of the protocols that observers report. Stations where somebody happens to observe are not drawn by chance: these sums are no projection of the result. A projection takes a drawn sample:
totals-embargo = Until { $until } the law forbids publishing forecasts and research on the election (Art. 28(9)). This page is for work in the house.
totals-contest = Contest
totals-country = whole country
totals-counted = Stations counted
totals-attended = Of stations with an observer
totals-voters = Registered voters covered
totals-left = Left out, and why
totals-left-none = no protocol
totals-left-disputed = disputed, left out
totals-left-failing = relations fail
totals-released = of them let count
totals-sum = Sum
totals-share = Of those who took part
totals-holding = Without failing relations
totals-beside = Protocols of the same stations
totals-official = Official, same stations
totals-both = Stations with both
totals-how = Shares are of those who took part: by law without invalid ballots and with votes against all. A station counts once, where its copies say the same. The number leads to its stations and records.
totals-statuses = Protocols by status
totals-nothing = No protocol has come yet.
totals-sources = Where a sum comes from
totals-back = back to the totals
totals-largest = largest first
totals-copies = Records
