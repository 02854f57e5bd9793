## Incidents of all stations.

incidents-none = There are no such incidents.
incidents-words = Station, incident or text
incidents-code = Code
incidents-by-gravity = heaviest first
incidents-gravity = Gravity
incidents-status = Status
incidents-what = Incident
incidents-received = Received
incidents-times = Times are { $zone }: when the report was received.
incident-unnamed = Incident without a code
gravity-critical = critical
gravity-serious = serious
gravity-procedural = procedural
incident-sources = sources: { $count }
incident-files = files: { $count }

## One incident.

incident-norms = Norms that it violates
incident-history = History
incident-counts-not = does not count
incident-step = How does it stand now?
incident-note = Why, or by what
incident-send = Write down
incident-alike = Reports of the same kind from this station
incident-faster = Somebody else has written something meanwhile. Read it below, and say it again if it is still needed.
incident-why = Say why. Only what two sources or files show is corroborated without a word.
incident-withdrawn = Its author has withdrawn the report.
who-nobody = without an account
