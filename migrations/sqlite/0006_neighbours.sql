-- Neighbours who help: who they are, what was seen of their papers, whom they were asked about, whom they help.

create table volunteers (
    id           text not null primary key,
    line_id      text not null references lines (id),
    contact_id   text not null references callers (id), -- her number: numbers have one address
    state        text not null,             -- candidate, active, suspended, left (F-57, F-67b)
    profile      blob not null,             -- sealed: name, street, emergency contact, insurance, as JSON
    postal_code  text,
    lat          integer,                   -- microdegrees; null while nobody placed her
    lon          integer,
    within_m     integer not null,          -- how far from there she may well live
    skills       text not null,             -- codes of the voice-scripts, separated by a space
    langs        text not null,
    availability text not null,             -- opening hours, local time
    holidays     integer not null,          -- 1: she agreed to be asked on Sundays and public holidays (F-61)
    way          text not null,             -- sms, voice
    budget_min   integer not null,          -- minutes a month that she gives (F-35)
    came_by      text not null,             -- phone, sms, web, import, desk
    call_id      text references calls (id), -- the call in which she offered help: her name is in its messages
    paused_until integer,
    asked        integer not null default 0, -- offers ever, answers ever, yes ever: what the answer rate is learnt from
    answered     integer not null default 0,
    accepted     integer not null default 0,
    created_at   integer not null,
    updated_at   integer not null
) strict;
-- Somebody who left may come back as somebody new.
create unique index volunteers_contact on volunteers (line_id, contact_id) where state <> 'left';
create index volunteers_state on volunteers (line_id, state, created_at);
create index volunteers_postal_code on volunteers (line_id, postal_code) where state = 'active';

-- Words of a name, as keyed hashes: she is found by the whole of one of them.
create table volunteer_words (
    line_id      text not null references lines (id),
    word         text not null,
    volunteer_id text not null references volunteers (id),
    primary key (line_id, word, volunteer_id)
) strict, without rowid;
create index volunteer_words_volunteer on volunteer_words (volunteer_id);

-- What a referent saw (F-07, F-67): what, when, until when it holds. No copy of any paper.
create table vettings (
    volunteer_id text not null references volunteers (id),
    kind         text not null,             -- identity, charter, interview, honourability, insurance
    seen_at      integer not null,
    seen_by      text not null references operators (id),
    expires_at   integer,
    primary key (volunteer_id, kind)
) strict, without rowid;

-- What happened to a volunteer, in order.
create table volunteer_events (
    id           text not null primary key,
    volunteer_id text not null references volunteers (id),
    at           integer not null,
    actor        text not null,
    kind         text not null,
    detail       blob                       -- sealed
) strict;
create index volunteer_events_volunteer on volunteer_events (volunteer_id, at);

-- Who may be asked for what, where: one row for each skill that she may use now. Written anew whenever something of her
-- changes; who is not in it is never asked. Everything that the first look needs stands in the key's own rows.
create table candidates (
    line_id      text not null references lines (id),
    skill        text not null,
    cell         integer not null,          -- the H3 cell of a town (resolution 8)
    volunteer_id text not null references volunteers (id),
    region       integer not null,          -- the one of the country (resolution 6)
    lat          integer not null,
    lon          integer not null,
    within_m     integer not null,
    slots        integer not null,          -- four-hour blocks of the week in which she may be free, one bit each
    langs        text not null,
    from_at      integer not null,          -- not asked before: her pause
    until_at     integer not null,          -- nor after: what was seen of her papers lapses
    primary key (line_id, skill, cell, volunteer_id)
) strict, without rowid;
create index candidates_region on candidates (line_id, skill, region, slots, lat, lon, within_m, from_at, until_at, langs);
create index candidates_volunteer on candidates (volunteer_id);

-- A request for which a neighbour is sought.
create table searches (
    request_id text not null primary key references requests (id),
    line_id    text not null references lines (id),
    skill      text not null,
    state      text not null,               -- running, ended
    started_at integer not null,
    next_at    integer not null,            -- when it is looked at again
    give_up_at integer not null,            -- an agent has it by then
    waves      integer not null,            -- how many were sent since it started
    ended_at   integer,
    why        text                         -- why it ended: matched, nobody, unanswered, late, stopped
) strict;
create index searches_due on searches (next_at) where state = 'running';
create index searches_line on searches (line_id, started_at);

-- A volunteer was asked for a request: once.
create table offers (
    id           text not null primary key,
    line_id      text not null references lines (id),
    request_id   text not null references requests (id),
    volunteer_id text not null references volunteers (id),
    wave         integer not null,
    way          text not null,             -- sms, voice, hand (an agent asked her)
    distance_m   integer not null,
    chance       integer not null,          -- thousandths: how likely her yes seemed
    reason       text not null,             -- why she, as agents read it
    state        text not null,             -- asked, accepted, declined, late, expired, withdrawn
    asked_at     integer not null,
    expires_at   integer not null,
    answered_at  integer
) strict;
create unique index offers_pair on offers (request_id, volunteer_id);
-- The first yes wins (I2): the index sees to it.
create unique index offers_one_yes on offers (request_id) where state = 'accepted';
create index offers_volunteer on offers (volunteer_id, asked_at, state, expires_at);
create index offers_open on offers (expires_at) where state = 'asked';
create index offers_line on offers (line_id, asked_at, state);

-- A code of two digits that means one question for one number (F-59), until it is free again.
create table questions (
    id         text not null primary key,
    line_id    text not null references lines (id),
    contact_id text not null references callers (id),
    code       text not null,
    kind       text not null,               -- offer, month, satisfaction, check_in
    subject_id text not null,               -- the offer, the volunteer, the match
    asked_at   integer not null,
    closed_at  integer,
    freed_at   integer                      -- when the code could be given again
) strict;
create unique index questions_code on questions (line_id, contact_id, code) where freed_at is null;
create unique index questions_subject on questions (kind, subject_id);

-- A neighbour said yes.
create table matches (
    id           text not null primary key,
    line_id      text not null references lines (id),
    request_id   text not null references requests (id),
    volunteer_id text not null references volunteers (id),
    offer_id     text not null unique references offers (id),
    contact_id   text references callers (id), -- the resident's number: her words are never used twice
    word         text not null,              -- said at the door (F-64)
    state        text not null,              -- to_validate, to_tell, told, done, dropped, cancelled
    accepted_at  integer not null,
    validated_by text references operators (id),
    told_at      integer,
    tries        integer not null default 0, -- to tell the resident
    ended_at     integer,
    minutes      integer                     -- given, once it is done (F-35)
) strict;
create unique index matches_live on matches (request_id) where state in ('to_validate', 'to_tell', 'told');
create index matches_volunteer on matches (volunteer_id, state, ended_at, minutes);
create index matches_contact on matches (contact_id, word);
create index matches_line on matches (line_id, accepted_at);

-- An agent sees where somebody waits for a neighbour, too.
drop index requests_open;
create index requests_open on requests (line_id, postal_code, category)
    where state in ('enregistrée', 'accord attendu', 'recherche', 'trouvée');
