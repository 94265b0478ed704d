//! The registry of volunteers (F-57), and that nobody is asked before a referent said yes (F-07).

use ligne_solidaire::volunteers::CameBy;
use ligne_solidaire::volunteers::referent::{Deed, Refused};
use ligne_solidaire::volunteers::register::Registered;
use ligne_solidaire::volunteers::vetting::Kind;

use crate::support::test_db::{number, on_both};
use crate::support::volunteers::Registry;

const CANDIDATES: &str = "select count(*) from candidates";

#[tokio::test]
async fn by_whatever_way_she_comes_nobody_may_ask_her_before_identity_and_charter_were_seen() {
    on_both(async |base| {
        let registry = Registry::on(&base.db).await;
        for (n, came_by) in CameBy::ALL.into_iter().enumerate() {
            let contact = registry.contact(&format!("06 39 98 00 {n:02}")).await;
            let Registered::New(id) = registry.comes(registry.application(contact, came_by)).await else {
                panic!("she is new")
            };
            let refused = registry.does(id, Deed::Accept).await;
            assert!(matches!(refused, Err(Refused::Missing(_))), "{came_by:?} {refused:?}");
            registry.does(id, Deed::See(Kind::Identity)).await.unwrap();
            let refused = registry.does(id, Deed::Accept).await.unwrap_err().to_string();
            assert_eq!(refused, "il manque : Charte acceptée", "{came_by:?}");
            registry.does(id, Deed::See(Kind::Charter)).await.unwrap();
            assert_eq!(number(&base.db, CANDIDATES).await, i64::try_from(n).unwrap(), "seen, and not yet accepted");
            registry.does(id, Deed::Accept).await.unwrap();
            assert_eq!(
                number(&base.db, CANDIDATES).await,
                i64::try_from(n + 1).unwrap(),
                "for shopping, not for children"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn children_are_minded_by_whoever_was_met_and_checked() {
    on_both(async |base| {
        let registry = Registry::on(&base.db).await;
        let contact = registry.contact("06 39 98 00 01").await;
        let id = registry.accepted(registry.application(contact, CameBy::Desk)).await;
        registry.does(id, Deed::See(Kind::Interview)).await.unwrap();
        assert_eq!(number(&base.db, CANDIDATES).await, 1);
        registry.does(id, Deed::See(Kind::Honourability)).await.unwrap();
        let months = "select count(*) from candidates where skill = 'enfants' and until_at < 1800000000000";
        assert_eq!((number(&base.db, CANDIDATES).await, number(&base.db, months).await), (2, 1), "for six months");
        registry.does(id, Deed::Unsee(Kind::Charter)).await.unwrap();
        assert_eq!(number(&base.db, CANDIDATES).await, 0, "without the charter nobody asks her anything");
    })
    .await;
}

#[tokio::test]
async fn the_same_number_is_the_same_volunteer_until_she_has_left() {
    on_both(async |base| {
        let registry = Registry::on(&base.db).await;
        let contact = registry.contact("06 39 98 00 01").await;
        let id = registry.accepted(registry.application(contact, CameBy::Phone)).await;
        let again = registry.comes(registry.application(contact, CameBy::Import)).await;
        assert_eq!(again, Registered::Known(id));
        registry.does(id, Deed::Part).await.unwrap();
        assert_eq!(number(&base.db, CANDIDATES).await, 0);
        assert!(matches!(registry.does(id, Deed::Accept).await, Err(Refused::Stale)));
        let anew = registry.comes(registry.application(contact, CameBy::Web)).await;
        assert!(matches!(anew, Registered::New(other) if other != id), "with a consent of her own");
        assert_eq!(number(&base.db, CANDIDATES).await, 0, "and a referent sees her papers again");
    })
    .await;
}

#[tokio::test]
async fn each_deed_leaves_its_row_its_entry_and_nothing_to_read_without_the_key() {
    on_both(async |base| {
        let registry = Registry::on(&base.db).await;
        let contact = registry.contact("06 39 98 00 01").await;
        let id = registry.accepted(registry.application(contact, CameBy::Text)).await;
        registry.does(id, Deed::Pause(Some(registry.now))).await.unwrap();
        let events = "select count(*) from volunteer_events";
        let entries = "select count(*) from audit where action like 'volunteer.%' and line_id is not null";
        assert_eq!((number(&base.db, events).await, number(&base.db, entries).await), (5, 4));
        let dump = crate::support::dump::dump(&base.db).await;
        for table in ["volunteers", "volunteer_words", "volunteer_events", "candidates"] {
            let rows = format!("{:?}", dump[table]);
            assert!(!rows.contains("Zoé") && !rows.contains("Martin"), "{table}: {rows}");
        }
    })
    .await;
}
