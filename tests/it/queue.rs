//! The staff queue as operators see it: its order, whose it is, its numbers.

use std::sync::Arc;

use jiff::Timestamp;
use ligne_solidaire::callbacks::order::Item;
use ligne_solidaire::callbacks::overview::Overviews;
use ligne_solidaire::callbacks::store::queue::{self, Counts, QueueRow};
use ligne_solidaire::db::Kind;
use ligne_solidaire::lang::Lang;
use ligne_solidaire::operators::{Operator, Role};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use crate::support::desk::{Desk, Who, minutes, now, write};
use crate::support::test_db::on_both;

/// How many queues are drawn.
const DRAWN: usize = 20;

async fn seen(desk: &Desk, who: Uuid, langs: &[&str], limit: u32) -> Vec<QueueRow> {
    let langs: Vec<Lang> = langs.iter().map(|lang| lang.parse().unwrap()).collect();
    let read = desk.db.read(move |tx| Box::pin(async move { queue::queue(tx, who, &langs, now(), limit).await }));
    read.await.unwrap()
}

async fn later(desk: &Desk, who: Uuid) -> Vec<QueueRow> {
    desk.db.read(move |tx| Box::pin(async move { queue::later(tx, who, now(), 9).await })).await.unwrap()
}

async fn counts(desk: &Desk, who: Uuid) -> Counts {
    desk.db.read(move |tx| Box::pin(async move { queue::counts(tx, who, now()).await })).await.unwrap()
}

/// Somebody of that line, as her session knows her.
async fn colleague(desk: &Desk, name: &str, line: Uuid) -> Operator {
    let id = desk.operator(&Who { name, roles: "agent", langs: "fr" }, line).await;
    let (login, name) = (name.to_owned(), name.to_owned());
    Operator { id, login, name, roles: vec![Role::Agent], langs: vec![Lang::FRENCH], phone: None, lines: vec![line] }
}

fn ids(rows: &[QueueRow]) -> Vec<Uuid> {
    rows.iter().map(|row| row.id).collect()
}

/// Few values, so that many are equal and every tie is broken.
fn drawn(desk: &Desk, random: &mut StdRng) -> Item {
    let lang = ["fr", "es", "ar"][random.random_range(0..3)].parse().unwrap();
    let opened = -random.random_range(0..4) * 30;
    let due = opened + random.random_range(-1..6) * 20;
    let not_before = match random.random_range(0..4) {
        0 => minutes(10),
        1 => now(),
        _ => Timestamp::UNIX_EPOCH,
    };
    Item { lang, not_before, ..desk.item(random.random_range(0..4), opened, due) }
}

#[tokio::test]
async fn both_databases_order_the_queue_as_the_rule_does() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = desk.agent("Nadia").await;
        let mut random = StdRng::seed_from_u64(44);
        for _ in 0..DRAWN {
            let items: Vec<_> = (0..25).map(|_| drawn(&desk, &mut random)).collect();
            for item in &items {
                desk.waits(item).await;
            }
            let langs = ["fr", "es"];
            let spoken: Vec<Lang> = langs.iter().map(|lang| lang.parse().unwrap()).collect();
            let mut expected: Vec<_> = items.into_iter().filter(|item| !item.is_later(now())).collect();
            expected.sort_by_key(|item| item.rank(&spoken, now()));
            let expected: Vec<_> = expected.iter().map(|item| item.id).collect();
            assert_eq!(ids(&seen(&desk, nadia, &langs, 100).await), expected);
            assert_eq!(ids(&seen(&desk, nadia, &langs, 7).await), expected[..expected.len().min(7)]);
            write(&base.db, |query| query("delete from callbacks")).await;
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_of_another_line_exists_for_her() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = desk.agent("Nadia").await;
        let theirs = desk.waits_on(desk.elsewhere, &desk.item(0, -10, 5)).await;
        assert_eq!(seen(&desk, nadia, &["fr"], 9).await, []);
        assert_eq!(counts(&desk, nadia).await, Counts::default());
        let one = base.db.read(move |tx| Box::pin(async move { queue::one(tx, nadia, theirs, now()).await })).await;
        assert_eq!(one.unwrap(), None);
        let who = Who { name: "Inès", roles: "agent", langs: "fr" };
        let ines = desk.operator(&who, desk.elsewhere).await;
        assert_eq!(ids(&seen(&desk, ines, &["fr"], 9).await), [theirs]);
    })
    .await;
}

#[tokio::test]
async fn the_queue_in_numbers_says_what_waits_what_is_held_and_what_is_for_later() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let (nadia, awa) = (desk.agent("Nadia").await, desk.agent("Awa").await);
        desk.waits(&desk.item(0, -20, -5)).await;
        desk.waits(&desk.item(3, -20, 60)).await;
        let tomorrow = desk.waits(&Item { not_before: minutes(600), ..desk.item(2, -20, -10) }).await;
        let (mine, hers, lapsed) = (desk.something().await, desk.something().await, desk.something().await);
        for (id, who, until) in [(mine, nadia, 5), (hers, awa, 0), (lapsed, desk.agent("Zoé").await, -1)] {
            write(&base.db, move |query| {
                query("update callbacks set state = 'claimed', claimed_by = 'x', operator_id = $1, lease_until = $2 where id = $3")
                    .bind(who.to_string())
                    .bind(minutes(until).as_millisecond())
                    .bind(id.to_string())
            })
            .await;
        }
        let expected =
            Counts { danger: 1, overdue: 1, waiting: 3, held: 2, later: 1, escalated: 0 };
        assert_eq!(counts(&desk, nadia).await, expected);
        assert_eq!(ids(&later(&desk, nadia).await), [tomorrow]);
        let rows = seen(&desk, nadia, &["fr"], 9).await;
        let holder = |id| rows.iter().find(|row| row.id == id).unwrap().holder.clone();
        assert!(holder(mine).is_some_and(|holder| holder.is(nadia) && holder.name == "Nadia"));
        assert!(holder(hers).is_some_and(|holder| holder.is(awa) && holder.name == "Awa" && holder.until == now()));
        assert_eq!(holder(lapsed), None);
    })
    .await;
}

#[tokio::test]
async fn what_changed_is_seen_at_once_and_what_did_not_is_read_once() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let (nadia, ines) =
            (colleague(&desk, "Nadia", desk.line).await, colleague(&desk, "Inès", desk.elsewhere).await);
        let overviews = Overviews::of(base.db.clone());
        let seen = async |who: &Operator| overviews.seen_by(who, now()).await.unwrap();
        let first = desk.something().await;
        let before = seen(&nadia).await;
        assert_eq!(ids(&before.rows), [first]);
        assert_eq!(seen(&ines).await.rows, [], "another line sees nothing of it");
        let colleague = colleague(&desk, "Awa", desk.line).await;
        // A server tells a change a moment after its commit, also to whoever made it.
        if base.db.kind() == Kind::Sqlite {
            assert!(Arc::ptr_eq(&before, &seen(&colleague).await), "it is read once for both");
        }
        let second = desk.something().await;
        let both = seen(&nadia).await;
        assert_eq!(ids(&both.rows), [first, second]);
        assert_eq!(both.counts.waiting, 2);
        let later = overviews.seen_by(&nadia, minutes(200)).await.unwrap();
        assert_eq!(later.counts.overdue, 2, "deadlines pass without anything having changed");
    })
    .await;
}
