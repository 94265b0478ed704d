//! A desk without a telephone: lines, operators and callbacks as rows, for tests of the queue.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ligne_solidaire::callbacks::claims::{self, Released};
use ligne_solidaire::callbacks::desk::Hand;
use ligne_solidaire::callbacks::order::Item;
use ligne_solidaire::db::{Db, DbError};
use ligne_solidaire::id::{Ids, RandomIds};
use ligne_solidaire::lang::Lang;
use ligne_solidaire::lines::{Line, LineSettings, Lines};
use ligne_solidaire::outbox::{self, Job, NewJob, Outcome, Settled};
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::secret::Keyring;
use uuid::Uuid;

/// A Tuesday at ten in Paris.
pub(crate) const NOW: &str = "2026-04-14T08:00:00Z";

/// A desk in a database.
pub(crate) struct Desk {
    pub(crate) db: Db,
    pub(crate) keyring: Keyring,
    pub(crate) ids: RandomIds,
    /// Its first line.
    pub(crate) line: Uuid,
    /// A line of another town.
    pub(crate) elsewhere: Uuid,
}

/// The present of these tests.
pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub(crate) fn minutes(count: i64) -> Timestamp {
    let by = Duration::from_secs(count.unsigned_abs() * 60);
    if count < 0 { now() - by } else { now() + by }
}

/// What an operator is, if not an agent who speaks French.
pub(crate) struct Who<'a> {
    pub(crate) name: &'a str,
    pub(crate) roles: &'a str,
    pub(crate) langs: &'a str,
}

impl Desk {
    /// Two lines, nobody and nothing else.
    pub(crate) async fn in_db(db: &Db) -> Self {
        let ids = RandomIds::from_seed(7);
        let (line, elsewhere) = (ids.row(now()), ids.row(now()));
        for (id, number) in [(line, "+33199001234"), (elsewhere, "+33199005678")] {
            write(db, move |query| {
                query("insert into lines (id, number, created_at) values ($1, $2, 0)").bind(id.to_string()).bind(number)
            })
            .await;
        }
        Self { db: db.clone(), keyring: Keyring::from_master(&[7; 32]), ids, line, elsewhere }
    }

    /// Chance as the service has it.
    pub(crate) fn chance() -> Arc<dyn Ids> {
        Arc::new(RandomIds::from_entropy())
    }

    /// Its first line as the settings say it: open from Monday to Friday.
    pub(crate) fn lines(&self) -> Lines {
        let number = PhoneNumber::parse("0199001234").unwrap();
        Lines::new(vec![Line { id: self.line, number, settings: Arc::new(LineSettings::default()) }])
    }

    /// The desk of a service: its first line, and a line that is not its own.
    pub(crate) async fn on(service: &super::service::Service) -> Self {
        let (db, ids) = (service.app.board.db.clone(), RandomIds::from_entropy());
        let line = service.app.lines.iter().next().unwrap().id;
        let elsewhere = ids.row(now());
        write(&db, move |query| {
            query("insert into lines (id, number, created_at) values ($1, $1, 0)").bind(elsewhere.to_string())
        })
        .await;
        let keyring = service.app.board.keyring.clone();
        Self { db, keyring, ids, line, elsewhere }
    }

    /// Somebody who works on the first line.
    pub(crate) async fn agent(&self, name: &str) -> Uuid {
        self.operator(&Who { name, roles: "agent", langs: "fr" }, self.line).await
    }

    pub(crate) async fn operator(&self, who: &Who<'_>, line: Uuid) -> Uuid {
        let id = self.ids.row(now());
        let (name, roles, langs) = (who.name.to_owned(), who.roles.to_owned(), who.langs.to_owned());
        write(&self.db, move |query| {
            query("insert into operators (id, login, name, roles, langs, created_at) values ($1, $1, $2, $3, $4, 0)")
                .bind(id.to_string())
                .bind(name)
                .bind(roles)
                .bind(langs)
        })
        .await;
        write(&self.db, move |query| {
            query("insert into operator_lines (operator_id, line_id) values ($1, $2)")
                .bind(id.to_string())
                .bind(line.to_string())
        })
        .await;
        id
    }

    /// A callback given back without a note.
    pub(crate) async fn release(&self, hand: &Hand, id: Uuid) -> Released {
        claims::release(&self.db, &self.keyring, hand, id, self.ids.row(now()), "").await.unwrap()
    }

    /// A job that the worker gave up for that cause.
    pub(crate) async fn gives_up(&self, job: Job, cause: &'static str) -> Uuid {
        let id = self.ids.row(now());
        let giving_up = self.db.write(move |tx| {
            Box::pin(async move {
                outbox::enqueue(tx, NewJob::due_now(id, job, id.to_string(), now())).await?;
                let taken = outbox::claim(tx, now(), Duration::from_mins(1), 1, &[]).await?;
                outbox::settle(tx, &taken.jobs[0], &Outcome::fail(cause), now(), &[]).await
            })
        });
        let settled: Result<_, DbError> = giving_up.await;
        assert_eq!(settled.unwrap(), Settled::Buried);
        id
    }

    /// An item as the order sees it, of that priority, opened and due so many minutes from now.
    pub(crate) fn item(&self, priority: u8, opened: i64, due: i64) -> Item {
        let (opened_at, due_at) = (minutes(opened), minutes(due));
        let not_before = Timestamp::UNIX_EPOCH;
        Item { id: self.ids.row(now()), priority, lang: Lang::FRENCH, opened_at, due_at, not_before }
    }

    /// Stores it as an open callback of the first line.
    pub(crate) async fn waits(&self, item: &Item) -> Uuid {
        self.waits_on(self.line, item).await
    }

    pub(crate) async fn waits_on(&self, line: Uuid, item: &Item) -> Uuid {
        let item = item.clone();
        let id = item.id;
        write(&self.db, move |query| {
            query(
                "insert into callbacks (id, line_id, reason, priority, lang, state, opened_at, due_at, attempts, not_before) \
                 values ($1, $2, 'demande', $3, $4, 'open', $5, $6, 0, $7)",
            )
            .bind(item.id.to_string())
            .bind(line.to_string())
            .bind(i64::from(item.priority))
            .bind(item.lang.code().to_owned())
            .bind(item.opened_at.as_millisecond())
            .bind(item.due_at.as_millisecond())
            .bind(item.not_before.as_millisecond())
        })
        .await;
        let told = self.db.write(move |tx| {
            Box::pin(async move {
                tx.changed(line);
                Ok::<_, DbError>(())
            })
        });
        told.await.unwrap();
        id
    }

    /// A request of that line that waits, without a call.
    pub(crate) async fn request_on(&self, line: Uuid, reference: &'static str) -> Uuid {
        let id = self.ids.row(now());
        let answers = self.keyring.seal("requests.answers", &id.to_string(), b"{\"quand\":\"demain\"}");
        write(&self.db, move |query| {
            query(
                "insert into requests (id, reference, line_id, category, priority, state, lang, consent, answers, created_at, \
                 updated_at) values ($1, $2, $3, 'courses', 2, 'enregistrée', 'fr', 'non demandé', $4, $5, $5)",
            )
            .bind(id.to_string())
            .bind(reference)
            .bind(line.to_string())
            .bind(answers)
            .bind(now().as_millisecond())
        })
        .await;
        id
    }

    /// An ordinary one, opened an hour ago and due in three.
    pub(crate) async fn something(&self) -> Uuid {
        self.waits(&self.item(2, -60, 180)).await
    }
}

type Query = sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments>;

/// One statement in one write.
pub(crate) async fn write(db: &Db, make: impl FnOnce(fn(&'static str) -> Query) -> Query + Send + 'static) {
    db.write(move |tx| {
        Box::pin(async move {
            make(sqlx::query).execute(tx.conn()).await?;
            Ok::<_, DbError>(())
        })
    })
    .await
    .unwrap();
}
