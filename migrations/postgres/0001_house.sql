-- Facts about the house itself: the fingerprint of its key, the last sign of life.
create table house (
    key   text primary key,
    value text not null
);

-- One row per thing that must leave the building, written in the transaction of its cause.
create table outbox (
    id          text primary key,
    kind        text not null,
    payload     text not null,
    urgency     bigint not null default 1, -- 0: somebody is in danger
    dedupe_key  text not null unique,
    state       text not null check (state in ('queued', 'leased', 'done', 'unknown', 'buried')),
    attempts    bigint not null default 0,
    created_at  bigint not null,
    run_at      bigint not null,
    leased_till bigint,
    settled_at  bigint,
    last_error  text
);

create index outbox_due on outbox (urgency, run_at, id) where state = 'queued';
create index outbox_lapsed on outbox (leased_till) where state = 'leased';
create index outbox_done on outbox (settled_at) where state = 'done';
