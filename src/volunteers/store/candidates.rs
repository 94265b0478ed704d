//! Who may be asked for what: the rows that a search reads first.

use uuid::Uuid;

use super::super::candidacy::Candidate;
use super::super::volunteer::Volunteer;
use crate::db::{DbError, Tx};
use crate::geo::Grid;
use crate::lang::Lang;

/// Puts in place of her rows those that hold from now on; none for whoever may not be asked.
pub async fn write(tx: &mut Tx<'_>, volunteer: &Volunteer, candidate: Option<&Candidate>) -> Result<(), DbError> {
    let id = volunteer.id.to_string();
    sqlx::query("delete from candidates where volunteer_id = $1").bind(&id).execute(tx.conn()).await?;
    let Some(candidate) = candidate else { return Ok(()) };
    let (lat, lon) = candidate.spot.point.micro();
    let langs: Vec<_> = volunteer.langs.iter().map(Lang::code).collect();
    for candidacy in &candidate.skills {
        sqlx::query(
            "insert into candidates (line_id, skill, cell, volunteer_id, region, lat, lon, within_m, slots, langs, from_at, \
             until_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(volunteer.line_id.to_string())
        .bind(&candidacy.skill)
        .bind(candidate.spot.point.cell(Grid::Town))
        .bind(&id)
        .bind(candidate.spot.point.cell(Grid::Country))
        .bind(lat)
        .bind(lon)
        .bind(i64::from(candidate.spot.within_m))
        .bind(candidate.blocks)
        .bind(langs.join(" "))
        .bind(candidacy.from.as_millisecond())
        .bind(candidacy.until.as_millisecond())
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Whether anybody of that line may be asked for a skill in a language, wherever she lives: without anybody, an agent has
/// the request at once.
pub async fn any(tx: &mut Tx<'_>, line_id: Uuid, skill: &str, lang: Lang) -> Result<bool, DbError> {
    let row: Option<(String,)> = sqlx::query_as(
        "select volunteer_id from candidates where line_id = $1 and skill = $2 and ' ' || langs || ' ' like $3 limit 1",
    )
    .bind(line_id.to_string())
    .bind(skill)
    .bind(format!("% {} %", lang.code()))
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.is_some())
}
