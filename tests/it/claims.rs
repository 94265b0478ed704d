//! Who works on what: claims as leases, one at a time, never two owners.

use ligne_solidaire::callbacks::Disposition;
use ligne_solidaire::callbacks::claims::{self, Claim, Next, Released};
use ligne_solidaire::callbacks::desk;
use ligne_solidaire::callbacks::desk::Hand;
use ligne_solidaire::callbacks::order::Item;
use ligne_solidaire::callbacks::store::queue;
use ligne_solidaire::id::Ids;
use uuid::Uuid;

use crate::support::desk::{Desk, Who, minutes, now, write};
use crate::support::test_db::{number, on_both};

impl Desk {
    /// Her hand, so many minutes from now.
    pub(crate) fn hand(&self, (operator, name): (Uuid, &str), later: i64) -> Hand {
        let now = minutes(later);
        Hand { agent: name.to_owned(), operator: Some(operator), entry: self.ids.row(now), now }
    }
}

async fn holder(desk: &Desk, who: Uuid, id: Uuid) -> Option<String> {
    let read = desk.db.read(move |tx| Box::pin(async move { queue::one(tx, who, id, now()).await }));
    read.await.unwrap().unwrap().holder.map(|holder| holder.name)
}

#[tokio::test]
async fn a_new_danger_comes_before_two_hundred_late_callbacks() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        for _ in 0..200 {
            desk.waits(&desk.item(3, -900, -60)).await;
        }
        let danger = desk.waits(&desk.item(0, 0, 15)).await;
        assert_eq!(claims::next(&base.db, &desk.hand(nadia, 0)).await.unwrap(), Next::Taken(danger));
        assert_eq!(claims::next(&base.db, &desk.hand(nadia, 1)).await.unwrap(), Next::Holding(danger));
        assert_eq!(number(&base.db, "select count(*) from audit where action = 'callback.claim'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn next_prefers_her_languages_but_gives_another_rather_than_nothing() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let who = Who { name: "Inès", roles: "agent", langs: "fr es" };
        let ines = (desk.operator(&who, desk.line).await, "Inès");
        let speaking = |lang: &str, due| Item { lang: lang.parse().unwrap(), ..desk.item(2, -60, due) };
        let arabic = desk.waits(&speaking("ar", 10)).await;
        let spanish = desk.waits(&speaking("es", 100)).await;
        let appointment = Item { not_before: minutes(30), ..desk.item(2, -60, 45) };
        desk.waits(&appointment).await;
        for expected in [spanish, arabic] {
            assert_eq!(claims::next(&base.db, &desk.hand(ines, 0)).await.unwrap(), Next::Taken(expected));
            write(&base.db, |query| query("update callbacks set state = 'closed' where state = 'claimed'")).await;
        }
        assert_eq!(claims::next(&base.db, &desk.hand(ines, 29)).await.unwrap(), Next::Empty);
        assert_eq!(claims::next(&base.db, &desk.hand(ines, 30)).await.unwrap(), Next::Taken(appointment.id));
    })
    .await;
}

#[tokio::test]
async fn what_was_left_to_supervisors_is_given_to_them_alone_and_last_unless_it_is_danger() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        let who = Who { name: "Hélène", roles: "agent superviseur", langs: "fr" };
        let helene = (desk.operator(&who, desk.line).await, "Hélène");
        let (left, danger) = (desk.waits(&desk.item(1, -900, -60)).await, desk.waits(&desk.item(0, -60, -45)).await);
        write(&base.db, |query| query("update callbacks set escalated_at = 1")).await;
        let ordinary = desk.something().await;
        let next = async |who, later| claims::next(&base.db, &desk.hand(who, later)).await.unwrap();
        for expected in [danger, ordinary] {
            assert_eq!(next(nadia, 0).await, Next::Taken(expected));
            write(&base.db, |query| query("update callbacks set state = 'closed' where state = 'claimed'")).await;
        }
        assert_eq!(next(nadia, 1).await, Next::Empty);
        let other = desk.waits(&desk.item(3, -10, 500)).await;
        assert_eq!(next(helene, 1).await, Next::Taken(other), "what nobody decided of comes last");
        write(&base.db, |query| query("update callbacks set state = 'closed' where state = 'claimed'")).await;
        assert_eq!(next(helene, 2).await, Next::Taken(left));
        assert_eq!(
            claims::claim(&base.db, &desk.hand(nadia, 30), left).await.unwrap(),
            Claim::Taken,
            "by hand, anybody"
        );
    })
    .await;
}

#[tokio::test]
async fn an_hour_that_was_agreed_before_it_was_danger_is_not_waited_for() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        let danger = desk.waits(&Item { not_before: minutes(300), ..desk.item(0, -60, 315) }).await;
        assert_eq!(claims::next(&base.db, &desk.hand(nadia, 0)).await.unwrap(), Next::Taken(danger));
    })
    .await;
}

#[tokio::test]
async fn one_callback_has_one_owner_and_one_owner_has_one_callback() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let (nadia, awa) = ((desk.agent("Nadia").await, "Nadia"), (desk.agent("Awa").await, "Awa"));
        let (one, other) = (desk.something().await, desk.something().await);
        let claim = async |who, later, id| claims::claim(&base.db, &desk.hand(who, later), id).await.unwrap();
        assert_eq!(claim(nadia, 0, one).await, Claim::Taken);
        assert_eq!(claim(nadia, 5, one).await, Claim::Mine);
        assert_eq!(claim(awa, 5, one).await, Claim::HeldBy { name: "Nadia".to_owned(), until: minutes(20) });
        assert_eq!(claim(nadia, 6, other).await, Claim::HoldingAnother(one));
        assert_eq!(claim(awa, 21, one).await, Claim::Taken, "the lease lapsed");
        assert_eq!(claim(nadia, 21, other).await, Claim::Taken);
        assert_eq!(holder(&desk, awa.0, one).await.as_deref(), Some("Awa"));
        write(&base.db, |query| query("update callbacks set state = 'closed'")).await;
        assert_eq!(claim(nadia, 22, one).await, Claim::Closed);
        assert_eq!(claim(nadia, 22, desk.ids.row(now())).await, Claim::Unknown);
        let theirs = desk.waits_on(desk.elsewhere, &desk.item(1, -10, 5)).await;
        assert_eq!(claim(nadia, 22, theirs).await, Claim::Unknown);
        assert_eq!(claims::take_over(&base.db, &desk.hand(nadia, 22), theirs).await.unwrap(), Claim::Unknown);
        assert_eq!(claims::next(&base.db, &desk.hand(nadia, 22)).await.unwrap(), Next::Empty);
    })
    .await;
}

#[tokio::test]
async fn a_lapsed_claim_is_given_back_before_she_takes_another() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        let (first, second) = (desk.waits(&desk.item(1, -60, 5)).await, desk.something().await);
        assert_eq!(claims::next(&base.db, &desk.hand(nadia, 0)).await.unwrap(), Next::Taken(first));
        assert_eq!(claims::renew(&base.db, &desk.hand(nadia, 10), first).await.unwrap(), Some(minutes(25)));
        assert_eq!(claims::renew(&base.db, &desk.hand(nadia, 26), first).await.unwrap(), None);
        assert_eq!(claims::claim(&base.db, &desk.hand(nadia, 26), second).await.unwrap(), Claim::Taken);
        assert_eq!(number(&base.db, "select count(*) from callbacks where state = 'claimed'").await, 1);
        assert_eq!(claims::next(&base.db, &desk.hand(nadia, 60)).await.unwrap(), Next::Taken(first));
    })
    .await;
}

#[tokio::test]
async fn what_is_given_back_keeps_its_deadline_and_is_offered_again() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let (nadia, awa) = ((desk.agent("Nadia").await, "Nadia"), (desk.agent("Awa").await, "Awa"));
        let item = desk.item(2, -60, 180);
        let id = desk.waits(&item).await;
        assert_eq!(claims::next(&base.db, &desk.hand(nadia, 0)).await.unwrap(), Next::Taken(id));
        assert_eq!(desk.release(&desk.hand(awa, 1), id).await, Released::Lost);
        assert_eq!(desk.release(&desk.hand(nadia, 1), id).await, Released::Free);
        assert_eq!(desk.release(&desk.hand(nadia, 1), id).await, Released::Free, "pressed twice");
        assert_eq!(claims::next(&base.db, &desk.hand(awa, 1)).await.unwrap(), Next::Taken(id));
        assert_eq!(claims::leave(&base.db, &desk.hand(awa, 2), String::new()).await.unwrap(), 1);
        assert_eq!(claims::leave(&base.db, &desk.hand(awa, 2), String::new()).await.unwrap(), 0);
        let due = number(&base.db, "select due_at from callbacks where state = 'open'").await;
        assert_eq!(due, item.due_at.as_millisecond());
        assert_eq!(number(&base.db, "select count(*) from audit where action = 'callback.release'").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_supervisor_takes_over_and_nobody_else_does() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let (nadia, awa) = ((desk.agent("Nadia").await, "Nadia"), (desk.agent("Awa").await, "Awa"));
        let who = Who { name: "Hélène", roles: "agent superviseur", langs: "fr" };
        let helene = (desk.operator(&who, desk.line).await, "Hélène");
        let id = desk.something().await;
        let over = async |who, id| claims::take_over(&base.db, &desk.hand(who, 1), id).await.unwrap();
        assert_eq!(claims::claim(&base.db, &desk.hand(nadia, 0), id).await.unwrap(), Claim::Taken);
        assert_eq!(over(awa, id).await, Claim::HeldBy { name: "Nadia".to_owned(), until: minutes(15) });
        assert_eq!(over(helene, id).await, Claim::Taken);
        assert_eq!(claims::renew(&base.db, &desk.hand(nadia, 1), id).await.unwrap(), None);
        assert_eq!(holder(&desk, nadia.0, id).await.as_deref(), Some("Hélène"));
        assert_eq!(number(&base.db, "select count(*) from audit where action = 'callback.take_over'").await, 1);
        let other = desk.something().await;
        assert_eq!(over(helene, other).await, Claim::HoldingAnother(id));
    })
    .await;
}

#[tokio::test]
async fn the_terminal_and_the_console_never_hold_the_same_callback() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        let terminal = |later| Hand { operator: None, ..desk.hand((nadia.0, "Nadia"), later) };
        let id = desk.something().await;
        assert!(desk::claim(&base.db, &terminal(0), id).await.unwrap());
        let held = Claim::HeldBy { name: "Nadia".to_owned(), until: minutes(15) };
        assert_eq!(claims::claim(&base.db, &desk.hand(nadia, 1), id).await.unwrap(), held, "a name is no account");
        assert_eq!(claims::claim(&base.db, &desk.hand(nadia, 16), id).await.unwrap(), Claim::Taken);
        assert!(!desk::claim(&base.db, &terminal(17), id).await.unwrap());
        assert!(!desk::close(&base.db, &terminal(17), id, Disposition::of_code("RESOLU").unwrap()).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn what_she_holds_on_a_line_that_is_hers_no_more_is_given_back() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        let (lost, moves_to) = (desk.something().await, desk.elsewhere);
        assert_eq!(claims::next(&base.db, &desk.hand(nadia, 0)).await.unwrap(), Next::Taken(lost));
        write(&base.db, move |query| {
            query("update operator_lines set line_id = $1 where operator_id = $2")
                .bind(moves_to.to_string())
                .bind(nadia.0.to_string())
        })
        .await;
        let one = desk.waits_on(moves_to, &desk.item(2, -60, 180)).await;
        assert_eq!(claims::claim(&base.db, &desk.hand(nadia, 1), lost).await.unwrap(), Claim::Unknown);
        assert_eq!(claims::claim(&base.db, &desk.hand(nadia, 1), one).await.unwrap(), Claim::Taken);
        assert_eq!(number(&base.db, "select count(*) from callbacks where state = 'claimed'").await, 1);
        assert_eq!(desk.release(&desk.hand(nadia, 2), one).await, Released::Free);
        assert_eq!(claims::next(&base.db, &desk.hand(nadia, 2)).await.unwrap(), Next::Taken(one));
    })
    .await;
}
