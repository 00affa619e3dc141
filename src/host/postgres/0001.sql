CREATE TABLE state (
  id integer PRIMARY KEY CHECK (id = 1),
  last_change bigint NOT NULL,
  first_event bigint NOT NULL,
  last_event bigint NOT NULL,
  event_bytes bigint NOT NULL,
  checked bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO state VALUES (1, 0, 1, 0, 0, 0);
CREATE TABLE application (
  number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  largest_required integer NOT NULL
) WITH (fillfactor = 10);
CREATE TABLE machine (
  application integer NOT NULL,
  cmid text COLLATE "C" NOT NULL,
  product text COLLATE "C" NOT NULL,
  status integer NOT NULL,
  first_seen bigint NOT NULL,
  last_seen bigint NOT NULL,
  lease_expires bigint NOT NULL,
  ticket bigint NOT NULL,
  previous_ticket bigint NOT NULL,
  requests bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  PRIMARY KEY (application, cmid)
) WITH (fillfactor = 70);
CREATE TABLE identity (
  application integer NOT NULL,
  cmid text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  fingerprint text COLLATE "C" NOT NULL,
  virtual boolean NOT NULL,
  address text COLLATE "C" NOT NULL,
  PRIMARY KEY (application, cmid)
);
CREATE VIEW known_machine AS
SELECT application.id AS application_id, application, cmid, product, name, fingerprint, virtual, address, status,
  first_seen, last_seen, lease_expires, ticket, previous_ticket, requests, code
FROM machine JOIN identity USING (application, cmid) JOIN application ON number = application;
CREATE TABLE count_change (
  number bigint PRIMARY KEY,
  applications integer[] NOT NULL,
  minutes integer[] NOT NULL,
  machines integer[] NOT NULL
);
CREATE TABLE received (
  application integer NOT NULL,
  status integer NOT NULL,
  total bigint NOT NULL,
  failed bigint NOT NULL,
  PRIMARY KEY (application, status)
) WITH (fillfactor = 10);
CREATE TABLE event (
  number bigint PRIMARY KEY,
  time bigint NOT NULL,
  id integer NOT NULL,
  cmid text COLLATE "C",
  machine text COLLATE "C" NOT NULL,
  info text COLLATE "C" NOT NULL
);
CREATE TABLE setting (
  name text COLLATE "C" PRIMARY KEY,
  value text COLLATE "C" NOT NULL
);
CREATE TABLE note (
  application integer NOT NULL,
  cmid text COLLATE "C" NOT NULL,
  text text COLLATE "C" NOT NULL,
  PRIMARY KEY (application, cmid)
);
CREATE TABLE rearm_order (
  application integer NOT NULL,
  cmid text COLLATE "C" NOT NULL,
  PRIMARY KEY (application, cmid)
);
CREATE TABLE usage_day (
  day integer PRIMARY KEY,
  leased integer NOT NULL
);
