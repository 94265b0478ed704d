//! A session that ends while somebody writes.

use std::time::Duration;

use ligne_solidaire::db::DbError;
use ligne_solidaire::operators::Role;
use ligne_solidaire::operators::store::sessions;

use super::Seat;
use crate::support::chromium::Look;
use crate::support::people::Person;
use crate::support::service::LINE;
use crate::support::shopping;
use crate::support::test_db::number;

/// Sends the form of the page, which stays.
const SENDS: &str = "
    const done = arguments[arguments.length - 1];
    const form = document.querySelector('main form');
    fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) }).then((answer) => done(answer.status));";

/// Whether the browser asks before it leaves the page.
const LEAVES: &str = "
    const leaving = new Event('beforeunload', { cancelable: true });
    dispatchEvent(leaving);
    return leaving.defaultPrevented;";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_in_mid_note_loses_nothing() {
    let seat = Seat::ready().await;
    shopping::to_the_end(&seat.service.exchange, "+33465710001", LINE).await;
    let awa = seat.who("awa", &[Role::Agent]).await;
    let page = seat.sits(&awa, "/console/file", Look::default()).await;
    page.click("button.big").await;
    page.shows("Ce rappel est à vous").await;
    let text = "Elle a besoin de pain.\nElle rappelle jeudi.";
    assert_eq!(page.ask(LEAVES).await, false, "nothing is typed yet");
    page.write("#note-fin", text).await;
    assert_eq!(page.ask(LEAVES).await, true, "whoever touches a link now is asked first");
    page.choose("#issue", "RESOLU").await;
    seat.service.clock.advance(Duration::from_mins(61));
    page.click("#terminer ~ form button.main").await;
    page.shows("Se connecter").await;
    page.picture("session-finie").await;
    seat.signs_in(&page, &awa).await;
    page.shows("Ce que vous aviez écrit").await;
    assert_eq!(page.ask("return document.querySelector('textarea').value").await, text);
    page.picture("session-reprise").await;
    page.click("button.main").await;
    // The lease of a quarter of an hour is over too: the note is still there, and says why.
    page.shows("le quart d'heure est passé").await;
    assert_eq!(page.ask("return document.querySelector('textarea').value").await, text);
    assert_eq!(page.ask("return document.activeElement.id").await, "refus", "the refusal is in sight");
    assert!(!page.text("main").await.contains('_'), "everything that was said has a name that people read");
    page.picture("session-trop-tard").await;
    page.click("button[formaction$='/note']").await;
    page.shows("Votre note est enregistrée.").await;
    page.has(".notes .body").await;
    assert_eq!(page.text(".notes .body").await, text);
    assert_eq!(kept(&seat).await, [1, 0], "notes and tries");
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_was_closed_in_mid_note_is_begun_again_and_the_note_is_kept_once() {
    let seat = Seat::ready().await;
    shopping::to_the_end(&seat.service.exchange, "+33465710001", LINE).await;
    let awa = seat.who("awa", &[Role::Agent]).await;
    let page = seat.sits(&awa, "/console/file", Look::default()).await;
    page.click("button.big").await;
    page.shows("Ce rappel est à vous").await;
    let (text, address) = ("Elle a du pain jusqu'à jeudi.\nSa fille passe vendredi.", page.url().await);
    page.write("#note-fin", text).await;
    page.choose("#issue", "RESOLU").await;
    page.click("#fait-4").await;
    close_sessions(&seat, &awa).await;
    page.click("#terminer ~ form button.main").await;
    page.shows("Se connecter").await;
    // The code that let her in served once: her telephone shows the next one.
    seat.service.clock.advance(Duration::from_secs(30));
    seat.signs_in(&page, &awa).await;
    page.shows("Ce que vous aviez écrit").await;
    assert_eq!(page.ask("return document.querySelector('textarea').value").await, text);
    assert_eq!(page.ask("return document.querySelectorAll('textarea').length").await, 1);
    page.shows("la personne a ce qu'il lui faut").await;
    page.shows("Demander si elle a de quoi tenir jusque-là.").await;
    page.picture("session-rouverte").await;
    assert_eq!(kept(&seat).await, [0, 0], "nothing is done in her name without her");
    // The answer to her first click is lost on the way: she clicks again.
    assert_eq!(page.ask_async(SENDS).await, 200);
    page.click("main button.main").await;
    page.shows("C'est enregistré : ce rappel est terminé.").await;
    page.shows("Rien n'attend").await;
    assert_eq!(kept(&seat).await, [1, 1]);
    page.goes(&address).await;
    page.has(".notes .body").await;
    assert!(page.text(".notes .body").await.starts_with(text));
    page.close().await;
}

/// She closes every session of hers from elsewhere.
async fn close_sessions(seat: &Seat, who: &Person) {
    let (db, id) = (&seat.service.app.board.db, who.id);
    let closing = db.write(move |tx| Box::pin(async move { sessions::end_others(tx, id, "none").await }));
    let closed: Result<u64, DbError> = closing.await;
    assert!(closed.unwrap() > 0);
}

/// How many notes and tries are kept.
async fn kept(seat: &Seat) -> [i64; 2] {
    let db = &seat.service.app.board.db;
    [number(db, "select count(*) from notes").await, number(db, "select count(*) from attempts").await]
}
