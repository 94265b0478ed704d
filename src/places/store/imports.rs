//! The rows of an import, written under its own number and shown at its end, all at once.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::db::{DbError, Tx, with_elements};
use crate::geo::Point;
use crate::places::ban::{Kind, Row};
use crate::places::batch::Batch;
use crate::places::middle::{Gathered, Middle, StreetMiddle};

/// Opens an import: the number under which its rows are written.
pub async fn begin(tx: &mut Tx<'_>, kind: Kind, file: &str, now: Timestamp) -> Result<i64, DbError> {
    let begun = "insert into place_imports (kind, file, started_at, seen_at) values ($1, $2, $3, $3) returning id";
    let id = sqlx::query_scalar(begun).bind(kind.word()).bind(file).bind(now.as_millisecond());
    Ok(id.fetch_one(tx.conn()).await?)
}

/// Says that the import goes on; `false` when it was given up for dead meanwhile.
pub async fn goes_on(tx: &mut Tx<'_>, import: i64, now: Timestamp) -> Result<bool, DbError> {
    let seen = "update place_imports set seen_at = $2 where id = $1 and published is null";
    let done = sqlx::query(seen).bind(import).bind(now.as_millisecond()).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

/// The rows of a batch as the statements take them: one text that the database takes apart.
#[derive(Debug, Clone)]
pub struct Written {
    streets: String,
    addresses: String,
}

impl Written {
    /// Those of a batch.
    pub fn of(batch: &Batch, kind: Kind) -> Self {
        // Of a street its numbers tell the middle, at the end; a locality has a point of its own.
        let point = |row: &Row| (kind == Kind::Localities).then_some(row.point.micro());
        let streets = batch.streets().map(|row| (&row.commune, &row.street, &row.name, &row.postal_code, point(row)));
        let rows = if kind == Kind::Addresses { batch.rows() } else { &[] };
        let addresses = rows.iter().map(|row| {
            let Row { commune, street, id, number, repetition, postal_code, point, .. } = row;
            (commune, street, id, number, repetition, postal_code, point.micro())
        });
        Self { streets: json(streets), addresses: json(addresses) }
    }
}

/// A list as JSON. Numbers and texts alone: there is nothing that could fail.
fn json<T: Serialize>(rows: impl Iterator<Item = T>) -> String {
    serde_json::to_string(&rows.collect::<Vec<_>>()).unwrap_or_default()
}

/// Writes a batch; what the file said before of the same identifiers gives way.
pub async fn add(tx: &mut Tx<'_>, import: i64, written: &Written) -> Result<(), DbError> {
    let streets = with_elements(
        tx.kind(),
        "insert into streets (import_id, commune, id, name, postal_code, lat, lon) \
         select cast($1 as bigint), j.value->>0, j.value->>1, j.value->>2, j.value->>3, \
         cast(j.value->4->>0 as bigint), cast(j.value->4->>1 as bigint) from {each $2} j where true \
         on conflict (import_id, commune, id) do update set name = excluded.name, \
         postal_code = excluded.postal_code, lat = excluded.lat, lon = excluded.lon",
    );
    sqlx::query(streets).bind(import).bind(&written.streets).execute(tx.conn()).await?;
    let addresses = with_elements(
        tx.kind(),
        "insert into addresses (import_id, commune, street_id, id, number, repetition, postal_code, lat, lon) \
         select cast($1 as bigint), j.value->>0, j.value->>1, j.value->>2, cast(j.value->>3 as bigint), \
         j.value->>4, j.value->>5, cast(j.value->6->>0 as bigint), cast(j.value->6->>1 as bigint) \
         from {each $2} j where true \
         on conflict (import_id, commune, street_id, id) do update set number = excluded.number, \
         repetition = excluded.repetition, postal_code = excluded.postal_code, lat = excluded.lat, lon = excluded.lon",
    );
    sqlx::query(addresses).bind(import).bind(&written.addresses).execute(tx.conn()).await?;
    Ok(())
}

/// The points of a commune's addresses, by street and postal code.
pub async fn gathered(tx: &mut Tx<'_>, import: i64, commune: &str) -> Result<Vec<Gathered>, DbError> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select street_id, coalesce(postal_code, ''), string_agg(lat || ' ' || lon, ' ') from addresses \
         where import_id = $1 and commune = $2 group by street_id, postal_code",
    )
    .bind(import)
    .bind(commune)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(street, code, points)| (street, code, read_points(&points))).collect())
}

/// « lat lon lat lon … » in microdegrees.
fn read_points(text: &str) -> Vec<Point> {
    let numbers: Vec<i64> = text.split(' ').filter_map(|number| number.parse().ok()).collect();
    numbers.chunks_exact(2).filter_map(|pair| Point::from_micro(pair[0], pair[1])).collect()
}

/// Keeps where the streets of a commune are.
pub async fn measure(tx: &mut Tx<'_>, import: i64, commune: &str, streets: &[StreetMiddle]) -> Result<(), DbError> {
    let one = |street: &StreetMiddle| {
        let Middle { point, within_m, count } = street.middle;
        serde_json::json!([street.id, street.postal_code, point.micro(), within_m, count])
    };
    // Every street is there already: as an upsert each one is found by its key, where an update would join two lists.
    let keep = with_elements(
        tx.kind(),
        "insert into streets (import_id, commune, id, name, postal_code, lat, lon, within_m, numbers) \
         select cast($1 as bigint), cast($2 as text), j.value->>0, '', j.value->>1, \
         cast(j.value->2->>0 as bigint), cast(j.value->2->>1 as bigint), cast(j.value->>3 as bigint), \
         cast(j.value->>4 as bigint) from {each $3} j where true \
         on conflict (import_id, commune, id) do update set postal_code = excluded.postal_code, \
         lat = excluded.lat, lon = excluded.lon, within_m = excluded.within_m, numbers = excluded.numbers",
    );
    let keep = sqlx::query(keep).bind(import).bind(commune).bind(json(streets.iter().map(one)));
    keep.execute(tx.conn()).await?;
    Ok(())
}

/// How many localities of a commune the import wrote.
pub async fn localities(tx: &mut Tx<'_>, import: i64, commune: &str) -> Result<i64, DbError> {
    let count = "select count(*) from streets where import_id = $1 and commune = $2";
    Ok(sqlx::query_scalar(count).bind(import).bind(commune).fetch_one(tx.conn()).await?)
}

/// A commune as its addresses are seen now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The import whose rows they are.
    pub import: i64,
    /// Their postal codes.
    pub codes: Vec<String>,
}

/// What is seen now: how many imports were shown so far, and every commune with addresses.
pub async fn shown(tx: &mut Tx<'_>) -> Result<(i64, BTreeMap<String, Shown>), DbError> {
    let last = "select coalesce(max(published), 0) from place_imports";
    let last: i64 = sqlx::query_scalar(last).fetch_one(tx.conn()).await?;
    let rows: Vec<(String, i64, String)> =
        sqlx::query_as("select c.code, c.import_id, c.postal_codes from communes c where c.kind = 'addresses'")
            .fetch_all(tx.conn())
            .await?;
    let read = |(code, import, codes): (String, i64, String)| {
        (code, Shown { import, codes: codes.split_whitespace().map(str::to_owned).collect() })
    };
    Ok((last, rows.into_iter().map(read).collect()))
}

/// The points of one commune that have one postal code.
pub async fn points(tx: &mut Tx<'_>, import: i64, commune: &str, code: &str) -> Result<Vec<Point>, DbError> {
    let points: Option<String> = sqlx::query_scalar(
        "select string_agg(lat || ' ' || lon, ' ') from addresses \
         where import_id = $1 and commune = $2 and postal_code = $3",
    )
    .bind(import)
    .bind(commune)
    .bind(code)
    .fetch_one(tx.conn())
    .await?;
    Ok(points.map(|points| read_points(&points)).unwrap_or_default())
}

/// A commune whose new rows are complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Insee's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Streets, or localities.
    pub streets: i64,
    /// Addresses.
    pub addresses: i64,
    /// Their postal codes.
    pub codes: Vec<String>,
}

/// What an import shows at its end.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The import.
    pub import: i64,
    /// What it read.
    pub kind: Kind,
    /// Its rank: one more than the last one that was looked at.
    pub rank: i64,
    /// Its communes.
    pub communes: Vec<Counted>,
    /// The postal codes that it changes; one without addresses goes.
    pub postal_codes: BTreeMap<String, Option<Middle>>,
}

/// Shows the rows of an import in place of those before; `false` when it was given up for dead. A unique index refuses the
/// second of two that saw the same state.
pub async fn publish(tx: &mut Tx<'_>, shown: &Publication, now: Timestamp) -> Result<bool, DbError> {
    let take = "update place_imports set published = $2, seen_at = $3 where id = $1 and published is null";
    let taken = sqlx::query(take).bind(shown.import).bind(shown.rank).bind(now.as_millisecond());
    if taken.execute(tx.conn()).await?.rows_affected() != 1 {
        return was_shown(tx, shown.import).await;
    }
    let communes =
        json(shown.communes.iter().map(|one| (&one.code, &one.name, one.streets, one.addresses, one.codes.join(" "))));
    let replaced = with_elements(
        tx.kind(),
        "insert into place_leftovers (import_id, commune) select c.import_id, c.code from {each $2} j \
         join communes c on c.code = j.value->>0 and c.kind = $1 where true on conflict do nothing",
    );
    sqlx::query(replaced).bind(shown.kind.word()).bind(&communes).execute(tx.conn()).await?;
    let seen = with_elements(
        tx.kind(),
        "insert into communes (code, kind, name, import_id, streets, addresses, postal_codes, imported_at) \
         select j.value->>0, cast($1 as text), j.value->>1, cast($3 as bigint), cast(j.value->>2 as bigint), \
         cast(j.value->>3 as bigint), j.value->>4, cast($4 as bigint) from {each $2} j where true \
         on conflict (code, kind) do update set name = excluded.name, import_id = excluded.import_id, \
         streets = excluded.streets, addresses = excluded.addresses, postal_codes = excluded.postal_codes, \
         imported_at = excluded.imported_at",
    );
    let seen = sqlx::query(seen).bind(shown.kind.word()).bind(&communes).bind(shown.import);
    seen.bind(now.as_millisecond()).execute(tx.conn()).await?;
    keep_postal_codes(tx, &shown.postal_codes).await?;
    Ok(true)
}

/// Whether an import was shown: by a try whose answer was lost.
async fn was_shown(tx: &mut Tx<'_>, import: i64) -> Result<bool, DbError> {
    let count = "select count(*) from place_imports where id = $1 and published is not null";
    let count: i64 = sqlx::query_scalar(count).bind(import).fetch_one(tx.conn()).await?;
    Ok(count == 1)
}

async fn keep_postal_codes(tx: &mut Tx<'_>, codes: &BTreeMap<String, Option<Middle>>) -> Result<(), DbError> {
    let gone = json(codes.iter().filter(|(_, middle)| middle.is_none()).map(|(code, _)| [code]));
    let delete =
        with_elements(tx.kind(), "delete from postal_codes where code in (select j.value->>0 from {each $1} j)");
    sqlx::query(delete).bind(gone).execute(tx.conn()).await?;
    let known = json(codes.iter().filter_map(|(code, middle)| {
        let Middle { point, within_m, count } = (*middle)?;
        Some((code, point.micro(), within_m, count))
    }));
    let keep = with_elements(
        tx.kind(),
        "insert into postal_codes (code, lat, lon, within_m, addresses) select j.value->>0, \
         cast(j.value->1->>0 as bigint), cast(j.value->1->>1 as bigint), cast(j.value->>2 as bigint), \
         cast(j.value->>3 as bigint) from {each $1} j where true \
         on conflict (code) do update set lat = excluded.lat, lon = excluded.lon, within_m = excluded.within_m, \
         addresses = excluded.addresses",
    );
    sqlx::query(keep).bind(known).execute(tx.conn()).await?;
    Ok(())
}
