//! One-time links.

use std::time::Duration;

use futures_util::future::join;
use ligne_solidaire::operators::links::{self, Chosen};
use ligne_solidaire::operators::{Purpose, Role, accounts};

use crate::support::people::{ONE, PASSWORD, TownHall};
use crate::support::test_db::{number, on_both};

#[tokio::test]
async fn a_link_used_twice_at_once_on_two_instances_opens_once() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let other = TownHall::beside(base.second_instance().await, hall.clock.clone());
        for round in 0..5 {
            let added = hall.add(&format!("awa{round}"), &[Role::Agent], &[ONE]).await;
            let both = join(hall.choose(&added.link, PASSWORD), other.choose(&added.link, PASSWORD)).await;
            let opened = [both.0, both.1].into_iter().filter(|chosen| matches!(chosen, Chosen::In(_))).count();
            assert_eq!(opened, 1);
            assert_eq!(hall.choose(&added.link, PASSWORD).await, Chosen::Gone);
            let enter = links::to_enter(&hall.gate, added.id).await.unwrap();
            let both = join(links::enter(&hall.gate, &enter, "a"), links::enter(&other.gate, &enter, "b")).await;
            assert_eq!([both.0.unwrap(), both.1.unwrap()].into_iter().flatten().count(), 1);
        }
        other.gate.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn looking_at_a_link_or_choosing_badly_does_not_use_it_up() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let added = hall.add("awa", &[Role::Agent], &[ONE]).await;
        for _ in 0..2 {
            let found = links::find(&hall.gate, &added.link).await.unwrap().unwrap();
            assert_eq!((found.purpose, found.operator_id, found.login.as_str()), (Purpose::Choose, added.id, "awa"));
        }
        for easy in ["court", "awa de la mairie", "Montpellier 2026", "motdepasse1234"] {
            assert!(matches!(hall.choose(&added.link, easy).await, Chosen::Unfit(_)), "{easy}");
        }
        assert!(links::enter(&hall.gate, &added.link, "a").await.unwrap().is_none(), "it is for something else");
        assert!(matches!(hall.choose(&added.link, PASSWORD).await, Chosen::In(_)));
        assert!(links::find(&hall.gate, &added.link).await.unwrap().is_none());
        assert!(links::find(&hall.gate, "").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_link_opens_for_a_day_and_one_to_the_demonstration_for_an_hour() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let added = hall.add("awa", &[Role::Agent], &[ONE]).await;
        hall.clock.advance(Duration::from_hours(24) - Duration::from_millis(1));
        assert!(links::find(&hall.gate, &added.link).await.unwrap().is_some());
        hall.clock.advance(Duration::from_millis(1));
        assert!(links::find(&hall.gate, &added.link).await.unwrap().is_none());
        assert_eq!(hall.choose(&added.link, PASSWORD).await, Chosen::Gone);
        let enter = links::to_enter(&hall.gate, added.id).await.unwrap();
        hall.clock.advance(Duration::from_hours(1));
        assert!(links::enter(&hall.gate, &enter, "a").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_reset_ends_every_session_and_forgets_the_telephone() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let awa = hall.person("awa", &[Role::Agent], &[ONE]).await;
        let before = hall.sign_in(&awa).await;
        let first = accounts::reset(&hall.gate, &hall.terminal(), awa.id).await.unwrap();
        let link = accounts::reset(&hall.gate, &hall.terminal(), awa.id).await.unwrap();
        assert!(links::find(&hall.gate, &first).await.unwrap().is_none(), "the last link alone opens");
        assert!(hall.who(&before).await.is_some(), "nothing ends until it is used");
        let Chosen::In(limited) = hall.choose(&link, "guitare verte contre la lune").await else {
            panic!("it is fresh")
        };
        assert!(limited.limited && hall.who(&before).await.is_none());
        assert_eq!(number(&base.db, "select count(*) from operators where totp is not null").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_link_opens_while_guesses_make_everybody_wait() {
    on_both(async |base| {
        let hall = TownHall::on(&base.db).await;
        let awa = hall.person("awa", &[Role::Agent], &[ONE]).await;
        for _ in 0..6 {
            hall.try_in("awa", "faux", "", "203.0.113.9").await;
        }
        let link = accounts::reset(&hall.gate, &hall.terminal(), awa.id).await.unwrap();
        assert!(matches!(hall.choose(&link, PASSWORD).await, Chosen::In(_)));
    })
    .await;
}
