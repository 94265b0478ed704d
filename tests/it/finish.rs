//! How a callback ends: tries, notes, what becomes of it and of its request.

use ligne_solidaire::callbacks::Disposition;
use ligne_solidaire::callbacks::claims::{self, Claim, Next};
use ligne_solidaire::callbacks::disposition::{DISPOSITIONS, Step};
use ligne_solidaire::callbacks::finish::{self, Ending, Finish, Lapsed, Noted};
use ligne_solidaire::callbacks::store::attempts::Deed;
use ligne_solidaire::callbacks::store::{notes, queue};
use ligne_solidaire::db::DbError;
use ligne_solidaire::id::Ids;
use uuid::Uuid;

use crate::support::desk::{Desk, Who, minutes, now, write};
use crate::support::test_db::{number, on_both};

type Agent<'a> = (Uuid, &'a str);

/// A form shown now that says no more than how it ended.
fn ending(desk: &Desk, code: &str) -> Ending {
    let disposition = Disposition::of_code(code).unwrap();
    Ending { form: desk.ids.row(now()), disposition, date: None, reference: None, lang: None, note: None }
}

async fn finished(desk: &Desk, who: Agent<'_>, later: i64, id: Uuid, ending: Ending) -> Finish {
    finish::finish(&desk.db, &desk.keyring, &Desk::chance(), &desk.lines(), &desk.hand(who, later), id, ending)
        .await
        .unwrap()
}

/// She takes it and ends it at once.
async fn ends(desk: &Desk, who: Agent<'_>, later: i64, id: Uuid, ending: Ending) -> Finish {
    assert_eq!(claims::claim(&desk.db, &desk.hand(who, later), id).await.unwrap(), Claim::Taken);
    finished(desk, who, later, id, ending).await
}

/// A request of these six digits on that line, behind that callback.
async fn request(desk: &Desk, reference: &'static str, line: Uuid, callback: Option<Uuid>) -> Uuid {
    let id = desk.ids.row(now());
    write(&desk.db, move |query| {
        query(
            "insert into requests (id, reference, line_id, category, priority, state, lang, consent, answers, created_at, \
             updated_at) values ($1, $2, $3, 'courses', 3, 'enregistrée', 'fr', 'oui', $4, 0, 0)",
        )
        .bind(id.to_string())
        .bind(reference)
        .bind(line.to_string())
        .bind(Vec::<u8>::new())
    })
    .await;
    write(&desk.db, move |query| {
        query("update callbacks set request_id = $1 where id = $2")
            .bind(id.to_string())
            .bind(callback.map(|id| id.to_string()))
    })
    .await;
    id
}

/// Says in the answers of a callback that nobody lives with her.
async fn lives_alone(desk: &Desk, id: Uuid) {
    let json = br#"{"visite_seul":"oui"}"#;
    let sealed = desk.keyring.seal("callbacks.answers", &id.to_string(), json);
    write(&desk.db, move |query| {
        query("update callbacks set answers = $1 where id = $2").bind(sealed).bind(id.to_string())
    })
    .await;
}

#[tokio::test]
async fn whoever_was_helped_has_no_callback_and_no_open_request_left() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        let id = desk.something().await;
        request(&desk, "123456", desk.line, Some(id)).await;
        let form = Ending { note: Some("A reçu ses courses.".to_owned()), ..ending(&desk, "RESOLU") };
        assert_eq!(ends(&desk, nadia, 0, id, form.clone()).await, Finish::Closed);
        let done = "select count(*) from callbacks where state = 'closed' and disposition = 'RESOLU' and attempts = 1 \
                    and contacted_at is not null";
        assert_eq!(number(&base.db, done).await, 1);
        assert_eq!(number(&base.db, "select count(*) from requests where state = 'résolue'").await, 1);
        assert_eq!(number(&base.db, "select count(*) from audit where action = 'callback.close'").await, 1);
        assert_eq!(finished(&desk, nadia, 600, id, form).await, Finish::Closed, "the back button, hours later");
        for table in ["select count(*) from attempts", "select count(*) from notes"] {
            assert_eq!(number(&base.db, table).await, 1, "{table}");
        }
        assert_eq!(number(&base.db, "select count(*) from audit").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_request_stays_open_while_another_callback_waits_for_it() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        let (first, second) = (desk.something().await, desk.something().await);
        let same = request(&desk, "123456", desk.line, Some(first)).await;
        write(&base.db, move |query| query("update callbacks set request_id = $1").bind(same.to_string())).await;
        let open = "select count(*) from requests where state = 'enregistrée'";
        assert_eq!(ends(&desk, nadia, 0, first, ending(&desk, "RESOLU")).await, Finish::Closed);
        assert_eq!(number(&base.db, open).await, 1);
        assert_eq!(ends(&desk, nadia, 1, second, ending(&desk, "HORS_ZONE")).await, Finish::Closed);
        assert_eq!(number(&base.db, "select count(*) from requests where state = 'annulée'").await, 1);
        assert_eq!(number(&base.db, "select attempts from callbacks where disposition = 'HORS_ZONE'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn each_disposition_is_kept_with_its_next_step_and_refused_without() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        request(&desk, "222222", desk.line, None).await;
        request(&desk, "333333", desk.elsewhere, None).await;
        for disposition in DISPOSITIONS {
            let id = desk.something().await;
            let form = ending(&desk, disposition.code);
            let (date, reference) = (Some(minutes(300)), Some(" 222 222 ".to_owned()));
            if disposition.step != Step::None {
                assert_eq!(ends(&desk, nadia, 0, id, form.clone()).await, Finish::Needs(disposition.step));
                let wrong = Ending { date: Some(now()), reference: Some("333333".to_owned()), ..form.clone() };
                assert_eq!(finished(&desk, nadia, 0, id, wrong).await, Finish::Needs(disposition.step));
                claims::leave(&base.db, &desk.hand(nadia, 0), String::new()).await.unwrap();
            }
            let expected = match (disposition.closes, disposition.step, disposition.code) {
                (true, ..) => Finish::Closed,
                (_, Step::Date | Step::Language, _) => Finish::Again { at: minutes(300) },
                (_, _, "FAUX_NUMERO") => Finish::Escalated,
                _ => Finish::Again { at: minutes(240) },
            };
            let form = Ending { date, reference, lang: Some("tr".parse().unwrap()), ..form };
            assert_eq!(ends(&desk, nadia, 0, id, form).await, expected, "{}", disposition.code);
        }
        assert_eq!(number(&base.db, "select count(*) from attempts").await, 28);
        assert_eq!(number(&base.db, "select count(*) from callbacks where next_step = '222222'").await, 1);
        assert_eq!(
            number(&base.db, "select count(*) from callbacks where lang = 'tr'").await,
            1,
            "only LANGUE changes it"
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_speaks_another_language_is_given_at_once_to_somebody_who_speaks_it() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        let defne = desk.operator(&Who { name: "Defne", roles: "agent", langs: "fr tr" }, desk.line).await;
        let id = desk.something().await;
        let older = desk.waits(&desk.item(2, -170, 20)).await;
        let form = Ending { lang: Some("tr".parse().unwrap()), ..ending(&desk, "LANGUE") };
        assert_eq!(ends(&desk, nadia, 0, id, form).await, Finish::Again { at: now() });
        assert_eq!(claims::next(&base.db, &desk.hand(nadia, 1)).await.unwrap(), Next::Taken(older));
        assert_eq!(claims::next(&base.db, &desk.hand((defne, "Defne"), 1)).await.unwrap(), Next::Taken(id));
    })
    .await;
}

#[tokio::test]
async fn what_was_agreed_with_her_is_a_deadline_and_no_danger_any_more() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        let id = desk.waits(&desk.item(0, -5, 10)).await;
        let form = Ending { date: Some(minutes(480)), ..ending(&desk, "RAPPEL_FIXE") };
        assert_eq!(ends(&desk, nadia, 0, id, form).await, Finish::Again { at: minutes(480) });
        assert_eq!(number(&base.db, "select promised_until from callbacks").await, minutes(480).as_millisecond());
        assert_eq!(number(&base.db, "select due_at from callbacks").await, minutes(480).as_millisecond());
        assert_eq!(number(&base.db, "select contacted_at from callbacks").await, now().as_millisecond());
        assert_eq!(number(&base.db, "select priority from callbacks").await, 1);
        assert_eq!(claims::next(&base.db, &desk.hand(nadia, 479)).await.unwrap(), Next::Empty);
        assert_eq!(claims::next(&base.db, &desk.hand(nadia, 480)).await.unwrap(), Next::Taken(id));
    })
    .await;
}

#[tokio::test]
async fn after_three_tries_in_vain_an_ordinary_callback_ends_and_that_of_somebody_alone_does_not() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        for alone in [false, true] {
            let id = desk.something().await;
            request(&desk, if alone { "111111" } else { "222222" }, desk.line, Some(id)).await;
            if alone {
                lives_alone(&desk, id).await;
            }
            // Ten in Paris; two in the afternoon; half past eight, and two on the morrow.
            let (afternoon, morrow, after) = (minutes(240), minutes(1_350), minutes(1_680));
            assert_eq!(ends(&desk, nadia, 0, id, ending(&desk, "SONNE")).await, Finish::Again { at: afternoon });
            assert_eq!(ends(&desk, nadia, 240, id, ending(&desk, "OCCUPE")).await, Finish::Again { at: morrow });
            let last = ends(&desk, nadia, 1_350, id, ending(&desk, "REPONDEUR")).await;
            assert_eq!(last, if alone { Finish::Escalated } else { Finish::Closed });
            if alone {
                assert_eq!(claims::next(&base.db, &desk.hand(nadia, 1_680)).await.unwrap(), Next::Empty, "not hers");
                let who = Who { name: "Hélène", roles: "superviseur", langs: "fr" };
                let helene = (desk.operator(&who, desk.line).await, "Hélène");
                assert_eq!(claims::next(&base.db, &desk.hand(helene, 1_679)).await.unwrap(), Next::Empty);
                assert_eq!(claims::next(&base.db, &desk.hand(helene, 1_680)).await.unwrap(), Next::Taken(id));
                desk.release(&desk.hand(helene, 1_680), id).await;
                let comes_back = "select not_before from callbacks where escalated_at is not null and attempts = 3";
                assert_eq!(number(&base.db, comes_back).await, after.as_millisecond());
            } else {
                assert_eq!(number(&base.db, "select count(*) from requests where state = 'annulée'").await, 1);
            }
        }
        assert_eq!(number(&base.db, "select count(*) from requests where state = 'enregistrée'").await, 1);
        assert_eq!(number(&base.db, "select count(*) from callbacks where contacted_at is not null").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_danger_that_nobody_answered_lets_others_through_and_comes_back_until_a_supervisor_decides() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let (nadia, awa) = ((desk.agent("Nadia").await, "Nadia"), (desk.agent("Awa").await, "Awa"));
        let id = desk.waits(&desk.item(0, -5, 10)).await;
        let other = desk.waits(&desk.item(0, -4, 11)).await;
        let next = async |who, later| claims::next(&base.db, &desk.hand(who, later)).await.unwrap();
        assert_eq!(ends(&desk, nadia, 0, id, ending(&desk, "SONNE")).await, Finish::Again { at: minutes(10) });
        let read = base.db.read(move |tx| Box::pin(async move { queue::counts(tx, awa.0, minutes(1)).await }));
        assert_eq!(read.await.unwrap().danger, 2, "it stays in front of everybody");
        assert_eq!(next(awa, 1).await, Next::Taken(other));
        assert_eq!(finished(&desk, awa, 1, other, ending(&desk, "RESOLU")).await, Finish::Closed);
        assert_eq!(next(awa, 9).await, Next::Empty);
        assert_eq!(ends(&desk, awa, 9, id, ending(&desk, "OCCUPE")).await, Finish::Again { at: minutes(19) });
        assert_eq!(next(nadia, 19).await, Next::Taken(id));
        assert_eq!(finished(&desk, nadia, 20, id, ending(&desk, "SONNE")).await, Finish::Escalated);
        assert_eq!(next(awa, 29).await, Next::Empty);
        assert_eq!(next(awa, 30).await, Next::Taken(id), "a supervisor decides, and danger is everybody's");
    })
    .await;
}

#[tokio::test]
async fn a_late_save_is_refused_and_told_what_the_other_did() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let (nadia, awa) = ((desk.agent("Nadia").await, "Nadia"), (desk.agent("Awa").await, "Awa"));
        let id = desk.something().await;
        let late = Ending { note: Some("La mienne.".to_owned()), ..ending(&desk, "SONNE") };
        assert_eq!(claims::claim(&base.db, &desk.hand(nadia, 0), id).await.unwrap(), Claim::Taken);
        let alone = Lapsed { holder: None, until: None, closed: false, since: vec![] };
        assert_eq!(finished(&desk, nadia, 16, id, late.clone()).await, Finish::Lapsed(alone));
        assert_eq!(claims::claim(&base.db, &desk.hand(awa, 16), id).await.unwrap(), Claim::Taken);
        let written = finish::note(&base.db, &desk.keyring, &desk.hand(awa, 17), id, desk.ids.row(now()), "Vue.").await;
        assert_eq!(written.unwrap(), Noted::Kept);
        let note = Deed { at: minutes(17), name: "Awa".to_owned(), disposition: None, note: Some("Vue.".to_owned()) };
        let held = Lapsed {
            holder: Some("Awa".to_owned()),
            until: Some(minutes(31)),
            closed: false,
            since: vec![note.clone()],
        };
        assert_eq!(finished(&desk, nadia, 18, id, late.clone()).await, Finish::Lapsed(held));
        assert_eq!(finished(&desk, awa, 20, id, ending(&desk, "RESOLU")).await, Finish::Closed);
        let deed = Deed { at: minutes(20), disposition: Some("RESOLU".to_owned()), note: None, ..note.clone() };
        let done = Lapsed { holder: None, until: None, closed: true, since: vec![note, deed] };
        assert_eq!(finished(&desk, nadia, 21, id, late).await, Finish::Lapsed(done));
        assert_eq!(number(&base.db, "select count(*) from notes").await, 1);
        assert_eq!(number(&base.db, "select count(*) from attempts").await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_save_of_whoever_was_taken_over_is_refused() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        let who = Who { name: "Hélène", roles: "superviseur", langs: "fr" };
        let helene = (desk.operator(&who, desk.line).await, "Hélène");
        let id = desk.something().await;
        assert_eq!(claims::claim(&base.db, &desk.hand(nadia, 0), id).await.unwrap(), Claim::Taken);
        assert_eq!(claims::take_over(&base.db, &desk.hand(helene, 1), id).await.unwrap(), Claim::Taken);
        let refused = finished(&desk, nadia, 2, id, ending(&desk, "RESOLU")).await;
        assert!(matches!(refused, Finish::Lapsed(lapsed) if lapsed.holder.as_deref() == Some("Hélène")));
        assert_eq!(finished(&desk, helene, 3, id, ending(&desk, "RESOLU")).await, Finish::Closed);
    })
    .await;
}

#[tokio::test]
async fn two_clicks_at_once_end_a_callback_once() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        let id = desk.something().await;
        assert_eq!(claims::claim(&base.db, &desk.hand(nadia, 0), id).await.unwrap(), Claim::Taken);
        let form = Ending { note: Some("Une fois.".to_owned()), ..ending(&desk, "SONNE") };
        let click = || finished(&desk, nadia, 1, id, form.clone());
        let (one, other) = tokio::join!(click(), click());
        assert_eq!((one.clone(), other), (one, Finish::Again { at: minutes(240) }));
        for rows in ["select count(*) from attempts", "select count(*) from notes", "select attempts from callbacks"] {
            assert_eq!(number(&base.db, rows).await, 1, "{rows}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_note_needs_no_claim_but_a_line_of_hers_and_is_kept_sealed_once_and_harmless() {
    on_both(async |base| {
        let desk = Desk::in_db(&base.db).await;
        let nadia = (desk.agent("Nadia").await, "Nadia");
        let id = desk.something().await;
        let theirs = desk.waits_on(desk.elsewhere, &desk.item(2, -10, 60)).await;
        let form = desk.ids.row(now());
        let note = async |id, form, text: &str| {
            finish::note(&base.db, &desk.keyring, &desk.hand(nadia, 1), id, form, text).await.unwrap()
        };
        for _ in 0..2 {
            assert_eq!(note(id, form, "<b>Odette</b>\u{202e} a 3 chats\u{0}").await, Noted::Kept);
        }
        assert_eq!(note(id, desk.ids.row(now()), " \n ").await, Noted::Nothing);
        assert_eq!(note(id, desk.ids.row(now()), &"x".repeat(100_000)).await, Noted::TooLong(100_000));
        assert_eq!(note(theirs, desk.ids.row(now()), "x").await, Noted::Unknown);
        assert_eq!(finished(&desk, nadia, 1, theirs, ending(&desk, "SONNE")).await, Finish::Unknown);
        let long = Ending { note: Some("é".repeat(10_001)), ..ending(&desk, "SONNE") };
        assert_eq!(ends(&desk, nadia, 1, id, long).await, Finish::TooLong(10_001));
        let (keyring, who) = (desk.keyring.clone(), nadia.0);
        let read = base.db.read(move |tx| Box::pin(async move { notes::of_callback(tx, &keyring, who, id).await }));
        let kept = read.await.unwrap();
        assert_eq!(kept.iter().map(|note| note.text.as_deref()).collect::<Vec<_>>(), [Some("<b>Odette</b> a 3 chats")]);
        let sealed = base.db.read(|tx| {
            Box::pin(async move {
                Ok::<Vec<u8>, DbError>(sqlx::query_scalar("select body from notes").fetch_one(tx.conn()).await?)
            })
        });
        assert!(!String::from_utf8_lossy(&sealed.await.unwrap()).contains("Odette"));
    })
    .await;
}
