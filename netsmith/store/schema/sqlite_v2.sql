-- Version 2 in SQLite: leases and holds, and what computes a study's rewards.
ALTER TABLE netsmith_studies ADD COLUMN engine TEXT NOT NULL DEFAULT '';

-- Which attempt gave the result, and whose it was.
ALTER TABLE netsmith_trials ADD COLUMN attempt INTEGER NOT NULL DEFAULT 0;

ALTER TABLE netsmith_trials ADD COLUMN worker TEXT NOT NULL DEFAULT '';

-- A row a trial that is to be evaluated, which goes when the trial is finished. attempt is the
-- newest one's number; lease_end, in seconds of the store's clock, is 0 when nobody has the trial.
CREATE TABLE netsmith_leases (
  trial_id INTEGER NOT NULL,
  study_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  worker TEXT NOT NULL,
  lease_end FLOAT NOT NULL,
  PRIMARY KEY (trial_id),
  UNIQUE (study_id, number),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id) ON DELETE CASCADE
);

INSERT INTO netsmith_leases (trial_id, study_id, number, attempt, worker, lease_end)
  SELECT n.trial_id, n.study_id, n.number, 0, '', 0
  FROM netsmith_trials n JOIN trials t ON t.trial_id = n.trial_id
  WHERE t.state = 'RUNNING' AND NOT EXISTS (
    SELECT 1 FROM trial_user_attributes a
    WHERE a.trial_id = n.trial_id AND a."key" = 'duplicate_of');

-- The search that runs a study.
CREATE TABLE netsmith_holds (
  study_id INTEGER NOT NULL,
  holder TEXT NOT NULL,
  hold_end FLOAT NOT NULL,
  PRIMARY KEY (study_id),
  FOREIGN KEY(study_id) REFERENCES studies (study_id) ON DELETE CASCADE
);

DROP TRIGGER netsmith_delete_study;

DROP TRIGGER netsmith_delete_trial;

CREATE TRIGGER netsmith_delete_study AFTER DELETE ON studies BEGIN
  DELETE FROM netsmith_studies WHERE study_id = OLD.study_id;
  DELETE FROM netsmith_holds WHERE study_id = OLD.study_id;
END;

CREATE TRIGGER netsmith_delete_trial AFTER DELETE ON trials BEGIN
  DELETE FROM netsmith_trials WHERE trial_id = OLD.trial_id;
  DELETE FROM netsmith_leases WHERE trial_id = OLD.trial_id;
END;

UPDATE netsmith_schema SET version = 2;
