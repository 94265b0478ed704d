//! Facts about the house itself: which key its rows are sealed with, and whether it can be written to.

use super::{Db, DbError};

/// Keeps the fingerprint of the key at the first start, and refuses another key ever after.
pub async fn check_key(db: &Db, fingerprint: String) -> Result<(), DbError> {
    let offered = fingerprint.clone();
    let known: String = db
        .write(|tx| {
            Box::pin(async move {
                sqlx::query("insert into house (key, value) values ('key', $1) on conflict (key) do nothing")
                    .bind(fingerprint)
                    .execute(tx.conn())
                    .await?;
                let known = sqlx::query_scalar("select value from house where key = 'key'");
                Ok::<_, DbError>(known.fetch_one(tx.conn()).await?)
            })
        })
        .await?;
    same(&known, &offered)
}

/// Whether this is the key of the rows, without binding it to a database that has none yet: for an examination.
pub async fn compare_key(db: &Db, fingerprint: String) -> Result<(), DbError> {
    let known = db.read(|tx| {
        Box::pin(async move {
            let known = sqlx::query_scalar("select value from house where key = 'key'");
            Ok::<Option<String>, DbError>(known.fetch_optional(tx.conn()).await?)
        })
    });
    known.await?.map_or(Ok(()), |known| same(&known, &fingerprint))
}

fn same(known: &str, offered: &str) -> Result<(), DbError> {
    if known == offered {
        return Ok(());
    }
    Err(DbError::refused(
        "la clé de chiffrement n'est pas celle de cette base : rien n'a été modifié ; remettez le fichier de clé qui \
         accompagne cette base, ou choisissez une autre base",
    ))
}

/// Proves that a change reaches the disk: what « ready » means.
pub async fn check_writable(db: &Db) -> Result<(), DbError> {
    db.write(|tx| {
        Box::pin(async move {
            let sign = "insert into house (key, value) values ('alive', '1') \
                        on conflict (key) do update set value = excluded.value";
            sqlx::query(sign).execute(tx.conn()).await?;
            Ok(())
        })
    })
    .await
}
