//! Accounts: who makes and changes whose.

use futures_util::future::join;
use ligne_solidaire::db::DbError;
use ligne_solidaire::operators::accounts::{self, Refused};
use ligne_solidaire::operators::links::{self, Chosen};
use ligne_solidaire::operators::sign_in::SignIn;
use ligne_solidaire::operators::store::accounts::{self as store, Listed};
use ligne_solidaire::operators::{Right, Role};
use ligne_solidaire::phone::PhoneNumber;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::support::people::{ONE, OTHER, PASSWORD, TownHall, refused, wanted};
use crate::support::test_db::{TestDb, number, on_both};

const ADMINISTRATOR: &[Role] = &[Role::Administrator];
const AGENT: &[Role] = &[Role::Agent];

async fn seen_by(hall: &TownHall, viewer: Uuid) -> Vec<Listed> {
    let (keyring, now) = (hall.gate.keyring.clone(), hall.gate.now());
    let looking =
        hall.gate.db.read(move |tx| Box::pin(async move { store::of_lines(tx, &keyring, viewer, now).await }));
    let seen: Result<_, DbError> = looking.await;
    seen.unwrap()
}

#[tokio::test]
async fn a_disabled_operator_is_signed_out_at_once_and_comes_back_only_when_enabled() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let admin = hall.person("admin", ADMINISTRATOR, &[ONE]).await;
        let awa = hall.person("awa", AGENT, &[ONE]).await;
        let open = hall.sign_in(&awa).await;
        let link = accounts::reset(&hall.gate, &hall.hand_of(Some(admin.id)), awa.id).await.unwrap();
        let hand = hall.hand_of(Some(admin.id));
        accounts::disable(&hall.gate, &hand, awa.id).await.unwrap();
        assert!(hall.who(&open).await.is_none());
        assert_eq!(hall.choose(&link, PASSWORD).await, Chosen::Gone);
        assert_eq!(hall.try_in("awa", PASSWORD, &hall.code(&awa.telephone), "a").await, SignIn::Refused);
        assert_eq!(refused(accounts::reset(&hall.gate, &hall.hand_of(Some(admin.id)), awa.id).await), Refused::Unknown);
        accounts::enable(&hall.gate, &hall.hand_of(Some(admin.id)), awa.id).await.unwrap();
        assert!(hall.who(&open).await.is_none(), "an ended session stays ended");
        hall.clock.advance(std::time::Duration::from_secs(30));
        assert!(matches!(hall.try_in("awa", PASSWORD, &hall.code(&awa.telephone), "a").await, SignIn::In(_)));
        let journaled = "select count(*) from audit where line_id = '00000000-0000-0000-0000-000000000001' \
                         and action in ('operator.disable', 'operator.enable', 'operator.reset')";
        assert_eq!(number(&base.db, journaled).await, 3);
    })
    .await;
}

#[tokio::test]
async fn two_administrators_who_disable_each_other_at_once_leave_one() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let other = TownHall::beside(base.second_instance().await, hall.clock.clone());
        for round in 0..5 {
            let one = hall.person(&format!("one{round}"), ADMINISTRATOR, &[ONE]).await;
            let two = hall.person(&format!("two{round}"), ADMINISTRATOR, &[ONE]).await;
            for before in 0..round {
                for login in [format!("one{before}"), format!("two{before}")] {
                    let found = seen_by(&hall, one.id).await.into_iter().find(|seen| seen.operator.login == login);
                    accounts::disable(&hall.gate, &hall.terminal(), found.unwrap().operator.id).await.unwrap();
                }
            }
            let (hand_one, hand_two) = (hall.hand_of(Some(one.id)), other.hand_of(Some(two.id)));
            let both = join(
                accounts::disable(&hall.gate, &hand_one, two.id),
                accounts::disable(&other.gate, &hand_two, one.id),
            )
            .await;
            assert_eq!([both.0.is_ok(), both.1.is_ok()].into_iter().filter(|done| *done).count(), 1, "{both:?}");
            let left = "select count(*) from operators where disabled_at is null";
            assert_eq!(number(&base.db, left).await, 1);
        }
        other.gate.db.close().await;
    })
    .await;
}

/// The same at the worst instant: one has disabled the other, and has not committed yet.
#[tokio::test]
async fn an_act_on_an_account_waits_for_another_one_on_the_same_line() {
    let Some(base) = TestDb::postgres().await else { return };
    let hall = TownHall::on(&base.db).await;
    let one = hall.person("one", ADMINISTRATOR, &[ONE]).await;
    let two = hall.person("two", ADMINISTRATOR, &[ONE]).await;
    let ((done, disabled), (go, wait)) = (oneshot::channel(), oneshot::channel::<()>());
    let (victim, now) = (two.id, hall.gate.now());
    let first = hall.gate.db.write(move |tx| {
        Box::pin(async move {
            store::hold_colleagues(tx, victim).await?;
            store::disable(tx, victim, now).await?;
            done.send(()).unwrap();
            wait.await.unwrap();
            Ok::<_, DbError>(())
        })
    });
    let second = async {
        disabled.await.unwrap();
        let (gate, hand) = (hall.gate.clone(), hall.hand_of(Some(two.id)));
        let second = tokio::spawn(async move { accounts::disable(&gate, &hand, one.id).await });
        while number(
            &base.db,
            "select count(*) from pg_stat_activity where datname = current_database() \
                                and wait_event_type = 'Lock'",
        )
        .await
            == 0
        {
            assert!(!second.is_finished(), "it did not wait");
        }
        go.send(()).unwrap();
        second.await.unwrap()
    };
    let (first, second) = join(first, second).await;
    first.unwrap();
    assert_eq!(refused(second), Refused::Unknown, "she keeps no accounts any more");
}

#[tokio::test]
async fn a_line_keeps_an_administrator_who_can_sign_in() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let admin = hall.person("admin", ADMINISTRATOR, &[ONE, OTHER]).await;
        // Invited, but without a password yet: she cannot help anybody.
        let invited = hall.add("invitee", ADMINISTRATOR, &[ONE, OTHER]).await;
        let hand = || hall.hand_of(Some(admin.id));
        let last = Refused::LastAdministrator;
        assert_eq!(refused(accounts::disable(&hall.gate, &hand(), admin.id).await), last);
        assert_eq!(refused(accounts::disable(&hall.gate, &hall.terminal(), admin.id).await), last);
        let agent = wanted("admin", AGENT, &[ONE, OTHER]);
        assert_eq!(refused(accounts::change(&hall.gate, &hand(), admin.id, &agent).await), last);
        let one_line = wanted("admin", ADMINISTRATOR, &[ONE]);
        assert_eq!(refused(accounts::change(&hall.gate, &hand(), admin.id, &one_line).await), last);
        assert!(seen_by(&hall, admin.id).await[0].operator.may(Right::Accounts), "all of a refused act is undone");
        assert_eq!(number(&base.db, "select count(*) from audit where action = 'operator.change'").await, 0);
        hall.choose(&invited.link, PASSWORD).await;
        accounts::change(&hall.gate, &hand(), admin.id, &one_line).await.unwrap();
        let hand = hall.hand_of(Some(invited.id));
        accounts::disable(&hall.gate, &hand, admin.id).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_administrator_reaches_only_accounts_all_of_whose_lines_she_has() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let admin = hall.person("admin", ADMINISTRATOR, &[ONE]).await;
        let hers = hall.add("awa", AGENT, &[ONE]).await.id;
        let shared = hall.add("luc", AGENT, &[ONE, OTHER]).await.id;
        let foreign = hall.add("eve", AGENT, &[OTHER]).await.id;
        let hand = || hall.hand_of(Some(admin.id));
        for (id, login) in [(shared, "luc"), (foreign, "eve"), (Uuid::nil(), "rien")] {
            let same = wanted(login, AGENT, &[ONE]);
            assert_eq!(refused(accounts::change(&hall.gate, &hand(), id, &same).await), Refused::Unknown);
            assert_eq!(refused(accounts::disable(&hall.gate, &hand(), id).await), Refused::Unknown);
            assert_eq!(refused(accounts::enable(&hall.gate, &hand(), id).await), Refused::Unknown);
            assert_eq!(refused(accounts::reset(&hall.gate, &hand(), id).await), Refused::Unknown);
        }
        let more = wanted("awa", AGENT, &[ONE, OTHER]);
        assert_eq!(refused(accounts::change(&hall.gate, &hand(), hers, &more).await), Refused::Line);
        assert_eq!(refused(accounts::add(&hall.gate, &hand(), "max", &more).await), Refused::Line);
        let seen = seen_by(&hall, admin.id).await;
        let seen: Vec<_> = seen.iter().map(|one| (one.operator.login.as_str(), one.reachable)).collect();
        assert_eq!(seen, [("admin", true), ("awa", true), ("luc", false)]);
        let luc = seen_by(&hall, admin.id).await.into_iter().find(|one| one.operator.id == shared).unwrap();
        assert_eq!(luc.operator.lines, [ONE], "of the other line nothing exists for her");
        let accepted = accounts::add(&hall.gate, &hand(), "max", &wanted("max", AGENT, &[ONE])).await.unwrap();
        assert!(links::find(&hall.gate, &accepted.link).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn an_agent_or_a_former_administrator_keeps_no_accounts() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        hall.person("admin", ADMINISTRATOR, &[ONE]).await;
        let awa = hall.person("awa", AGENT, &[ONE]).await;
        let former = hall.person("former", ADMINISTRATOR, &[ONE]).await;
        accounts::disable(&hall.gate, &hall.terminal(), former.id).await.unwrap();
        for acting in [awa.id, former.id, Uuid::nil()] {
            let hand = hall.hand_of(Some(acting));
            assert_eq!(refused(accounts::disable(&hall.gate, &hand, awa.id).await), Refused::Unknown);
            let new = wanted("max", ADMINISTRATOR, &[ONE]);
            assert_eq!(refused(accounts::add(&hall.gate, &hand, "max", &new).await), Refused::Line);
        }
    })
    .await;
}

#[tokio::test]
async fn what_an_account_may_be_is_said_in_words() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        hall.add("awa", AGENT, &[ONE]).await;
        let add = async |login: &str, wanted: &accounts::Wanted| {
            refused(accounts::add(&hall.gate, &hall.terminal(), login, wanted).await)
        };
        let good = wanted("max", AGENT, &[ONE]);
        assert_eq!(add(" AWA ", &good).await, Refused::LoginTaken);
        assert_eq!(add("élodie", &good).await, Refused::Login);
        assert_eq!(add("max", &accounts::Wanted { name: "\u{202e}".into(), ..good.clone() }).await, Refused::Name);
        assert_eq!(add("max", &accounts::Wanted { roles: Vec::new(), ..good.clone() }).await, Refused::Empty);
        assert_eq!(add("max", &accounts::Wanted { lines: Vec::new(), ..good.clone() }).await, Refused::Empty);
        assert_eq!(add("max", &accounts::Wanted { lines: vec![Uuid::max()], ..good.clone() }).await, Refused::Line);
        let premium = PhoneNumber::parse("+33 8 99 70 00 00").ok();
        assert_eq!(add("max", &accounts::Wanted { phone: premium, ..good }).await, Refused::Phone);
    })
    .await;
}

#[tokio::test]
async fn an_operator_changes_her_own_telephone_and_it_is_kept_sealed() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let awa = hall.person("awa", AGENT, &[ONE]).await;
        let phone = PhoneNumber::parse("06 39 98 00 01").unwrap();
        accounts::own_phone(&hall.gate, &hall.hand_of(Some(awa.id)), Some(phone.clone())).await.unwrap();
        assert_eq!(seen_by(&hall, awa.id).await[0].operator.phone, Some(phone));
        accounts::own_phone(&hall.gate, &hall.hand_of(Some(awa.id)), None).await.unwrap();
        assert_eq!(seen_by(&hall, awa.id).await[0].operator.phone, None);
        let abroad = PhoneNumber::parse("+44 20 7946 0000").unwrap();
        let refusal = accounts::own_phone(&hall.gate, &hall.hand_of(Some(awa.id)), Some(abroad)).await;
        assert_eq!(refused(refusal), Refused::Phone);
    })
    .await;
}
