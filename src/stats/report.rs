//! Counts a line over a period, or how its week usually goes, for whoever has the line.

use jiff::Timestamp;

use super::figures::Measured;
use super::period::Period;
use super::sheet::Sheet;
use super::store::{self, Asked};
use super::workload::{self, Profile, WEEKS};
use crate::calls::switchboard::Switchboard;
use crate::db::{DbError, Tx};
use crate::lines::Line;
use crate::operators::Operator;

/// The period of that line; `None` where the line is not hers.
pub async fn sheet(board: &Switchboard, by: &Operator, line: &Line, period: Period) -> Result<Option<Sheet>, DbError> {
    let (from, to) = period.bounds(line.settings.hours.zone());
    let asked = Asked { line_id: line.id, operator_id: by.id, from, to };
    let (now, settings) = (board.clock.now(), line.settings.clone());
    board
        .db
        .read(move |tx| {
            Box::pin(async move {
                if !store::is_hers(tx, &asked).await? {
                    return Ok(None);
                }
                let measured = measured(tx, &asked, now).await?;
                let requests = store::requests(tx, &asked).await?;
                let counts = [
                    store::calls_by_half_hour(tx, &asked).await?,
                    store::work_by_half_hour(tx, &asked).await?,
                    store::requests_by_half_hour(tx, &asked).await?,
                ];
                let zone = settings.hours.zone();
                Ok(Some(Sheet::of(period, measured, &requests, &counts, &settings.districts, zone)))
            })
        })
        .await
}

async fn measured(tx: &mut Tx<'_>, asked: &Asked, now: Timestamp) -> Result<Measured, DbError> {
    Ok(Measured {
        calls: store::calls(tx, asked).await?,
        to_attempt: store::to_attempt(tx, asked).await?,
        to_contact: store::to_contact(tx, asked).await?,
        handling: store::handling(tx, asked).await?,
        due: store::due(tx, asked, now).await?,
        ends: store::ends(tx, asked).await?,
        ..Measured::default()
    })
}

/// How a usual week of the line goes: its calls, and what asks for an agent. `None` where the line is not hers.
pub async fn profiles(board: &Switchboard, by: &Operator, line: &Line) -> Result<Option<(Profile, Profile)>, DbError> {
    let to = board.clock.now();
    let asked = Asked { line_id: line.id, operator_id: by.id, from: workload::since(to), to };
    let zone = line.settings.hours.zone().clone();
    board
        .db
        .read(move |tx| {
            Box::pin(async move {
                if !store::is_hers(tx, &asked).await? {
                    return Ok(None);
                }
                let calls = store::calls_by_half_hour(tx, &asked).await?;
                let work = store::work_by_half_hour(tx, &asked).await?;
                Ok(Some((Profile::of(&calls, &zone, WEEKS), Profile::of(&work, &zone, WEEKS))))
            })
        })
        .await
}

/// Needs that are open now, by postal code and category; none of a line that is not hers.
pub async fn open_needs(
    board: &Switchboard,
    by: &Operator,
    line: &Line,
) -> Result<Vec<(String, String, i64)>, DbError> {
    let (operator_id, line_id) = (by.id, line.id);
    board.db.read(move |tx| Box::pin(async move { store::open_needs(tx, operator_id, line_id).await })).await
}
