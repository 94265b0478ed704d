//! The queue: what changes by itself, two agents at once, the main path without a script and by keyboard alone.

use ligne_solidaire::operators::Role;

use super::Seat;
use crate::support::chromium::Look;
use crate::support::desk::Desk;
use crate::support::service::LINE;
use crate::support::shopping;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_appears_on_the_open_queue_by_itself_and_the_focus_stays() {
    let seat = Seat::ready().await;
    let desk = Desk::on(&seat.service).await;
    let first = desk.something().await;
    let awa = seat.who("awa", &[Role::Agent]).await;
    let page = seat.sits(&awa, "/console/file", Look::default()).await;
    page.until("#direct", "Cette liste se met à jour toute seule").await;
    page.ask(&format!("document.getElementById('r-{first}').focus()")).await;
    page.picture("file-avant").await;
    shopping::to_the_end(&seat.service.exchange, "+33465710001", LINE).await;
    page.until(".items", "Des courses").await;
    page.until("#direct", "Un rappel de plus vient d'arriver.").await;
    assert_eq!(page.ask("return document.activeElement.id").await, format!("r-{first}"));
    page.picture("file-apres").await;
    // Paused, the list does not move; a danger is told all the same (F-43).
    page.click("#pause").await;
    page.until("#direct", "En pause").await;
    desk.waits(&desk.item(0, 0, 15)).await;
    page.until("#alertes", "Une personne en danger attend").await;
    page.until("#direct", "la liste a changé depuis").await;
    assert_eq!(page.ask("return document.querySelectorAll('.item.p0').length").await, 0);
    page.click("#pause").await;
    page.until(".item.p0", "P0").await;
    page.picture("file-danger").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_danger_is_told_on_whatever_page_is_open_and_what_is_typed_there_stays() {
    let seat = Seat::ready().await;
    let desk = Desk::on(&seat.service).await;
    let awa = seat.who("awa", &[Role::Agent]).await;
    let page = seat.sits(&awa, "/console/demandes", Look::default()).await;
    page.write("#q", "04 65 71").await;
    desk.waits(&desk.item(0, 0, 15)).await;
    page.until("#alertes", "Une personne en danger attend un rappel").await;
    assert_eq!(page.ask("return document.getElementById('q').value").await, "04 65 71");
    page.picture("demandes-danger").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_agents_press_next_and_each_has_her_own() {
    let seat = Seat::ready().await;
    let desk = Desk::on(&seat.service).await;
    desk.something().await;
    desk.something().await;
    let (awa, luc) = (seat.who("awa", &[Role::Agent]).await, seat.who("luc", &[Role::Agent]).await);
    let one = seat.sits(&awa, "/console/file", Look::default()).await;
    let other = seat.sits(&luc, "/console/file", Look::default()).await;
    tokio::join!(one.click("button.big"), other.click("button.big"));
    one.shows("Ce rappel est à vous").await;
    other.shows("Ce rappel est à vous").await;
    let (mine, hers) = (one.url().await, other.url().await);
    assert_ne!(mine, hers);
    one.goes(&hers).await;
    one.shows("luc de la mairie, jusqu'à").await;
    one.close().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_script_an_agent_takes_a_callback_and_ends_it() {
    let seat = Seat::ready().await;
    shopping::to_the_end(&seat.service.exchange, "+33465710001", LINE).await;
    let awa = seat.who("awa", &[Role::Agent]).await;
    let page = seat.sits(&awa, "/console/file", Look { without_script: true, ..Look::default() }).await;
    page.click("button.big").await;
    page.shows("Ce rappel est à vous").await;
    page.picture("rappel").await;
    page.write("#note-fin", "Le voisin passe à 10 h.").await;
    page.choose("#issue", "RESOLU").await;
    page.click("#fait-1").await;
    page.click("#terminer ~ form button.main").await;
    page.shows("C'est enregistré : ce rappel est terminé.").await;
    page.shows("Rien n'attend").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_keyboard_alone_an_agent_takes_a_callback_and_ends_it() {
    let seat = Seat::ready().await;
    shopping::to_the_end(&seat.service.exchange, "+33465710001", LINE).await;
    let awa = seat.who("awa", &[Role::Agent]).await;
    let page = seat.sits(&awa, "/console/file", Look::default()).await;
    page.tab_to("Suivante").await;
    page.keyboard("\u{e007}").await;
    page.shows("Ce rappel est à vous").await;
    page.tab_to("Issue").await;
    page.keyboard("la personne a").await;
    page.tab_to("Note").await;
    page.keyboard("Fait.").await;
    page.tab_to("Enregistrer l'issue").await;
    page.keyboard("\u{e007}").await;
    page.shows("ce rappel est terminé").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_telephone_the_menu_opens_when_it_is_asked_for_and_leads_on() {
    let seat = Seat::ready().await;
    let awa = seat.who("awa", &[Role::Agent]).await;
    let page = seat.sits(&awa, "/console/file", Look { width: Some(320), ..Look::default() }).await;
    let shown = "return getComputedStyle(document.querySelector('.top nav')).display";
    assert_eq!(page.ask(shown).await, "none", "what is to be done comes first");
    page.tab_to("Menu").await;
    page.keyboard(" ").await;
    assert_eq!(page.ask(shown).await, "block");
    page.picture("menu-etroit").await;
    page.tab_to("Demandes").await;
    page.keyboard("\u{e007}").await;
    page.has("h1").await;
    page.shows("Saisir une demande").await;
    page.close().await;
}
