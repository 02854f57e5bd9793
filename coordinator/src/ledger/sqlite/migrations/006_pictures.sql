-- Why a picture could not be looked at, by its name.
ALTER TABLE media ADD COLUMN problem TEXT;
