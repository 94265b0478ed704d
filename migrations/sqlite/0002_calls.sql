-- Lines, calls, requests and callbacks. Instants are unix milliseconds; sealed columns hold personal data (F-77).

create table lines (
    id         text not null primary key,
    number     text not null unique,
    created_at integer not null
) strict;

-- Personal data has one address: every number that phoned or that is to be called back.
create table callers (
    id            text not null primary key,
    number_index  text not null unique,   -- keyed hash of the number
    number        blob not null,          -- sealed
    lang          text not null,
    first_seen_at integer not null,
    last_seen_at  integer not null
) strict;

create table calls (
    id         text not null primary key,
    sid        text not null unique,       -- the provider's id, opaque
    line_id    text not null references lines (id),
    caller_id  text references callers (id), -- null: withheld
    started_at integer not null,
    seen_at    integer not null,           -- the last webhook
    turn       integer not null,           -- the turn that is expected next
    session    blob not null,              -- sealed: where the call stands in the dialog
    state      text not null,              -- live, ended
    outcome    text                        -- how it ended
) strict;
-- Not on seen_at, which every turn changes.
create index calls_live on calls (started_at) where state = 'live';
create index calls_caller on calls (caller_id, started_at);

create table turns (
    call_id text not null references calls (id),
    turn    integer not null,
    at      integer not null,
    step    text not null,                 -- where the call stood when this turn began
    exit    text,                          -- by which exit it left that step
    answer  blob not null,                 -- sealed: the document that was sent
    primary key (call_id, turn)
) strict;

create table beneficiaries (
    id         text not null primary key,
    phone_index text,
    phone      blob,                       -- sealed; null: not known
    agreed_at  integer,                    -- when she agreed herself (F-21)
    created_at integer not null
) strict;

create table requests (
    id             text not null primary key,
    reference      text not null unique,   -- six digits (F-22)
    line_id        text not null references lines (id),
    call_id        text not null unique references calls (id),
    caller_id      text references callers (id),
    contact_id     text references callers (id), -- whom to call back; null: nobody can
    beneficiary_id text references beneficiaries (id),
    category       text not null,
    priority       integer not null,
    state          text not null,
    lang           text not null,
    postal_code    text,
    consent        text not null,          -- oui, non, non_demande
    answers        blob not null,          -- sealed
    linked_to      text references requests (id),
    created_at     integer not null,
    updated_at     integer not null
) strict;
create index requests_line on requests (line_id, created_at);
create index requests_caller on requests (caller_id, category, created_at);

create table callbacks (
    id             text not null primary key,
    line_id        text not null references lines (id),
    call_id        text references calls (id),
    request_id     text references requests (id),
    contact_id     text references callers (id), -- null: sans numéro
    reason         text not null,
    category       text,
    priority       integer not null,       -- 0 to 3 (F-43)
    lang           text not null,
    state          text not null,          -- open, claimed, closed
    opened_at      integer not null,
    due_at         integer not null,       -- by when it must be done (F-43, F-44)
    promised_until integer,                -- what the caller was told
    answers        blob,                   -- sealed: what was said so far
    spool_id       text unique,            -- the note of the spool that it came from
    claimed_by     text,
    lease_until    integer,
    attempts       integer not null,
    contacted_at   integer,
    disposition    text,
    closed_at      integer,
    unique (call_id, reason)
) strict;
create index callbacks_queue on callbacks (priority, due_at) where state <> 'closed';
create index callbacks_finished on callbacks (line_id, contacted_at);
create index callbacks_request on callbacks (request_id);
create index callbacks_contact on callbacks (contact_id, contacted_at);

create table recordings (
    id         text not null primary key,
    call_id    text not null references calls (id),
    turn       integer not null,
    step       text not null,
    source_index text not null unique,     -- keyed hash of the provider's id or address
    source     blob not null,              -- sealed: the provider's id or address
    seconds    integer,
    state      text not null,              -- waiting, kept, absent, discarded, erased
    created_at integer not null
) strict;
-- Sealed, in a table of its own: whoever lists messages does not read their sound.
create table recording_audio (
    recording_id text not null primary key references recordings (id),
    audio        blob not null
) strict;
create index recordings_call on recordings (call_id);
create index recordings_kept on recordings (created_at) where state = 'kept';

-- Who waits for a person, in what order.
create table waiting (
    call_id   text not null primary key references calls (id),
    line_id   text not null references lines (id),
    pool      text not null,               -- desk, on_call
    priority  integer not null,
    joined_at integer not null,
    seen_at   integer not null
) strict;
create index waiting_order on waiting (line_id, pool, priority, joined_at);

-- A phone of the desk that rings for one caller at a time.
create table rings (
    id          text not null primary key,
    token       text not null unique,      -- names the whisper document
    call_id     text not null references calls (id),
    line_id     text not null references lines (id),
    phone       text not null,             -- keyed hash of the phone's number
    state       text not null,             -- ringing, accepted, ended
    started_at  integer not null,
    expires_at  integer not null,
    accepted_at integer
) strict;
create unique index rings_one_caller_a_phone on rings (line_id, phone) where state <> 'ended';
create index rings_call on rings (call_id);

-- Request numbers that were tried and not found (T6).
create table code_tries (
    id        text not null primary key,
    caller_id text,
    at        integer not null
) strict;
create index code_tries_at on code_tries (at);
create index code_tries_caller on code_tries (caller_id, at);

create table inbound_messages (
    id        text not null primary key,
    sid       text not null unique,
    line_id   text not null references lines (id),
    caller_id text references callers (id),
    body      blob not null,               -- sealed
    at        integer not null
) strict;

-- Who looked at or changed what (F-77).
create table audit (
    id      text not null primary key,
    at      integer not null,
    actor   text not null,
    action  text not null,
    subject text not null
) strict;
