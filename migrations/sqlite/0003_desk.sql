-- The desk: who works there, what they do with a callback, what a town decides while its line is running.

create table operators (
    id            text not null primary key,
    login         text not null unique,     -- lower case
    name          text not null,            -- as colleagues read it
    roles         text not null,            -- agent, superviseur, referent, administrateur, dpo (F-56), by spaces
    langs         text not null,            -- codes separated by a space
    phone         blob,                     -- sealed: the telephone that rings when she calls somebody back by a click
    password      text,                     -- its argon2id hash; null until one was chosen
    totp          blob,                     -- sealed; null until a first code was given
    totp_step     integer not null default 0, -- the last step that was used: a code serves once
    usual_address text,                     -- a keyed hash of where she signed in last
    disabled_at   integer,
    created_at    integer not null
) strict;

-- Whose lines are whose: every query of the console goes through this table (T15).
create table operator_lines (
    operator_id text not null references operators (id),
    line_id     text not null references lines (id),
    primary key (operator_id, line_id)
) strict, without rowid;
create index operator_lines_line on operator_lines (line_id, operator_id);

create table sessions (
    id          text not null primary key,  -- SHA-256 of the cookie
    operator_id text not null references operators (id),
    browser     text not null,              -- its name and its system
    opened_at   integer not null,
    seen_at     integer not null,
    limited     integer not null default 0, -- 1: it serves to set up a second factor, and nothing else
    totp        blob                         -- sealed: the secret that is being set up
) strict;
create index sessions_operator on sessions (operator_id, seen_at);
create index sessions_seen on sessions (seen_at);
create index sessions_opened on sessions (opened_at);

-- A link that serves once: to choose a first password, or to enter the demonstration.
create table sign_in_links (
    id          text not null primary key,  -- SHA-256 of what the link carries
    operator_id text not null references operators (id),
    purpose     text not null,              -- choose, enter
    expires_at  integer not null,
    used_at     integer
) strict;
create index sign_in_links_operator on sign_in_links (operator_id);
create index sign_in_links_expiry on sign_in_links (expires_at);

-- Sign-ins that failed, by account and by address, both as keyed hashes (T16).
create table sign_in_tries (
    id      text not null primary key,
    account text not null,
    address text not null,
    at      integer not null
) strict;
create index sign_in_tries_account on sign_in_tries (account, at);
create index sign_in_tries_address on sign_in_tries (address, at);
create index sign_in_tries_at on sign_in_tries (at);

-- Who holds a callback, if an operator does: one at a time (F-45). Not before: a next attempt, or « rappeler à 18 h ».
alter table callbacks add column operator_id text references operators (id);
alter table callbacks add column claimed_at integer;   -- when the present or last claim of an operator began
alter table callbacks add column not_before integer not null default 0;
alter table callbacks add column escalated_at integer;
alter table callbacks add column next_step text;       -- « date »: not_before was agreed with her; six digits: the other request (F-47)
create unique index callbacks_one_claim on callbacks (operator_id) where state = 'claimed';
drop index callbacks_queue;
-- All that the order of the queue looks at (F-44), so that twenty thousand items are ranked without reading their rows.
create index callbacks_queue on callbacks
    (line_id, priority, due_at, opened_at, not_before, lang, state, lease_until, operator_id, escalated_at, id)
    where state <> 'closed';

-- A request typed at the counter has no call.
pragma defer_foreign_keys = on;
create table requests_before as select * from requests;
drop table requests;
create table requests (
    id             text not null primary key,
    reference      text not null unique,   -- six digits (F-22)
    line_id        text not null references lines (id),
    call_id        text unique references calls (id), -- null: typed at the counter
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
    updated_at     integer not null,
    place          blob,                   -- sealed: street, details, point, as JSON
    merged_into    text references requests (id) -- the one that goes on (F-49)
) strict;
insert into requests (id, reference, line_id, call_id, caller_id, contact_id, beneficiary_id, category, priority, state,
    lang, postal_code, consent, answers, linked_to, created_at, updated_at)
select id, reference, line_id, call_id, caller_id, contact_id, beneficiary_id, category, priority, state,
    lang, postal_code, consent, answers, linked_to, created_at, updated_at from requests_before;
drop table requests_before;
create index requests_line on requests (line_id, created_at);
create index requests_caller on requests (caller_id, category, created_at);
create index requests_beneficiary on requests (beneficiary_id, category, created_at);
create index requests_contact on requests (contact_id, created_at);
create index requests_merged on requests (merged_into);
create index requests_linked on requests (linked_to);

alter table beneficiaries add column name blob;         -- sealed
create index beneficiaries_phone on beneficiaries (phone_index);
alter table callers add column name blob;               -- sealed

-- Every try to reach somebody (F-46), and every other end of a claim.
create table attempts (
    id          text not null primary key,
    callback_id text not null references callbacks (id),
    operator_id text references operators (id),
    way         text not null,              -- line: the line dialled for her; hand: by her own telephone
    at          integer not null,
    disposition text,                       -- how it ended (F-47); null while it lasts
    ended_at    integer,
    form_id     text unique,                -- the form that ended it: sent twice, it counts once
    outcome     text,                       -- what that form was answered: closed, again, escalated
    next_at     integer                      -- the next try, when it was answered « again »
) strict;
create index attempts_callback on attempts (callback_id, at);
create index attempts_operator on attempts (operator_id, at);

-- What agents write: dated, signed, never changed (F-48).
create table notes (
    id          text not null primary key,
    line_id     text not null references lines (id),
    callback_id text references callbacks (id),
    request_id  text references requests (id),
    operator_id text not null references operators (id),
    at          integer not null,
    body        blob not null               -- sealed
) strict;
create index notes_callback on notes (callback_id, at);
create index notes_request on notes (request_id, at);

-- What happened to a request, in order: its timeline.
create table request_events (
    id         text not null primary key,
    request_id text not null references requests (id),
    at         integer not null,
    actor      text not null,
    kind       text not null,
    detail     blob                         -- sealed
) strict;
create index request_events_request on request_events (request_id, at);

-- Two requests that were one (F-49); what undoing needs.
create table merges (
    id         text not null primary key,
    kept_id    text not null references requests (id),
    merged_id  text not null references requests (id),
    merged_by  text not null references operators (id),
    at         integer not null,
    before     text not null,               -- state and deadlines of both, as JSON
    undone_at  integer,
    undone_by  text references operators (id)
) strict;
create index merges_kept on merges (kept_id);
create unique index merges_one_at_a_time on merges (merged_id) where undone_at is null;

-- A call back by a click: the agent's telephone rings first, then the resident's.
create table bridges (
    id          text not null primary key,
    token       text not null unique,       -- names its documents
    callback_id text not null references callbacks (id),
    attempt_id  text references attempts (id), -- null: the resident was not dialled
    operator_id text not null references operators (id),
    state       text not null,              -- asked, ringing, accepted, ended
    sid         text,
    started_at  integer not null,
    ended_at    integer,
    outcome     text                        -- how it ended: see callbacks::dialling
) strict;
create index bridges_callback on bridges (callback_id, started_at);
create index bridges_sid on bridges (sid);
create index bridges_attempt on bridges (attempt_id);
create unique index bridges_one_at_a_time on bridges (operator_id) where state <> 'ended';

-- A safeguarding report (F-53): only for named roles.
create table signals (
    id          text not null primary key,
    line_id     text not null references lines (id),
    callback_id text references callbacks (id),
    request_id  text references requests (id),
    operator_id text not null references operators (id),
    at          integer not null,
    content     blob not null,              -- sealed: danger now, who, what was said, who was told and when
    seen_by     text references operators (id),
    seen_at     integer,
    closed_at   integer
) strict;
create index signals_line on signals (line_id, at);

-- What a town decides of its line while it is running; over the file.
create table line_settings (
    line_id    text not null references lines (id),
    name       text not null,
    value      blob not null,              -- sealed: telephones of staff are among them
    changed_at integer not null,
    changed_by text not null references operators (id),
    primary key (line_id, name)
) strict, without rowid;

-- A caller's plan (F-23): a weekly slot, or a block that ends.
create table caller_plans (
    id         text not null primary key,
    line_id    text not null references lines (id),
    caller_id  text not null references callers (id),
    kind       text not null,               -- slot, block
    slot       text,                        -- opening hours of the slot
    reason     blob not null,               -- sealed
    expires_at integer not null,
    made_by    text not null references operators (id),
    made_at    integer not null,
    ended_at   integer
) strict;
create index caller_plans_caller on caller_plans (line_id, caller_id, expires_at);

-- One line of instruction for whoever comes next (F-50).
create table handovers (
    id          text not null primary key,
    line_id     text not null references lines (id),
    callback_id text not null references callbacks (id),
    operator_id text not null references operators (id),
    at          integer not null,
    body        blob not null               -- sealed
) strict;
create index handovers_line on handovers (line_id, at);

alter table audit add column line_id text references lines (id);
create index audit_at on audit (at);
create index audit_subject on audit (subject, at);

-- What is counted over a period (F-51).
create index calls_line on calls (line_id, started_at);
create index callbacks_opened on callbacks (line_id, opened_at);
create index attempts_at on attempts (at);
-- Where somebody still waits for help: the map.
create index requests_open on requests (line_id, postal_code, category) where state in ('enregistrée', 'accord attendu');
-- What was given up, for the page of failed jobs.
create index outbox_failed on outbox (settled_at) where state in ('buried', 'unknown');
