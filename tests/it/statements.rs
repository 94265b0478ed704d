//! Every statement of every store, as it stands in the sources: both databases understand it, and none of those that a
//! call waits for reads a whole table.

use std::path::{Path, PathBuf};

use ligne_solidaire::db::{Db, DbError, Kind, with_elements, with_skip_locked};
use proc_macro2::{TokenStream, TokenTree};
use sqlx::{Executor, Row, SqlSafeStr, SqlStr};

use crate::support::test_db::{TestDb, on_both};

/// The words that a statement begins with.
const VERBS: [&str; 5] = ["select ", "insert ", "update ", "delete ", "with "];

/// Statements that read a whole table on purpose: lists for people, the few lines of the house, the health page, a purge.
const WHOLE_TABLE: [&str; 12] = [
    "from line_settings order by",
    "from callbacks b left join requests",
    "from requests r left join callers",
    "from lines order by",
    "from operators o left join operator_lines l on l.operator_id = o.id order by",
    "due_since from outbox",
    "from audit a left join callbacks",
    "from callbacks where id like",
    "from communes c",
    "from place_imports where published is null",
    "from place_leftovers order by",
    "from postal_codes order by",
];

/// Steps of a plan that look like reading everything and stop at a limit: what other steps found, the jobs in the order in
/// which they are taken, those that were given up, the calls that go on at this moment, the requests that were made one.
const BOUNDED: [&str; 11] = [
    "SCAN same",
    // The elements of a JSON array that is bound.
    "SCAN j VIRTUAL TABLE INDEX 1:",
    "SCAN CONSTANT ROW",
    "SCAN due",
    "SCAN first",
    "SCAN waiting",
    "SCAN lapsed",
    "SCAN every_due",
    "SCAN outbox USING INDEX outbox_due",
    "SCAN outbox USING INDEX outbox_failed",
    "SCAN calls USING INDEX calls_live",
];

/// The sources that hold SQL.
fn stores(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(stores(&path));
        } else if path.ends_with("store.rs") || path.ends_with("db/house.rs") || folder.ends_with("store") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn texts(tokens: TokenStream) -> Vec<String> {
    let of = |tree| match tree {
        TokenTree::Group(group) => texts(group.stream()),
        TokenTree::Literal(literal) => text(&literal.to_string()).into_iter().collect(),
        _ => Vec::new(),
    };
    tokens.into_iter().flat_map(of).collect()
}

/// What a string literal says; a line that ends with `\` goes on at the first word of the next one.
fn text(literal: &str) -> Option<String> {
    let inside = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut pieces = inside.split("\\\n");
    let first = pieces.next()?.to_owned();
    Some(pieces.fold(first, |said, piece| said + piece.trim_start()))
}

fn statements() -> Vec<&'static str> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = stores(&src);
    assert!(files.len() > 8, "{files:?}");
    let mut all = Vec::new();
    for file in files {
        let tokens: TokenStream = std::fs::read_to_string(&file).unwrap().parse().unwrap();
        let sql = texts(tokens).into_iter().filter(|text| VERBS.iter().any(|verb| text.starts_with(verb)));
        let before = all.len();
        all.extend(sql.map(|sql| &*Box::leak(sql.into_boxed_str())));
        assert!(all.len() > before || file.ends_with("mod.rs"), "{} holds no statement", file.display());
    }
    all
}

/// A statement in the words of one database.
fn spelled(kind: Kind, sql: &str) -> SqlStr {
    let leaked = |sql: &str| -> &'static str { Box::leak(sql.to_owned().into_boxed_str()) };
    with_skip_locked(kind, leaked(with_elements(kind, leaked(sql)).as_str()))
}

/// Why the database does not understand it, if it does not.
async fn refused(db: &Db, sql: SqlStr) -> Option<String> {
    let preparing = db.read(move |tx| {
        Box::pin(async move {
            (&mut *tx.conn()).prepare(sql).await?;
            Ok::<_, DbError>(())
        })
    });
    preparing.await.err().map(|cause| ligne_solidaire::telemetry::chain(&cause))
}

#[tokio::test]
async fn both_databases_understand_every_statement() {
    let all = statements();
    assert!(all.len() > 60, "{}", all.len());
    on_both(async |base| {
        for sql in &all {
            let refused = refused(&base.db, spelled(base.db.kind(), sql)).await;
            assert_eq!(refused, None, "{sql}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_is_wrong_is_found() {
    on_both(async |base| {
        for wrong in ["select nothing from calls", "update calls set state = $1 were id = $2"] {
            assert!(refused(&base.db, wrong.into_sql_str()).await.is_some(), "{wrong}");
        }
    })
    .await;
}

#[tokio::test]
async fn no_statement_of_a_call_reads_a_whole_table() {
    let base = TestDb::sqlite().await;
    let scanned = async |sql: &str| {
        let explain = spelled(Kind::Sqlite, &format!("explain query plan {sql}"));
        let plan = base.db.read(move |tx| {
            Box::pin(async move { Ok::<_, DbError>(sqlx::query(explain).fetch_all(tx.conn()).await?) })
        });
        let steps = plan.await.unwrap().into_iter().map(|row| row.get::<String, _>("detail"));
        let whole = |step: &String| step.starts_with("SCAN ") && !BOUNDED.contains(&&**step);
        steps.filter(whole).collect::<Vec<_>>()
    };
    assert_eq!(scanned("select * from calls where outcome = $1").await.len(), 1);
    let mut reading = Vec::new();
    // The plan of an upsert also shows the tables that point to its own: they are only read where keys wait to be mended.
    for sql in statements().into_iter().filter(|sql| !sql.starts_with("insert ")) {
        if !WHOLE_TABLE.iter().any(|listed| sql.contains(listed)) && !scanned(sql).await.is_empty() {
            reading.push(sql);
        }
    }
    assert_eq!(reading, [""; 0]);
}
