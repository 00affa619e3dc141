CREATE TABLE application (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  largest_required INTEGER NOT NULL
);
CREATE TABLE machine (
  application INTEGER NOT NULL,
  cmid TEXT NOT NULL,
  product TEXT NOT NULL,
  name TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  virtual INTEGER NOT NULL,
  address TEXT NOT NULL,
  status INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  lease_expires INTEGER NOT NULL,
  ticket INTEGER NOT NULL,
  previous_ticket INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  code TEXT NOT NULL,
  PRIMARY KEY (application, cmid)
) WITHOUT ROWID;
CREATE TABLE received (
  application INTEGER NOT NULL,
  status INTEGER NOT NULL,
  total INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  PRIMARY KEY (application, status)
) WITHOUT ROWID;
CREATE TABLE event (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  id INTEGER NOT NULL,
  cmid TEXT,
  machine TEXT NOT NULL,
  info TEXT NOT NULL
);
CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
