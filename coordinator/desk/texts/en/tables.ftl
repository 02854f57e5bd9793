## Tables for other programs.

tables-title = Tables
tables-note = Everything the desk knows as tables, for spreadsheets, statistics and maps. Observers are pseudonyms. Who took which table is written down.
tables-csv = CSV on this page is for spreadsheets set to the language of the page: commas here, semicolons on the pages in Kazakh and Russian.
tables-table = Table
tables-columns = Columns
tables-files = Files
tables-column = Column
tables-kind = Kind
tables-unit = Unit
tables-meaning = Meaning
tables-withheld = Under the embargo on polls: given to nobody until { $until }.
