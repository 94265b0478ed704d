//! Everything a database holds, as text: two dumps that are equal say that nothing changed.

use std::collections::BTreeMap;
use std::fmt::Write;

use ligne_solidaire::db::{Db, DbError, Kind, Tx};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row, ValueRef};

/// The rows of each table, sorted.
pub(crate) type Dump = BTreeMap<String, Vec<String>>;

/// Reads every table of the house.
pub(crate) async fn dump(db: &Db) -> Dump {
    db.read(|tx| Box::pin(async move { tables(tx).await })).await.unwrap()
}

/// How many rows each table has.
pub(crate) async fn counts(db: &Db) -> BTreeMap<String, usize> {
    dump(db).await.into_iter().map(|(table, rows)| (table, rows.len())).collect()
}

async fn tables(tx: &mut Tx<'_>) -> Result<Dump, DbError> {
    let names = match tx.kind() {
        Kind::Sqlite => "select name from sqlite_master where type = 'table' and name not like '%sqlx%'",
        Kind::Postgres => {
            "select tablename::text from pg_tables where schemaname = 'public' and tablename not like '%sqlx%'"
        }
    };
    let names: Vec<(String,)> = sqlx::query_as(names).fetch_all(tx.conn()).await?;
    let mut dump = Dump::new();
    for (name,) in names {
        let all = format!("select * from {name}");
        let rows = sqlx::query(AssertSqlSafe(all)).fetch_all(tx.conn()).await?;
        let mut rows: Vec<_> = rows.iter().map(text).collect();
        rows.sort();
        dump.insert(name, rows);
    }
    Ok(dump)
}

fn text(row: &AnyRow) -> String {
    (0..row.len()).fold(String::new(), |mut text, column| {
        write!(text, "{}|", cell(row, column)).unwrap();
        text
    })
}

fn cell(row: &AnyRow, column: usize) -> String {
    if row.try_get_raw(column).unwrap().is_null() {
        return "-".to_owned();
    }
    row.try_get::<String, _>(column)
        .or_else(|_| row.try_get::<i64, _>(column).map(|number| number.to_string()))
        .or_else(|_| row.try_get::<Vec<u8>, _>(column).map(|bytes| format!("{bytes:02x?}")))
        .unwrap()
}
