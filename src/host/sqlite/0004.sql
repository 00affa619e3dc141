ALTER TABLE machine RENAME TO machine_and_identity;
CREATE TABLE machine (
  application INTEGER NOT NULL,
  cmid TEXT NOT NULL,
  identity INTEGER NOT NULL,
  product TEXT NOT NULL,
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
CREATE TABLE identity (
  application INTEGER NOT NULL,
  cmid TEXT NOT NULL,
  name TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  virtual INTEGER NOT NULL,
  address TEXT NOT NULL,
  PRIMARY KEY (application, cmid)
) WITHOUT ROWID;
INSERT INTO machine
SELECT application, cmid, 0, product, status, first_seen, last_seen, lease_expires, ticket, previous_ticket, requests, code
FROM machine_and_identity ORDER BY application, cmid;
INSERT INTO identity
SELECT application, cmid, name, fingerprint, virtual, address
FROM machine_and_identity ORDER BY application, cmid;
DROP TABLE machine_and_identity;
CREATE VIEW known_machine AS
SELECT machine.application, machine.cmid, product, name, fingerprint, virtual, address, status, first_seen, last_seen,
  lease_expires, ticket, previous_ticket, requests, code
FROM machine JOIN identity ON identity.application = machine.application AND identity.cmid = machine.cmid;
