-- Places: the national address file as it was imported last, what a postal code is worth, the sub-districts of a line.

-- An import writes its rows under its own number and shows them all at once at its end: until then nobody sees them.
create table place_imports (
    id         integer primary key autoincrement,
    kind       text not null,               -- addresses, localities: which of the two files
    file       text not null,               -- its name
    started_at integer not null,
    seen_at    integer not null,            -- when it last wrote: one that was killed stays behind
    published  integer unique               -- its rank among those that were shown; null until then
) strict;

-- The communes that are known, and the import whose rows are theirs.
create table communes (
    code         text not null,             -- of Insee
    kind         text not null,
    name         text not null,
    import_id    integer not null references place_imports (id),
    streets      integer not null,
    addresses    integer not null,
    postal_codes text not null,             -- those of its addresses, by spaces
    imported_at  integer not null,
    primary key (code, kind)
) strict, without rowid;
create index communes_import on communes (import_id);

-- Streets, and the localities of the other file. Of all rows here, those count whose import is that of their commune.
create table streets (
    import_id   integer not null,
    commune     text not null,
    id          text not null,              -- as in the file
    name        text not null,
    postal_code text,                       -- that of most of its numbers
    lat         integer,                    -- microdegrees: the middle of its numbers
    lon         integer,
    within_m    integer,                    -- how far from it most of them are
    numbers     integer not null default 0,
    primary key (import_id, commune, id)
) strict, without rowid;
create index streets_id on streets (id);

create table addresses (
    import_id   integer not null,
    commune     text not null,
    street_id   text not null,
    id          text not null,              -- as in the file
    number      integer,                    -- null: the street itself, which the file numbers 0 or 9999
    repetition  text,                       -- bis, ter, a …
    postal_code text,
    lat         integer not null,           -- microdegrees
    lon         integer not null,
    primary key (import_id, commune, street_id, id)
) strict, without rowid;

-- Rows that nobody sees any more, to be deleted a few at a time.
create table place_leftovers (
    import_id integer not null,
    commune   text not null,
    primary key (import_id, commune)
) strict, without rowid;

create table postal_codes (
    code      text not null primary key,
    lat       integer not null,             -- microdegrees: the middle of its addresses
    lon       integer not null,
    within_m  integer not null,             -- how far from it most of them are
    addresses integer not null
) strict, without rowid;

create table sub_districts (
    line_id text not null references lines (id),
    name    text not null,
    parent  text,                           -- the district that it is a part of
    lat     integer not null,               -- microdegrees: its middle
    lon     integer not null,
    contour text,                           -- polygons, their rings, lat and lon in microdegrees, as JSON; null: none known
    primary key (line_id, name)
) strict, without rowid;
