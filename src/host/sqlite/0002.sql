CREATE TABLE note (
  application INTEGER NOT NULL,
  cmid TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (application, cmid)
) WITHOUT ROWID;
CREATE TABLE rearm_order (
  application INTEGER NOT NULL,
  cmid TEXT NOT NULL,
  PRIMARY KEY (application, cmid)
) WITHOUT ROWID;
CREATE TABLE written (
  number INTEGER PRIMARY KEY CHECK (number = 1),
  time INTEGER NOT NULL
);
