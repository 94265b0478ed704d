//! The rows of places. Whoever asks where something is, is here; importing is in [`imports`], what an import leaves behind in
//! [`leftovers`], the parts of a town in [`sub_districts`].
//!
//! Rows of `streets` and `addresses` count when their import is that of their commune: every read joins `communes`.

pub mod imports;
pub mod leftovers;
pub mod sub_districts;

use jiff::Timestamp;

use super::middle::{self, LOCALITY_M};
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::geo::{Point, Spot};

/// Where somebody is of whom only the postal code is known: the middle of its addresses, and how far most of them are.
pub async fn spot_of_postal_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Spot>, DbError> {
    let row: Option<(i64, i64, i64)> = sqlx::query_as("select lat, lon, within_m from postal_codes where code = $1")
        .bind(code)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.and_then(|(lat, lon, within)| read_spot(lat, lon, Some(within))))
}

/// Where somebody is of whom only the street (or the locality) is known, by its identifier; its numbers know better than
/// the point of a locality of the same identifier.
pub async fn spot_of_street(tx: &mut Tx<'_>, id: &str) -> Result<Option<Spot>, DbError> {
    let row: Option<(i64, i64, Option<i64>)> = sqlx::query_as(
        "select s.lat, s.lon, s.within_m from streets s \
         join communes c on c.code = s.commune and c.import_id = s.import_id \
         where s.id = $1 and s.lat is not null order by s.numbers desc limit 1",
    )
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(lat, lon, within)| read_spot(lat, lon, within)))
}

fn read_spot(lat: i64, lon: i64, within_m: Option<i64>) -> Option<Spot> {
    let within_m = within_m.map_or(LOCALITY_M, |metres| u32::try_from(metres).unwrap_or(u32::MAX));
    Some(middle::spot(Point::from_micro(lat, lon)?, within_m))
}

/// A commune that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commune {
    /// Insee's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether this is about its localities, not its addresses.
    pub localities: bool,
    /// Streets, or localities.
    pub streets: i64,
    /// Addresses.
    pub addresses: i64,
    /// The name of the file.
    pub file: String,
    /// When.
    pub imported_at: Timestamp,
}

/// Every commune that was imported, by code; of one with both files, its addresses first.
pub async fn communes(tx: &mut Tx<'_>) -> Result<Vec<Commune>, DbError> {
    let rows: Vec<(String, String, String, i64, i64, String, i64)> = sqlx::query_as(
        "select c.code, c.name, c.kind, c.streets, c.addresses, i.file, c.imported_at from communes c \
         join place_imports i on i.id = c.import_id order by c.code, c.kind",
    )
    .fetch_all(tx.conn())
    .await?;
    let read = |(code, name, kind, streets, addresses, file, at): (_, _, String, _, _, _, i64)| Commune {
        code,
        name,
        localities: kind == "localities",
        streets,
        addresses,
        file,
        imported_at: from_millis(at),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// A postal code and what it is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalCode {
    /// Five digits.
    pub code: String,
    /// The middle of its addresses, and within how many metres most of them lie.
    pub spot: Spot,
    /// How many addresses it has.
    pub addresses: i64,
}

/// Every postal code that has addresses.
pub async fn postal_codes(tx: &mut Tx<'_>) -> Result<Vec<PostalCode>, DbError> {
    let rows: Vec<(String, i64, i64, i64, i64)> =
        sqlx::query_as("select code, lat, lon, within_m, addresses from postal_codes order by code")
            .fetch_all(tx.conn())
            .await?;
    let read = |(code, lat, lon, within, addresses)| {
        Some(PostalCode { code, spot: read_spot(lat, lon, Some(within))?, addresses })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}
