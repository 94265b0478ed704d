//! Every page of the router's own list under axe-core (WCAG 2.1 AA, no rule and no element left out), by day and by night,
//! at 320 pixels and at 200 %.
//!
//! The engine is a declared package of `tests/accessibility`, installed by `tests/all` (`npm ci`).

use std::path::Path;

use axum::http::Method;
use ligne_solidaire::console::{Route, routes};
use ligne_solidaire::id::Ids;
use ligne_solidaire::operators::Role;
use serde_json::Value;

use super::browser::Seat;
use crate::support::browser::lines;
use crate::support::browser::signed_in;
use crate::support::chromium::{Look, Page};
use crate::support::desk::Desk;
use crate::support::people::PASSWORD;
use crate::support::service::LINE;
use crate::support::shopping;

/// What is asked of each page, and told of it.
const RUN: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] } }).then((found) =>
        done({
            passed: found.passes.length,
            violations: found.violations.map((rule) =>
                rule.id + ': ' + rule.help + ' | ' + rule.nodes.map((node) => node.html.slice(0, 160) + ' ' + (node.any[0]?.message ?? '')).join(' || ')),
        }),
        (error) => done({ passed: 0, violations: ['the engine failed: ' + error] }));";

fn engine() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/accessibility/node_modules/axe-core/axe.min.js");
    let missing = "axe-core is not installed: run « npm ci » in tests/accessibility, or tests/all, which does it";
    std::fs::read_to_string(file).expect(missing)
}

/// Pages without a body to look at: a stream, files, sounds, tables to download.
fn is_page(route: &Route) -> bool {
    let elsewhere = ["/console/flux", "/console/fichiers", "/console/theme.css", "/console/logo", "/console/messages"];
    let download = Path::new(route.path).extension().is_some();
    route.method == Method::GET && !download && !elsewhere.iter().any(|path| route.path.starts_with(path))
}

/// A day of work: callbacks of every kind, a request from a call with its messages, notes, a danger.
async fn a_day(seat: &Seat) -> (String, String, String) {
    shopping::to_the_end(&seat.service.exchange, "+33465710001", LINE).await;
    seat.service.work().await;
    let desk = Desk::on(&seat.service).await;
    desk.waits(&desk.item(3, -900, -60)).await;
    desk.waits(&desk.item(1, -10, 50)).await;
    let danger = desk.waits(&desk.item(0, -1, 14)).await;
    let request = desk.request_on(desk.line, "777001").await;
    let awa = signed_in(&seat.service, "Awa", &[Role::Agent], &[desk.line]).await;
    let signal = desk.ids.row(crate::support::desk::now()).to_string();
    let said =
        [("formulaire", signal.as_str()), ("danger", "oui"), ("expose", "Une enfant"), ("dit", "« Il me tape. »")];
    let path = format!("/console/rappels/{danger}/signaler");
    let reported = awa.post_from(&path, &said, Some(&seat.address), Some(&awa.token)).await;
    assert!(reported.location().ends_with("dit=signale"));
    (danger.to_string(), request.to_string(), signal)
}

/// Goes through every page; gives what the engine objects to.
async fn objections(seat: &Seat, page: &Page, who: &str, ids: &(String, String, String), name: &str) -> Vec<String> {
    let engine = engine();
    let (mut found, mut passed, mut pages) = (Vec::new(), 0, 0);
    for route in routes().list.iter().filter(|route| is_page(route) && !route.path.contains("{token}")) {
        let id = match route.path.split('/').nth(2) {
            Some("rappels") => &ids.0,
            Some("demandes") => &ids.1,
            Some("comptes") => who,
            Some("signalements") => &ids.2,
            _ if route.path.contains('{') => panic!("say here what {} names", route.path),
            _ => "",
        };
        let path = route.path.replace("{id}", id);
        // The form of a need is longer than the list of needs.
        let path = if path == "/console/guichet" { path + "?besoin=courses" } else { path };
        page.goes(&format!("{}{path}", seat.address)).await;
        page.picture(&format!("{name}{}", route.path.replace('/', "-"))).await;
        page.ask(&engine).await;
        let told: Value = page.ask_async(RUN).await;
        let violations = told["violations"].as_array().cloned().unwrap_or_default();
        found.extend(violations.iter().map(|rule| format!("{name} {path} {}", rule.as_str().unwrap_or_default())));
        let widest = page.ask("return document.documentElement.scrollWidth - window.innerWidth").await;
        if widest.as_i64().is_none_or(|over| over > 0) {
            found.push(format!("{name} {path} is {widest} pixels too wide"));
        }
        passed += told["passed"].as_u64().unwrap_or_default();
        pages += 1;
    }
    eprintln!("{name}: {pages} pages, {passed} rules passed, {} objections", found.len());
    assert!(passed > pages, "the engine looked at nothing");
    found
}

/// What the engine objects to on the page that is shown.
async fn looks_at(page: &Page, name: &str) -> Vec<String> {
    page.picture(name).await;
    page.ask(&engine()).await;
    let told: Value = page.ask_async(RUN).await;
    assert!(told["passed"].as_u64().is_some_and(|passed| passed > 0), "the engine looked at nothing");
    let violations = told["violations"].as_array().cloned().unwrap_or_default();
    let mut found: Vec<_> =
        violations.iter().map(|rule| format!("{name} {}", rule.as_str().unwrap_or_default())).collect();
    let widest = page.ask("return document.documentElement.scrollWidth - window.innerWidth").await;
    found.extend(widest.as_i64().filter(|over| *over > 0).map(|over| format!("{name} is {over} pixels too wide")));
    found
}

/// The pages that nobody sees from inside: signing in, a link, a first telephone, and what each says of a mistake.
async fn every_page_before(look: Look, name: &str) {
    let seat = Seat::ready().await;
    let added = seat.hall.add("luc", &[Role::Agent], &lines(&seat.service)).await;
    let page = Page::at(&format!("{}/console/entrer", seat.address), look).await;
    let mut found = looks_at(&page, &format!("{name}-entrer")).await;
    page.write("#identifiant", "luc").await;
    page.write("#mot_de_passe", "faux").await;
    page.click("button.main").await;
    page.until("#refus", "pas le bon").await;
    found.extend(looks_at(&page, &format!("{name}-entrer-refus")).await);
    page.goes(&format!("{}/console/lien/rien", seat.address)).await;
    found.extend(looks_at(&page, &format!("{name}-lien-passe")).await);
    page.goes(&format!("{}/console/lien/{}", seat.address, added.link)).await;
    for (password, then) in [("court", "#refus"), (PASSWORD, "#code")] {
        page.write("#mot_de_passe", password).await;
        page.write("#encore", password).await;
        page.click("button.main").await;
        page.until(then, "").await;
        found.extend(looks_at(&page, &format!("{name}-lien{}", then.replace('#', "-"))).await);
    }
    page.write("#code", "000000").await;
    page.click("button.main").await;
    page.until("#refus", "Ce code").await;
    found.extend(looks_at(&page, &format!("{name}-second-facteur-refus")).await);
    page.close().await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_before_a_session_is_accessible_by_day() {
    every_page_before(Look::default(), "jour").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_before_a_session_is_accessible_at_320_pixels_by_night() {
    every_page_before(Look { width: Some(320), dark: true, ..Look::default() }, "etroit-nuit").await;
}

async fn every_page(look: Look, name: &str) {
    let seat = Seat::ready().await;
    let ids = a_day(&seat).await;
    let awa = seat.who("awa", &Role::ALL).await;
    let page = seat.sits(&awa, "/console", look).await;
    let found = objections(&seat, &page, &awa.id.to_string(), &ids, name).await;
    page.close().await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_accessible_by_day() {
    every_page(Look::default(), "jour").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_accessible_by_night() {
    every_page(Look { dark: true, ..Look::default() }, "nuit").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_accessible_at_320_pixels() {
    every_page(Look { width: Some(320), ..Look::default() }, "etroit").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_accessible_at_320_pixels_by_night() {
    every_page(Look { width: Some(320), dark: true, ..Look::default() }, "etroit-nuit").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_accessible_at_200_percent() {
    every_page(Look { width: Some(640), ..Look::default() }, "double").await;
}
