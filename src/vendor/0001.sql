CREATE TABLE vendor (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  public_key TEXT NOT NULL,
  created INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE application (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created INTEGER NOT NULL
);
CREATE TABLE product (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  application TEXT NOT NULL REFERENCES application (id),
  name TEXT NOT NULL,
  policy TEXT NOT NULL,
  UNIQUE (application, name)
);
CREATE TABLE key (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  text TEXT NOT NULL UNIQUE,
  number INTEGER NOT NULL,
  customer TEXT,
  created INTEGER NOT NULL,
  blocked INTEGER
);
CREATE INDEX key_by_number ON key (kind, number);
CREATE TABLE host_key (
  key INTEGER PRIMARY KEY REFERENCES key (row),
  application TEXT REFERENCES application (id),
  products TEXT NOT NULL,
  seats INTEGER,
  overage TEXT NOT NULL,
  days INTEGER NOT NULL,
  hosts INTEGER NOT NULL,
  activations INTEGER NOT NULL
);
CREATE TABLE host_license (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  key INTEGER NOT NULL REFERENCES key (row),
  host TEXT NOT NULL,
  name TEXT NOT NULL,
  public_key TEXT NOT NULL,
  request TEXT NOT NULL,
  counted INTEGER NOT NULL,
  issued INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  token TEXT NOT NULL
);
CREATE INDEX host_license_by_key ON host_license (key);
CREATE TABLE catalogue (
  version INTEGER PRIMARY KEY AUTOINCREMENT,
  issued INTEGER NOT NULL,
  token TEXT NOT NULL
);
CREATE TABLE entry (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  action TEXT NOT NULL,
  key INTEGER REFERENCES key (row),
  detail TEXT NOT NULL
);
CREATE INDEX entry_by_key ON entry (key);
