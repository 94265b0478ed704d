//! One random caller: what she does at each wait, steered towards exits that nobody has taken yet.

use std::collections::BTreeSet;

use ligne_solidaire::dialog::{FieldKind, Session};
use ligne_solidaire::simulator::exchange::{Exchange, Expect, LegId, RecordEnd};
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::map::{Exit, Kind, Map};
use crate::support::service::Service;

/// How a caller is inclined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Temper {
    /// Answers most questions.
    Ordinary,
    /// Never says nor presses anything.
    Silent,
    /// Never presses a key that means something.
    Lost,
    /// Asks for a person at once.
    Hurried,
}

/// What the walk knows while it goes on.
pub(crate) struct Knowledge {
    pub(crate) map: Map,
    /// Exits that nobody has taken yet.
    pub(crate) wanted: BTreeSet<Exit>,
    /// Request numbers that were heard of.
    pub(crate) references: Vec<String>,
    pub(crate) waits: u64,
    pub(crate) hang_ups: u64,
    pub(crate) rng: StdRng,
}

/// More things than this in one call and it does not end.
const MOST_ACTS: u32 = 400;

/// A caller on the line.
pub(crate) struct Walker {
    pub(crate) leg: LegId,
    pub(crate) temper: Temper,
    /// The exit that she goes for: the nearest one may be closed to a caller like her, and would keep everybody from
    /// the next.
    pub(crate) aim: Option<Exit>,
    pub(crate) acts: u32,
}

impl Walker {
    /// Does one thing; `false` when the call is over.
    pub(crate) async fn act(&mut self, service: &Service, exchange: &Exchange, known: &mut Knowledge) -> bool {
        self.acts += 1;
        assert!(self.acts < MOST_ACTS, "this call does not end: {:?}", exchange.heard(self.leg));
        let expect = exchange.expect(self.leg);
        match expect {
            Expect::Ended => return false,
            Expect::Keys { .. } | Expect::Record { .. } => {
                let words = exchange.heard(self.leg);
                let spoken = words.iter().any(|heard| !heard.text.trim().is_empty() || heard.audio_url.is_some());
                assert!(spoken, "a silent prompt at {expect:?} of {}", exchange.sid(self.leg));
                self.answer(service, exchange, known).await;
            }
            Expect::Bridged => self.talk(exchange, known).await,
            Expect::Listening | Expect::Ringing { .. } => {
                known.waits += 1;
                let gone = known.rng.random_bool(0.02);
                if gone {
                    known.hang_ups += 1;
                }
                let done = if gone { exchange.hang_up(self.leg).await } else { exchange.silence(self.leg).await };
                // Somebody who is being screened cannot be hurried: she will press the key or not.
                assert!(done.is_ok() || expect != Expect::Listening, "{done:?}");
            }
            Expect::Service | Expect::Incoming => panic!("a caller waits for {expect:?}"),
        }
        true
    }

    /// Talks for a while; mostly it is the desk that hangs up.
    async fn talk(&self, exchange: &Exchange, known: &mut Knowledge) {
        if known.rng.random_bool(0.6) {
            return;
        }
        let phones: Vec<_> =
            exchange.phones().into_iter().filter_map(|(number, _)| exchange.on_phone(&number)).collect();
        let talking = phones.into_iter().find(|leg| exchange.expect(*leg) == Expect::Bridged);
        let leg = if known.rng.random_bool(0.2) { self.leg } else { talking.unwrap_or(self.leg) };
        exchange.hang_up(leg).await.unwrap();
    }

    async fn answer(&self, service: &Service, exchange: &Exchange, known: &mut Knowledge) {
        let session = session(service, &exchange.sid(self.leg)).await;
        known.waits += 1;
        let may_hang_up = known.hang_ups * 20 < known.waits;
        if may_hang_up && known.rng.random_bool(0.02) {
            known.hang_ups += 1;
            known.wanted.remove(&(session.at.clone(), "raccroche".to_owned()));
            exchange.hang_up(self.leg).await.unwrap();
            return;
        }
        let exit = self.choose(&session, may_hang_up, known);
        known.hang_ups += u64::from(exit == "raccroche");
        known.wanted.remove(&(session.at.clone(), exit.clone()));
        let kind = known.map.places[&session.at].kind;
        let done = self.leave_by(exchange, kind, &exit, known).await;
        done.unwrap_or_else(|error| panic!("at {} by {exit}: {error}", session.at));
    }

    /// The exit to take: towards one that is still wanted, else as people do.
    fn choose(&self, session: &Session, may_hang_up: bool, known: &mut Knowledge) -> String {
        match self.temper {
            Temper::Silent => return "silence".to_owned(),
            Temper::Lost => return "erreur".to_owned(),
            Temper::Hurried if !session.answers.contains_key("attente") && known.rng.random_bool(0.7) => {
                return "0".to_owned();
            }
            _ => {}
        }
        if known.rng.random_bool(0.02) {
            return "*".to_owned();
        }
        if known.rng.random_bool(0.75)
            && let Some(exit) = self.towards_a_wanted_one(session, known)
            && (may_hang_up || exit != "raccroche")
        {
            return exit;
        }
        let weight = |exit: &String| match exit.as_str() {
            "silence" | "erreur" => 2,
            "0" => 1,
            "raccroche" => 0,
            _ => 20,
        };
        let exits: Vec<_> = known.map.places[&session.at].exits.keys().cloned().collect();
        exits.choose_weighted(&mut known.rng, weight).unwrap().clone()
    }

    /// The way to what she goes for, or to whatever is nearest.
    fn towards_a_wanted_one(&self, session: &Session, known: &Knowledge) -> Option<String> {
        let way = |wanted: &BTreeSet<Exit>| known.map.towards(&session.at, session.category.as_deref(), wanted);
        let aim = self.aim.clone().filter(|aim| known.wanted.contains(aim));
        aim.and_then(|aim| way(&BTreeSet::from([aim]))).or_else(|| way(&known.wanted))
    }

    async fn leave_by(
        &self,
        exchange: &Exchange,
        kind: Kind,
        exit: &str,
        known: &mut Knowledge,
    ) -> Result<(), ligne_solidaire::simulator::exchange::ExchangeError> {
        let leg = self.leg;
        match (kind, exit) {
            (_, "silence") | (Kind::Record, "erreur") => exchange.silence(leg).await,
            (_, "raccroche") => exchange.hang_up(leg).await,
            (Kind::Record, "message") => {
                let seconds = known.rng.random_range(1..40);
                let end = if known.rng.random_bool(0.5) { RecordEnd::Key('#') } else { RecordEnd::Silence };
                exchange.record(leg, seconds, end).await
            }
            // A caller who is lost presses keys that mean nothing during a message: it stays empty.
            (Kind::Record, key) => exchange.record(leg, 0, RecordEnd::Key(key.chars().next().unwrap())).await,
            (Kind::Field(field), "digits") => exchange.keys(leg, &good(field, known)).await,
            (Kind::Field(field), "erreur") => exchange.keys(leg, bad(field, known)).await,
            (Kind::Field(_), "#") => exchange.keys(leg, "#").await,
            (Kind::Field(_), key) => exchange.keys(leg, &format!("{key}#")).await,
            (Kind::Menu, "erreur") => exchange.keys(leg, if known.rng.random_bool(0.9) { "5" } else { "#" }).await,
            (_, key) => exchange.keys(leg, key).await,
        }
        .map(drop)
    }
}

/// Digits that the question takes.
fn good(field: FieldKind, known: &mut Knowledge) -> String {
    match field {
        FieldKind::Digits(6) if !known.references.is_empty() && known.rng.random_bool(0.8) => {
            known.references.choose(&mut known.rng).unwrap().clone()
        }
        FieldKind::Digits(5) => if known.rng.random_bool(0.7) { "34000" } else { "75011" }.to_owned(),
        FieldKind::Digits(length) => (0..length).map(|_| char::from(b'0' + known.rng.random_range(0..10u8))).collect(),
        FieldKind::Phone => format!("06399{:05}", known.rng.random_range(80_000..90_000)),
        FieldKind::Count(least, most) => known.rng.random_range(least..=most).to_string(),
    }
}

/// Digits that it does not.
fn bad(field: FieldKind, known: &mut Knowledge) -> &'static str {
    match field {
        // Telephones have keys beyond the digits; some private exchanges send them.
        FieldKind::Count(..) => "A",
        FieldKind::Digits(_) => "12#",
        FieldKind::Phone => ["0899123456", "12#", "0033612345", "999#"].choose(&mut known.rng).unwrap(),
    }
}

/// Where a call stands, as it is kept.
pub(crate) async fn session(service: &Service, sid: &str) -> Session {
    let sid = sid.to_owned();
    let (id, sealed): (String, Vec<u8>) = service
        .app
        .board
        .db
        .read(move |tx| {
            Box::pin(async move {
                let select = sqlx::query_as("select id, session from calls where sid = $1").bind(sid);
                Ok::<_, ligne_solidaire::db::DbError>(select.fetch_one(tx.conn()).await?)
            })
        })
        .await
        .unwrap();
    let plain = service.app.board.keyring.open("calls.session", &id, &sealed).unwrap();
    serde_json::from_slice(&plain).unwrap()
}
