//! Gives a line its sub-districts, in the place of those it had.

use jiff::Timestamp;

use super::store::sub_districts as store;
use super::sub_district::SubDistrict;
use crate::db::{Db, DbError};
use crate::lines::{self, Line};

/// Keeps these as the sub-districts of the line, all or none; the line gets its row if the service never started.
pub async fn divide(db: &Db, line: &Line, all: Vec<SubDistrict>, now: Timestamp) -> Result<(), DbError> {
    let line = line.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let id = line.id;
            lines::store::keep(tx, &[line], now).await?;
            store::replace(tx, id, &all).await
        })
    })
    .await
}
