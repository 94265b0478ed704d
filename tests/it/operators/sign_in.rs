//! Signing in: what opens a session, and what never does.

use std::time::Duration;

use futures_util::future::join_all;
use ligne_solidaire::callbacks::claims;
use ligne_solidaire::operators::sign_in::{self, PasswordChange, SignIn};
use ligne_solidaire::operators::{Role, accounts, enrol, session};

use crate::support::people::{ONE, PASSWORD, TownHall};
use crate::support::test_db::{number, on_both};

const OFFICE: &str = "198.51.100.7";
const ELSEWHERE: &str = "203.0.113.9";

#[tokio::test]
async fn each_sign_in_begins_a_session_that_never_was() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let awa = hall.person("awa", &[Role::Agent], &[ONE]).await;
        let first = hall.sign_in(&awa).await;
        hall.clock.advance(Duration::from_secs(30));
        let second = hall.sign_in(&awa).await;
        assert!(!first.limited && first.token.len() == 64 && first != second);
        let found = hall.who(&first).await.unwrap();
        assert_eq!((found.operator.id, found.operator.lines), (awa.id, vec![ONE]));
        claims::leave(&base.db, &hall.hand_of(Some(awa.id)), session::id_of(&first.token)).await.unwrap();
        assert!(hall.who(&first).await.is_none() && hall.who(&second).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_session_before_the_second_factor_gives_way_to_another_one_after_it() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let added = hall.add("awa", &[Role::Agent], &[ONE]).await;
        let ligne_solidaire::operators::links::Chosen::In(limited) = hall.choose(&added.link, PASSWORD).await else {
            panic!("the link is fresh");
        };
        assert!(hall.who(&limited).await.unwrap().operator.roles.is_empty());
        let id = session::id_of(&limited.token);
        let offer = enrol::offer(&hall.gate, &id).await.unwrap().unwrap();
        assert_eq!(enrol::offer(&hall.gate, &id).await.unwrap().unwrap(), offer, "the page loaded again");
        assert!(enrol::confirm(&hall.gate, &id, "000000", "Firefox").await.unwrap().is_none());
        let code = hall.code(&offer.secret);
        let opened = enrol::confirm(&hall.gate, &id, &code, "Firefox").await.unwrap().unwrap();
        assert!(hall.who(&limited).await.is_none() && opened.token != limited.token);
        assert_eq!(hall.who(&opened).await.unwrap().operator.roles, [Role::Agent]);
        // The code that set it up served; and a password alone is not enough any more.
        assert_eq!(hall.try_in("awa", PASSWORD, &code, OFFICE).await, SignIn::Refused);
        assert_eq!(hall.try_in("awa", PASSWORD, "", OFFICE).await, SignIn::Refused);
        assert!(enrol::offer(&hall.gate, &session::id_of(&opened.token)).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn without_a_second_factor_a_password_only_leads_to_setting_one_up() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let added = hall.add("awa", &[Role::Administrator], &[ONE]).await;
        hall.choose(&added.link, PASSWORD).await;
        let SignIn::In(opened) = hall.try_in(" AWA ", PASSWORD, "", OFFICE).await else {
            panic!("the password is hers")
        };
        assert!(opened.limited && hall.who(&opened).await.unwrap().operator.lines.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_code_serves_once_even_when_it_arrives_twice_at_the_same_instant() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let awa = hall.person("awa", &[Role::Agent], &[ONE]).await;
        let other = TownHall::beside(base.second_instance().await, hall.clock.clone());
        for _ in 0..5 {
            let code = hall.code(&awa.telephone);
            let tries = [&hall, &other, &hall].map(|hall| hall.try_in("awa", PASSWORD, &code, OFFICE));
            let came_in = join_all(tries).await.into_iter().filter(|tried| matches!(tried, SignIn::In(_))).count();
            assert_eq!(came_in, 1);
            assert_eq!(hall.try_in("awa", PASSWORD, &code, OFFICE).await, SignIn::Refused);
            hall.clock.advance(Duration::from_secs(30));
        }
        other.gate.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_and_the_work_are_the_same() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let awa = hall.person("awa", &[Role::Agent], &[ONE]).await;
        let luc = hall.person("luc", &[Role::Agent], &[ONE]).await;
        hall.add("eve", &[Role::Agent], &[ONE]).await;
        accounts::disable(&hall.gate, &hall.terminal(), luc.id).await.unwrap();
        let (right, wrong) = (hall.code(&awa.telephone), "000000");
        let cases = [
            ("personne", PASSWORD, right.as_str()),
            ("awa", "tortue verte sous la guitare", right.as_str()),
            ("awa", PASSWORD, wrong),
            ("luc", PASSWORD, &hall.code(&luc.telephone)),
            ("eve", "", ""),
            ("", "", ""),
            ("a\0wa", PASSWORD, wrong),
        ];
        for (index, (login, password, code)) in cases.into_iter().enumerate() {
            let (compared, tried) =
                (hall.gate.compared(), number(&base.db, "select count(*) from sign_in_tries").await);
            let journaled = number(&base.db, "select count(*) from audit where action = 'session.refuse'").await;
            let answer = hall.try_in(login, password, code, &format!("203.0.113.{index}")).await;
            assert_eq!(answer, SignIn::Refused, "{login}");
            assert_eq!(hall.gate.compared(), compared + 1, "{login}");
            assert_eq!(number(&base.db, "select count(*) from sign_in_tries").await, tried + 1, "{login}");
            let now = number(&base.db, "select count(*) from audit where action = 'session.refuse'").await;
            assert_eq!(now, journaled + 1, "{login}");
        }
        // What somebody typed in the wrong field is nowhere to be read.
        assert_eq!(number(&base.db, "select count(*) from audit where subject = 'personne'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn who_guesses_has_to_wait_and_longer_each_time() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        hall.person("awa", &[Role::Agent], &[ONE]).await;
        for login in ["awa", "personne"] {
            for _ in 0..5 {
                assert_eq!(hall.try_in(login, "faux", "000000", ELSEWHERE).await, SignIn::Refused);
            }
            for minutes in [1, 2, 4, 8, 15, 15] {
                let compared = hall.gate.compared();
                let wait = SignIn::Wait(Duration::from_mins(minutes));
                for _ in 0..3 {
                    assert_eq!(hall.try_in(login, "faux", "000000", ELSEWHERE).await, wait, "{login}");
                }
                assert_eq!(hall.gate.compared(), compared, "nothing is looked at meanwhile");
                hall.clock.advance(Duration::from_mins(minutes));
                assert_eq!(hall.try_in(login, "faux", "000000", ELSEWHERE).await, SignIn::Refused, "{login}");
            }
            hall.clock.advance(Duration::from_hours(1));
        }
    })
    .await;
}

#[tokio::test]
async fn forty_guesses_at_once_are_not_forty_looks() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        hall.person("awa", &[Role::Agent], &[ONE]).await;
        let before = hall.gate.compared();
        let addresses: Vec<_> = (0..40).map(|one| format!("203.0.113.{one}")).collect();
        let tries = addresses.iter().map(|address| hall.try_in("awa", "faux", "000000", address));
        let looked_at = join_all(tries).await.into_iter().filter(|tried| *tried == SignIn::Refused).count();
        assert_eq!(looked_at, 5);
        assert_eq!(hall.gate.compared(), before + 5);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_tries_every_account_has_to_wait_too() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let awa = hall.person("awa", &[Role::Agent], &[ONE]).await;
        for one in 0..20 {
            assert_eq!(hall.try_in(&format!("login{one}"), "faux", "", ELSEWHERE).await, SignIn::Refused);
        }
        let code = hall.code(&awa.telephone);
        assert_eq!(hall.try_in("awa", PASSWORD, &code, ELSEWHERE).await, SignIn::Wait(Duration::from_mins(1)));
        assert!(matches!(hall.try_in("awa", PASSWORD, &code, OFFICE).await, SignIn::In(_)));
    })
    .await;
}

#[tokio::test]
async fn nobody_elsewhere_keeps_an_operator_out_of_her_own_desk() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let awa = hall.person("awa", &[Role::Agent], &[ONE]).await;
        let open = hall.sign_in(&awa).await;
        hall.clock.advance(Duration::from_secs(30));
        for _ in 0..5 {
            hall.try_in("awa", "faux", "000000", ELSEWHERE).await;
        }
        assert!(matches!(hall.try_in("awa", "faux", "000000", ELSEWHERE).await, SignIn::Wait(_)));
        assert!(hall.who(&open).await.is_some(), "what is open stays open");
        let again = hall.sign_in(&awa).await;
        assert!(hall.who(&again).await.is_some());
        // She came in: what failed before is forgotten, for her and for those who guess.
        assert_eq!(hall.try_in("awa", "faux", "000000", ELSEWHERE).await, SignIn::Refused);
    })
    .await;
}

#[tokio::test]
async fn a_new_password_wants_the_present_one_and_ends_the_other_sessions() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let awa = hall.person("awa", &[Role::Agent], &[ONE]).await;
        let mut sessions = Vec::new();
        for _ in 0..2 {
            sessions.push(hall.sign_in(&awa).await);
            hall.clock.advance(Duration::from_secs(30));
        }
        let here = session::id_of(&sessions[1].token);
        let change = async |present: &str, new: &str| {
            let about = vec!["awa".to_owned()];
            let (whose, words) = (("awa".to_owned(), here.clone()), (present.to_owned(), new.to_owned()));
            sign_in::change_password(&hall.gate, whose, words, (about, OFFICE.to_owned())).await.unwrap()
        };
        let new = "guitare verte contre la lune";
        assert_eq!(change("faux", new).await, PasswordChange::Wrong);
        assert!(matches!(change(PASSWORD, "trop court").await, PasswordChange::Unfit(_)));
        assert_eq!(change(PASSWORD, new).await, PasswordChange::Done);
        assert!(hall.who(&sessions[0]).await.is_none() && hall.who(&sessions[1]).await.is_some());
        let code = hall.code(&awa.telephone);
        assert_eq!(hall.try_in("awa", PASSWORD, &code, OFFICE).await, SignIn::Refused);
        assert!(matches!(hall.try_in("awa", new, &code, OFFICE).await, SignIn::In(_)));
        for _ in 0..5 {
            assert_eq!(change("faux", PASSWORD).await, PasswordChange::Wrong);
        }
        assert!(matches!(change("faux", PASSWORD).await, PasswordChange::Wait(_)), "guessing here is slowed down too");
    })
    .await;
}

#[tokio::test]
async fn what_is_over_is_forgotten() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let awa = hall.person("awa", &[Role::Agent], &[ONE]).await;
        hall.sign_in(&awa).await;
        hall.try_in("awa", "faux", "", ELSEWHERE).await;
        hall.add("luc", &[Role::Agent], &[ONE]).await;
        assert_eq!(sign_in::forget(&hall.gate).await.unwrap(), 0);
        hall.clock.advance(Duration::from_hours(25));
        // Two sessions (one began with the second factor), two links, one failure.
        assert_eq!(sign_in::forget(&hall.gate).await.unwrap(), 5);
        assert_eq!(sign_in::forget(&hall.gate).await.unwrap(), 0);
    })
    .await;
}
