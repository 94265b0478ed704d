//! Two requests that are one, by the buttons of their pages, and two again.

use std::time::Duration;

use ligne_solidaire::operators::Role;

use super::Seat;
use crate::support::chromium::{Look, Page};
use crate::support::service::LINE;
use crate::support::shopping;

const ODETTE: &str = "+33465710001";
const JOIN: &str = "form[action$='/reunir'] button";
const PART: &str = "form[action$='/separer'] button";

async fn count(page: &Page, css: &str) -> i64 {
    page.ask(&format!("return document.querySelectorAll(\"{css}\").length")).await.as_i64().unwrap()
}

/// How many callbacks wait.
async fn waiting(seat: &Seat, page: &Page) -> i64 {
    page.goes(&format!("{}/console/file", seat.address)).await;
    page.shows("Rappels à faire").await;
    count(page, "[data-key]").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_requests_become_one_by_a_button_and_a_supervisor_makes_two_of_it_again() {
    let seat = Seat::ready().await;
    shopping::to_the_end(&seat.service.exchange, ODETTE, LINE).await;
    seat.service.clock.advance(Duration::from_mins(30));
    shopping::to_the_end(&seat.service.exchange, ODETTE, LINE).await;
    let (awa, helene) = (seat.who("awa", &[Role::Agent]).await, seat.who("helene", &[Role::Supervisor]).await);
    let page = seat.sits(&awa, "/console/demandes", Look::default()).await;
    page.click("tbody th a").await;
    page.shows("Peut-être la même demande").await;
    let kept = page.url().await;
    let other = page
        .ask(&format!(
            "return document.querySelector(\"{JOIN}\").form.previousElementSibling.previousElementSibling.href"
        ))
        .await;
    page.picture("deux-demandes").await;
    page.click(JOIN).await;
    page.shows("Les deux demandes n'en font plus qu'une : celle-ci continue.").await;
    page.shows("Demandes réunies").await;
    assert!(!page.text("main").await.contains("Peut-être la même demande"), "that was decided");
    page.picture("reunies").await;
    assert_eq!(waiting(&seat, &page).await, 1, "one callback for both");
    page.goes(other.as_str().unwrap()).await;
    page.shows("Cette demande est réunie à une autre").await;
    page.picture("reunie-a").await;
    assert_eq!(count(&page, PART).await, 0, "an agent asks a supervisor");
    page.click(".me button").await;
    page.goes(other.as_str().unwrap()).await;
    seat.signs_in(&page, &helene).await;
    page.click(PART).await;
    page.shows("Ce sont de nouveau deux demandes, comme avant.").await;
    page.picture("separees").await;
    assert_eq!((count(&page, JOIN).await, count(&page, PART).await), (1, 0));
    page.goes(&kept).await;
    page.shows("Peut-être la même demande").await;
    assert_eq!(waiting(&seat, &page).await, 2, "each has its own again");
    page.close().await;
}
