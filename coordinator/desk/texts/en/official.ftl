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
official-back = Take these figures back
