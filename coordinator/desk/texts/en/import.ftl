## Official figures from a file.

import-title = Import official figures
import-note = A CSV file or a workbook (.xlsx) with a row for each station. Nothing is written down before you have seen what would change.
import-taken = Stations written down:
import-no-file = Choose a file first.
import-changes = What would change
import-write = Stations to write down
import-new = New
import-same = Say the same
import-gone = Held, not in the file (stay)
import-unknown = Not in the list of stations:
import-others = Figures that would be others
import-before = Held
import-after = In the file
import-take = Take over
import-columns = Which column is what
import-station = The station’s key is in
import-first = First row
import-say = Remember and look again
import-send = Send a file
import-stage = Whose figures (tec, cec or a short name)
import-form = Form of the protocol
import-file = File
import-look = Look at it
