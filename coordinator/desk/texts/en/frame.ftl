# What the desk says, a file per subject: English.

# This language in itself.
language-name = English

## What every page says.

rehearsal = Rehearsal: nothing on these pages has happened
language = Language
observer = observer
device = device
picture = Picture
not-arrived = the file has not arrived yet
not-shown = the file is here, but a browser cannot show it

## Where every page leads to.

places = Sections
place-board = Stations
place-observers = Observers
place-papers = Protocols
place-official = Official figures
place-tables = Tables
place-chains = Chains
place-publish = Publish
