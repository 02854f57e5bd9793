-- Whether a record is superseded is asked for every line of a station's page.
CREATE INDEX records_supersedes ON records (supersedes, kid) WHERE supersedes IS NOT NULL;
