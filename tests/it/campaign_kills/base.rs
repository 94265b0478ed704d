//! The database that outlives the processes, read while they are dead.

use std::collections::BTreeMap;
use std::path::Path;

use ligne_solidaire::db::{Db, DbError};
use tempfile::TempDir;

use crate::support::test_db::{TestDb, open};

/// The request numbers of each call, by the provider's id of the call.
pub(super) type Stored = BTreeMap<String, Vec<String>>;

/// A database and the folder of the files of its instances.
pub(super) struct Base {
    folder: TempDir,
    url: String,
    server: Option<TestDb>,
}

impl Base {
    /// A file that nobody but the processes opens: they find it as a crash left it.
    pub(super) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("ligne.db").display());
        Self { folder, url, server: None }
    }

    /// A fresh database on the test server, or nothing when there is no server.
    pub(super) async fn postgres() -> Option<Self> {
        let server = TestDb::postgres().await?;
        Some(Self { folder: tempfile::tempdir().unwrap(), url: server.url.clone(), server: Some(server) })
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// What is kept now. A file is copied first, with its log, so that the next process recovers it by itself.
    pub(super) async fn left_behind(&self) -> Stored {
        let mut stored = Stored::new();
        let query = "select c.sid, r.reference from requests r join calls c on c.id = r.call_id";
        for (sid, reference) in self.pairs::<String>(query).await {
            stored.entry(sid).or_default().push(reference);
        }
        stored
    }

    /// How many callbacks wait for each request.
    pub(super) async fn callbacks_of_requests(&self) -> Vec<(String, i64)> {
        self.pairs("select request_id, count(*) from callbacks where request_id is not null group by request_id").await
    }

    async fn pairs<T>(&self, query: &'static str) -> Vec<(String, T)>
    where
        T: Send + Unpin + 'static + for<'r> sqlx::Decode<'r, sqlx::Any> + sqlx::Type<sqlx::Any>,
    {
        if let Some(server) = &self.server {
            return pairs(&server.db, query).await;
        }
        let copy = tempfile::tempdir().unwrap();
        for file in ["ligne.db", "ligne.db-wal"] {
            // Without a log everything is in the file.
            drop(std::fs::copy(self.folder().join(file), copy.path().join(file)));
        }
        let db = open(&format!("sqlite://{}", copy.path().join("ligne.db").display())).await;
        let pairs = pairs(&db, query).await;
        db.close().await;
        pairs
    }
}

async fn pairs<T>(db: &Db, query: &'static str) -> Vec<(String, T)>
where
    T: Send + Unpin + 'static + for<'r> sqlx::Decode<'r, sqlx::Any> + sqlx::Type<sqlx::Any>,
{
    db.read(move |tx| Box::pin(async move { Ok::<_, DbError>(sqlx::query_as(query).fetch_all(tx.conn()).await?) }))
        .await
        .unwrap()
}
