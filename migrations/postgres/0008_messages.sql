-- Texts that leave, what is known of them, and who asked for none. Instants are unix milliseconds.

create table messages (
    id           text not null primary key,
    line_id      text not null references lines (id),
    contact_id   text not null references callers (id), -- where the number lives
    kind         text not null,
    dedupe_key   text not null unique,     -- the reason: nobody is texted twice for one
    body         bytea not null,           -- sealed
    any_day      bigint not null,         -- 1: it may leave on a Sunday or a public holiday too
    state        text not null,
    sid          text unique,              -- the provider's id
    segments     bigint not null,         -- counted by us
    billed       bigint,                  -- counted by the provider
    attempts     bigint not null default 0, -- how often it was handed over and may have left
    created_at   bigint not null,
    not_before   bigint not null,
    expires_at   bigint not null,         -- later than this it says nothing any more
    attempted_at bigint,                  -- when it was last handed over
    sent_at      bigint,                  -- when the provider had it
    settled_at   bigint,                  -- when nothing more was expected of it
    error        bigint,                  -- the provider's code
    reason       text,                     -- why it was held back
    retry_of     text references messages (id) -- the one that did not arrive
);
create index messages_contact on messages (contact_id, state);
create index messages_retry on messages (retry_of);
create index messages_undecided on messages (state, attempted_at) where state in ('queued', 'sending', 'unknown', 'held');

-- What the provider reported of each of its ids, the last word only: a report may come before we know the id.
create table message_fates (
    sid  text not null primary key,
    fate bigint not null,                 -- the rank of the state, then the code of the error
    at   bigint not null
);
create index message_fates_at on message_fates (at);

-- Numbers that nothing is sent to any more (F-58), kept 1,095 days (F-73).
create table stops (
    number_index text not null primary key, -- keyed hash of the number
    line_id      text not null references lines (id),
    voice        bigint not null,         -- 1: no voice offers either
    source       text not null,            -- text, provider, agent
    since        bigint not null
);
create index stops_since on stops (since);

-- What left on each day: one row for the whole house (about = ''), one a number (its keyed hash), one a limit reached (!…).
create table spending (
    day   text not null,                   -- of the town
    about text not null,
    texts bigint not null,
    calls bigint not null,
    cost  bigint not null,                -- ten-thousandths of a euro
    primary key (day, about)
);

-- Up to when the texts of each of our numbers were looked for in the provider's list.
create table text_watermarks (
    number    text not null primary key,   -- ours
    looked_at bigint not null,            -- when somebody began to look
    until_at  bigint not null             -- everything sent before it was looked at
);

alter table callers add column no_text bigint; -- the provider's code that says that it receives no texts
