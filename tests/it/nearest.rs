//! Who is asked first: what the database answers is what a ranking of everybody has.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ligne_solidaire::db::{Db, DbError};
use ligne_solidaire::geo::{Point, Spot};
use ligne_solidaire::lines::LineSettings;
use ligne_solidaire::matching::nearest::{self, Need};
use ligne_solidaire::matching::pace::{Pace, Urgency};
use ligne_solidaire::matching::rank::{self, Candidate};
use ligne_solidaire::matching::rate::Learned;
use ligne_solidaire::matching::store::near::{self, Since};
use ligne_solidaire::volunteers::CameBy;
use ligne_solidaire::volunteers::register::Application;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use crate::support::test_db::on_both;
use crate::support::volunteers::Registry;

/// Volunteers of the town.
const PEOPLE: u32 = 60;
/// How many are wanted of the ranking.
const WANTED: usize = 12;

/// Somewhere within some kilometres of the Comédie, more of them near it.
fn somewhere(chance: &mut StdRng) -> Point {
    let reach = 0.08 * chance.random::<f64>().powi(2);
    let (north, east) = (chance.random_range(-1.0..1.0_f64), chance.random_range(-1.0..1.0_f64));
    Point::new(43.608 + north * reach, 3.879 + east * reach).unwrap()
}

/// A town whose volunteers were asked by chance before.
async fn town(registry: &Registry, chance: &mut StdRng) -> BTreeMap<Uuid, Point> {
    let mut people = BTreeMap::new();
    for n in 0..PEOPLE {
        let contact = registry.contact(&format!("06 39 98 {:02} {:02}", n / 100, n % 100)).await;
        let point = somewhere(chance);
        let spot = Some(Spot { point, within_m: 0 });
        let application = Application { spot, ..registry.application(contact, CameBy::Desk) };
        people.insert(registry.accepted(application).await, point);
    }
    let ids: Vec<Uuid> = people.keys().copied().collect();
    for _ in 0..PEOPLE {
        let who = ids[chance.random_range(0..ids.len())];
        let hours = chance.random_range(30..900_i64);
        asked(&registry.db, who, registry.now - jiff::SignedDuration::from_hours(hours)).await;
    }
    people
}

/// She was asked for another request, and said nothing.
async fn asked(db: &Db, who: Uuid, at: Timestamp) {
    let (at, request) = (at.as_millisecond(), Uuid::now_v7().to_string());
    let asking = db.write(move |tx| {
        Box::pin(async move {
            sqlx::query(
                "insert into requests (id, reference, line_id, category, priority, state, lang, consent, answers, \
                 created_at, updated_at) select $1, $1, line_id, 'courses', 3, 'résolue', 'fr', 'oui', profile, $2, $2 \
                 from volunteers where id = $3",
            )
            .bind(&request)
            .bind(at)
            .bind(who.to_string())
            .execute(tx.conn())
            .await?;
            sqlx::query(
                "insert into offers (id, line_id, request_id, volunteer_id, wave, way, distance_m, chance, reason, state, \
                 asked_at, expires_at) select $1, line_id, $1, id, 1, 'sms', 10, 100, '', 'expired', $2, $2 \
                 from volunteers where id = $3",
            )
            .bind(&request)
            .bind(at)
            .bind(who.to_string())
            .execute(tx.conn())
            .await?;
            Ok::<_, DbError>(())
        })
    });
    asking.await.unwrap();
}

#[tokio::test]
async fn the_database_ranks_as_a_look_at_everybody_does() {
    on_both(async |base| {
        let registry = Registry::on(&base.db).await;
        let mut chance = StdRng::seed_from_u64(11);
        let people = town(&registry, &mut chance).await;
        for round in 0..24 {
            let within_m = if round % 3 == 0 { 1_300 } else { 0 };
            let spot = Spot { point: somewhere(&mut chance), within_m };
            let radius_m = [700, 3_000, 10_000][round % 3];
            let pace = Pace { radius_m, ..Pace::of(Urgency::Today) };
            let found = ranked(&registry, spot, pace).await;
            let everybody = everybody(&registry, &people, spot, pace).await;
            assert_eq!(found, everybody, "round {round}");
            assert!(round % 3 == 0 || !found.is_empty());
        }
    })
    .await;
}

async fn ranked(registry: &Registry, spot: Spot, pace: Pace) -> Vec<Uuid> {
    let (line_id, now) = (registry.line.id, registry.now);
    let looking = registry.db.read(move |tx| {
        Box::pin(async move {
            let settings = LineSettings::default();
            let need = Need {
                line_id,
                request_id: Uuid::nil(),
                skill: "courses",
                lang: "fr",
                spot,
                window: now..now + jiff::SignedDuration::from_hours(8),
                holiday: false,
                zone: settings.hours.zone(),
                now,
            };
            nearest::nearest(tx, &need, (&pace, &Learned::nothing()), WANTED).await
        })
    });
    let found: Result<Vec<nearest::Found>, DbError> = looking.await;
    found.unwrap().into_iter().map(|found| found.known.id).collect()
}

/// The same by the pure rules alone, over the whole town.
async fn everybody(registry: &Registry, people: &BTreeMap<Uuid, Point>, spot: Spot, pace: Pace) -> Vec<Uuid> {
    let (ids, now): (Vec<Uuid>, _) = (people.keys().copied().collect(), registry.now);
    let ago = |days: i64| now - jiff::SignedDuration::from_hours(24 * days);
    let month = "2026-03-31T22:00:00Z".parse().unwrap();
    let since = Since { day: ago(1), week: ago(7), thirty: ago(30), month };
    let reading = registry.db.read(move |tx| Box::pin(async move { near::known(tx, &ids, Uuid::nil(), &since).await }));
    let known: Result<Vec<near::Known>, DbError> = reading.await;
    let candidates = known.unwrap().into_iter().map(|known| {
        let metres = rank::distance(spot, people[&known.id]);
        Candidate { id: known.id, metres, record: known.record }
    });
    let inside = candidates.filter(|one| {
        let record = &one.record;
        one.metres <= pace.radius_m && record.offers_7d < pace.caps.week && record.offers_30d < pace.caps.month
    });
    let mut ranked = rank::rank(inside, &Learned::nothing(), now);
    ranked.truncate(WANTED);
    ranked.into_iter().map(|one| one.id).collect()
}
