//! Calling back by a click: the button, two telephones of the exchange, and what the open page says of them meanwhile.

use std::time::Duration;

use ligne_solidaire::operators::Role;
use ligne_solidaire::simulator::exchange::{Expect, LegId};

use super::Seat;
use crate::support::chromium::{Look, Page};
use crate::support::people::Person;
use crate::support::service::LINE;
use crate::support::shopping;
use crate::support::test_db::number;

/// Awa's telephone, as her account has it.
const BUREAU: &str = "+33199001001";
const ODETTE: &str = "+33465710001";
/// What residents see.
const SHOWN: &str = "+33465711111";

/// Awa and Odette, each beside a telephone.
struct Desk {
    seat: Seat,
    awa: Person,
    page: Page,
}

impl Desk {
    /// Odette phoned, and Awa has her callback on the screen.
    async fn with_a_callback_taken() -> Self {
        let seat = Seat::of(&format!("town = \"Montpellier\"\nhuman_callback = \"{SHOWN}\"")).await;
        seat.service.exchange.register_phone(BUREAU, "bureau 1");
        seat.service.exchange.register_phone(ODETTE, "chez Odette");
        shopping::to_the_end(&seat.service.exchange, ODETTE, LINE).await;
        let awa = seat.who("awa", &[Role::Agent]).await;
        let page = seat.sits(&awa, "/console/file", Look::default()).await;
        page.click("button.big").await;
        page.shows("Ce rappel est à vous").await;
        Self { seat, awa, page }
    }

    /// She presses the button, answers her own telephone and presses 1: the leg on which she waits.
    async fn calls(&self) -> LegId {
        self.page.click("form[action$='/appeler'] button").await;
        self.page.shows("Votre téléphone va sonner. Décrochez, puis tapez 1.").await;
        self.page.shows("votre téléphone va sonner").await;
        self.seat.service.work().await;
        self.page.until(".facts", "votre téléphone sonne").await;
        let exchange = &self.seat.service.exchange;
        let leg = exchange.answer(BUREAU).await.unwrap();
        assert!(shopping::words(exchange, leg).contains("tapez 1"));
        exchange.keys(leg, "1").await.unwrap();
        self.page.until(".facts", "le téléphone de la personne sonne").await;
        leg
    }

    async fn saves(&self) {
        self.page.click("#terminer ~ form button.main").await;
    }

    async fn counts(&self, query: &'static str) -> i64 {
        number(&self.seat.service.app.board.db, query).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_back_by_a_click_is_told_as_it_goes_and_ended_on_the_same_page() {
    let desk = Desk::with_a_callback_taken().await;
    let (page, exchange) = (&desk.page, &desk.seat.service.exchange);
    let awas = desk.calls().await;
    // What she writes while it rings is hers: the page changes around it.
    page.write("#note-fin", "Elle a besoin").await;
    page.picture("clic-sonne").await;
    let odettes = exchange.answer(ODETTE).await.unwrap();
    assert_eq!((exchange.expect(awas), exchange.expect(odettes)), (Expect::Bridged, Expect::Bridged));
    page.keyboard(" de pain.").await;
    exchange.time_passes(Duration::from_mins(3));
    exchange.hang_up(odettes).await.unwrap();
    page.until(".facts", "Vous avez été mis en communication.").await;
    page.until("#appel", "Vous avez été mis en communication.").await;
    assert_eq!(page.ask("return document.activeElement.id").await, "note-fin");
    assert_eq!(page.ask("return document.getElementById('note-fin').value").await, "Elle a besoin de pain.");
    // Perhaps it was a machine that answered: she says how it went, nobody else.
    assert_eq!(page.ask("return document.getElementById('issue').value").await, "");
    page.picture("clic-jointe").await;
    page.choose("#issue", "RESOLU").await;
    desk.saves().await;
    page.shows("C'est enregistré : ce rappel est terminé.").await;
    page.shows("Rien n'attend").await;
    page.picture("clic-fini").await;
    let tries = "select count(*) from attempts where way = 'line' and disposition = 'RESOLU'";
    assert_eq!((desk.counts(tries).await, desk.counts("select attempts from callbacks").await), (1, 1));
    desk.page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resident_who_does_not_answer_fills_in_how_the_try_ended_and_comes_back_later() {
    let desk = Desk::with_a_callback_taken().await;
    let (page, exchange) = (&desk.page, &desk.seat.service.exchange);
    let awas = desk.calls().await;
    let odettes = exchange.on_phone(ODETTE).unwrap();
    exchange.let_ring(ODETTE).await.unwrap();
    assert_eq!(exchange.expect(odettes), Expect::Ended);
    assert!(shopping::words(exchange, awas).contains("Personne ne répond."));
    page.until("#appel", "La personne n'a pas répondu.").await;
    assert_eq!(page.ask("return document.getElementById('issue').value").await, "SONNE");
    page.ask("document.getElementById('issue').scrollIntoView({ block: 'center' })").await;
    page.picture("clic-sans-reponse").await;
    desk.saves().await;
    page.shows("C'est enregistré : ce rappel reviendra dans la file.").await;
    page.shows("Rien n'attend").await;
    page.picture("clic-plus-tard").await;
    // In the afternoon, in another session.
    desk.seat.service.clock.advance(Duration::from_hours(5));
    page.goes(&format!("{}/console/file", desk.seat.address)).await;
    desk.seat.signs_in(page, &desk.awa).await;
    page.shows("1 essai").await;
    page.picture("clic-revenu").await;
    assert_eq!(desk.counts("select count(*) from attempts where disposition = 'SONNE'").await, 1);
    assert_eq!(desk.counts("select attempts from callbacks").await, 1);
    desk.page.close().await;
}
