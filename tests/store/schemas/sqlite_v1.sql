-- A study as schema version 1 kept it: five trials with an end, three running.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
  version_num VARCHAR(32) NOT NULL,
  CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE netsmith_schema (
  version INTEGER NOT NULL
);
INSERT INTO "netsmith_schema" VALUES(1);
CREATE TABLE netsmith_studies (
  study_id INTEGER NOT NULL,
  space_signature TEXT NOT NULL,
  decisions_json TEXT NOT NULL,
  options_json TEXT NOT NULL,
  PRIMARY KEY (study_id),
  FOREIGN KEY(study_id) REFERENCES studies (study_id) ON DELETE CASCADE
);
INSERT INTO "netsmith_studies" VALUES(1,'post layers=2 kernel=1,2,3,5,7,11,15,21,29,41,57 filters=4,8,16,24,32,48,64 pool=1,2,3,5,7,11,15,21,29,41,57 dropout=0,5,10,15,20,30,40,50,60','[{"name":"layer1.kernel","options":[1,2,3,5,7,11,15,21,29,41,57]},{"name":"layer1.filters","options":[4,8,16,24,32,48,64]},{"name":"layer1.pool","options":[1,2,3,5,7,11,15,21,29,41,57]},{"name":"layer1.dropout","options":[0,5,10,15,20,30,40,50,60]},{"name":"layer2.kernel","options":[1,2,3,5,7,11,15,21,29,41,57]},{"name":"layer2.filters","options":[4,8,16,24,32,48,64]},{"name":"layer2.pool","options":[1,2,3,5,7,11,15,21,29,41,57]},{"name":"layer2.dropout","options":[0,5,10,15,20,30,40,50,60]}]','{"data":"mnist","data_hash":"cdacce87abe0c558311090f11c585568e88fa363ceba770915ef1c8ff8c90ad7","space":"post","strategy":"random","seed":1,"batch":4,"evaluator":"python3 ev.py","max_macs":0,"max_params":0}');
CREATE TABLE netsmith_trials (
  trial_id INTEGER NOT NULL,
  study_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  graph_hash TEXT NOT NULL,
  forced_uniform INTEGER NOT NULL,
  seconds FLOAT,
  PRIMARY KEY (trial_id),
  UNIQUE (study_id, number),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id) ON DELETE CASCADE
);
INSERT INTO "netsmith_trials" VALUES(1,1,0,'e5e8eb88c2bf4bccdbc886f47902c414',0,0.5);
INSERT INTO "netsmith_trials" VALUES(2,1,1,'998a947dd9c01b029c6b0534ad715f15',0,0.5);
INSERT INTO "netsmith_trials" VALUES(3,1,2,'90258877221e939c66c3964bebac7af2',0,9.5302e-05);
INSERT INTO "netsmith_trials" VALUES(4,1,3,'6721fb05303e8656812523eb40ce80c5',0,0.5);
INSERT INTO "netsmith_trials" VALUES(5,1,4,'68bc65414da82227a512e2e6ece46a64',0,0.5);
INSERT INTO "netsmith_trials" VALUES(6,1,5,'630f06875cd2c27d0f38e6e9ce3f40c8',0,NULL);
INSERT INTO "netsmith_trials" VALUES(7,1,6,'494e81e196d16ae4c05f4cfce1ee2d38',0,NULL);
INSERT INTO "netsmith_trials" VALUES(8,1,7,'21e2e0e18dd38a02b2b9f18acb186c66',0,NULL);
CREATE TABLE studies (
  study_id INTEGER NOT NULL,
  study_name VARCHAR(512) NOT NULL,
  PRIMARY KEY (study_id)
);
INSERT INTO "studies" VALUES(1,'old');
CREATE TABLE study_directions (
  study_direction_id INTEGER NOT NULL,
  direction VARCHAR(8) NOT NULL,
  study_id INTEGER NOT NULL,
  objective INTEGER NOT NULL,
  PRIMARY KEY (study_direction_id),
  UNIQUE (study_id, objective),
  FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_directions" VALUES(1,'MAXIMIZE',1,0);
CREATE TABLE study_system_attributes (
  study_system_attribute_id INTEGER NOT NULL,
  study_id INTEGER,
  "key" VARCHAR(512),
  value_json TEXT,
  PRIMARY KEY (study_system_attribute_id),
  UNIQUE (study_id, "key"),
  FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE study_user_attributes (
  study_user_attribute_id INTEGER NOT NULL,
  study_id INTEGER,
  "key" VARCHAR(512),
  value_json TEXT,
  PRIMARY KEY (study_user_attribute_id),
  UNIQUE (study_id, "key"),
  FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE trial_heartbeats (
  trial_heartbeat_id INTEGER NOT NULL,
  trial_id INTEGER NOT NULL,
  heartbeat DATETIME NOT NULL,
  PRIMARY KEY (trial_heartbeat_id),
  UNIQUE (trial_id),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_intermediate_values (
  trial_intermediate_value_id INTEGER NOT NULL,
  trial_id INTEGER NOT NULL,
  step INTEGER NOT NULL,
  intermediate_value FLOAT,
  intermediate_value_type VARCHAR(7) NOT NULL,
  PRIMARY KEY (trial_intermediate_value_id),
  UNIQUE (trial_id, step),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_intermediate_values" VALUES(1,1,1,0.1,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(2,1,2,0.2,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(3,2,1,0.1,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(4,2,2,0.2,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(5,4,1,0.1,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(6,4,2,0.2,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(7,5,1,0.1,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(8,5,2,0.2,'FINITE');
CREATE TABLE trial_params (
  param_id INTEGER NOT NULL,
  trial_id INTEGER,
  param_name VARCHAR(512),
  param_value FLOAT,
  distribution_json TEXT,
  PRIMARY KEY (param_id),
  UNIQUE (trial_id, param_name),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_params" VALUES(1,1,'layer1.kernel',7.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(2,1,'layer1.filters',1.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(3,1,'layer1.pool',5.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(4,1,'layer1.dropout',4.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(5,1,'layer2.kernel',4.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(6,1,'layer2.filters',4.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(7,1,'layer2.pool',3.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(8,1,'layer2.dropout',7.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(9,2,'layer1.kernel',6.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(10,2,'layer1.filters',1.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(11,2,'layer1.pool',4.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(12,2,'layer1.dropout',8.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(13,2,'layer2.kernel',10.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(14,2,'layer2.filters',1.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(15,2,'layer2.pool',3.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(16,2,'layer2.dropout',3.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(17,3,'layer1.kernel',9.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(18,3,'layer1.filters',1.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(19,3,'layer1.pool',5.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(20,3,'layer1.dropout',0.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(21,3,'layer2.kernel',5.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(22,3,'layer2.filters',3.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(23,3,'layer2.pool',1.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(24,3,'layer2.dropout',0.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(25,4,'layer1.kernel',6.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(26,4,'layer1.filters',6.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(27,4,'layer1.pool',7.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(28,4,'layer1.dropout',1.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(29,4,'layer2.kernel',1.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(30,4,'layer2.filters',2.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(31,4,'layer2.pool',0.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(32,4,'layer2.dropout',7.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(33,5,'layer1.kernel',7.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(34,5,'layer1.filters',0.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(35,5,'layer1.pool',0.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(36,5,'layer1.dropout',1.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(37,5,'layer2.kernel',2.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(38,5,'layer2.filters',6.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(39,5,'layer2.pool',9.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(40,5,'layer2.dropout',8.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(41,6,'layer1.kernel',4.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(42,6,'layer1.filters',5.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(43,6,'layer1.pool',9.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(44,6,'layer1.dropout',2.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(45,6,'layer2.kernel',5.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(46,6,'layer2.filters',3.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(47,6,'layer2.pool',4.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(48,6,'layer2.dropout',3.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(49,7,'layer1.kernel',10.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(50,7,'layer1.filters',5.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(51,7,'layer1.pool',4.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(52,7,'layer1.dropout',4.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(53,7,'layer2.kernel',0.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(54,7,'layer2.filters',1.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(55,7,'layer2.pool',0.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(56,7,'layer2.dropout',6.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(57,8,'layer1.kernel',6.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(58,8,'layer1.filters',2.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(59,8,'layer1.pool',6.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(60,8,'layer1.dropout',8.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
INSERT INTO "trial_params" VALUES(61,8,'layer2.kernel',10.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(62,8,'layer2.filters',1.0,'{"name":"CategoricalDistribution","attributes":{"choices":[4,8,16,24,32,48,64]}}');
INSERT INTO "trial_params" VALUES(63,8,'layer2.pool',9.0,'{"name":"CategoricalDistribution","attributes":{"choices":[1,2,3,5,7,11,15,21,29,41,57]}}');
INSERT INTO "trial_params" VALUES(64,8,'layer2.dropout',8.0,'{"name":"CategoricalDistribution","attributes":{"choices":[0,5,10,15,20,30,40,50,60]}}');
CREATE TABLE trial_system_attributes (
  trial_system_attribute_id INTEGER NOT NULL,
  trial_id INTEGER,
  "key" VARCHAR(512),
  value_json TEXT,
  PRIMARY KEY (trial_system_attribute_id),
  UNIQUE (trial_id, "key"),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_user_attributes (
  trial_user_attribute_id INTEGER NOT NULL,
  trial_id INTEGER,
  "key" VARCHAR(512),
  value_json TEXT,
  PRIMARY KEY (trial_user_attribute_id),
  UNIQUE (trial_id, "key"),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_user_attributes" VALUES(1,1,'network','"21,8,11,20;7,32,5,50"');
INSERT INTO "trial_user_attributes" VALUES(2,2,'network','"15,8,7,60;57,8,5,15"');
INSERT INTO "trial_user_attributes" VALUES(3,3,'network','"41,8,11,0;11,24,2,0"');
INSERT INTO "trial_user_attributes" VALUES(4,4,'network','"15,64,21,5;2,16,1,50"');
INSERT INTO "trial_user_attributes" VALUES(5,1,'params','10');
INSERT INTO "trial_user_attributes" VALUES(6,1,'macs','20');
INSERT INTO "trial_user_attributes" VALUES(7,2,'params','10');
INSERT INTO "trial_user_attributes" VALUES(8,2,'macs','20');
INSERT INTO "trial_user_attributes" VALUES(9,3,'outcome','"diverged"');
INSERT INTO "trial_user_attributes" VALUES(10,3,'reason','"NaN"');
INSERT INTO "trial_user_attributes" VALUES(11,3,'params','190642');
INSERT INTO "trial_user_attributes" VALUES(12,3,'macs','2101120');
INSERT INTO "trial_user_attributes" VALUES(13,4,'params','10');
INSERT INTO "trial_user_attributes" VALUES(14,4,'macs','20');
INSERT INTO "trial_user_attributes" VALUES(15,5,'network','"21,4,1,5;3,64,41,60"');
INSERT INTO "trial_user_attributes" VALUES(16,6,'network','"7,48,41,10;11,24,7,15"');
INSERT INTO "trial_user_attributes" VALUES(17,7,'network','"57,48,7,20;1,8,1,40"');
INSERT INTO "trial_user_attributes" VALUES(18,8,'network','"15,16,15,60;57,8,41,60"');
INSERT INTO "trial_user_attributes" VALUES(19,5,'params','10');
INSERT INTO "trial_user_attributes" VALUES(20,5,'macs','20');
CREATE TABLE trial_values (
  trial_value_id INTEGER NOT NULL,
  trial_id INTEGER NOT NULL,
  objective INTEGER NOT NULL,
  value FLOAT,
  value_type VARCHAR(7) NOT NULL,
  PRIMARY KEY (trial_value_id),
  UNIQUE (trial_id, objective),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_values" VALUES(1,1,0,0.0,'FINITE');
INSERT INTO "trial_values" VALUES(2,2,0,0.125,'FINITE');
INSERT INTO "trial_values" VALUES(3,4,0,0.375,'FINITE');
INSERT INTO "trial_values" VALUES(4,5,0,0.5,'FINITE');
CREATE TABLE trials (
  trial_id INTEGER NOT NULL,
  number INTEGER,
  study_id INTEGER,
  state VARCHAR(8) NOT NULL,
  datetime_start DATETIME,
  datetime_complete DATETIME,
  PRIMARY KEY (trial_id),
  FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-11-24 12:40:42.560608','2026-11-24 12:40:43.060608');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-11-24 12:40:42.560866','2026-11-24 12:40:43.060866');
INSERT INTO "trials" VALUES(3,2,1,'FAIL','2026-11-24 12:40:43.060854','2026-11-24 12:40:43.060949');
INSERT INTO "trials" VALUES(4,3,1,'COMPLETE','2026-11-24 12:40:42.561040','2026-11-24 12:40:43.061040');
INSERT INTO "trials" VALUES(5,4,1,'COMPLETE','2026-11-24 12:40:42.561655','2026-11-24 12:40:43.061655');
INSERT INTO "trials" VALUES(6,5,1,'RUNNING','2026-11-24 12:40:43.061361',NULL);
INSERT INTO "trials" VALUES(7,6,1,'RUNNING','2026-11-24 12:40:43.061389',NULL);
INSERT INTO "trials" VALUES(8,7,1,'RUNNING','2026-11-24 12:40:43.061406',NULL);
CREATE TABLE version_info (
  version_info_id INTEGER NOT NULL,
  schema_version INTEGER,
  library_version VARCHAR(256),
  PRIMARY KEY (version_info_id),
  CHECK (version_info_id=1)
);
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE INDEX ix_trials_study_id ON trials (study_id);
CREATE TRIGGER netsmith_delete_study AFTER DELETE ON studies BEGIN
  DELETE FROM netsmith_studies WHERE study_id = OLD.study_id;
END;
CREATE TRIGGER netsmith_delete_trial AFTER DELETE ON trials BEGIN
  DELETE FROM netsmith_trials WHERE trial_id = OLD.trial_id;
END;
COMMIT;
