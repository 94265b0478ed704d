//! The telephone page in a real browser.
//!
//! [`Phone`] drives the page of whatever service is served to it, so that the same calls are made on a small line here and
//! on the real service.

use std::ops::Deref;

use axum::Router;
use ligne_solidaire::simulator::page::{self, Caller, Demo};
use serde_json::json;

use crate::simulator::{LINE, exchange};
use crate::support::chromium::{Look, Page, serve};
use crate::support::service::{self, Service};
use crate::support::test_db::{TestDb, number};

/// A browser that shows the telephone page of a service.
pub(crate) struct Phone(Page);

impl Deref for Phone {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.0
    }
}

impl Phone {
    /// Serves `service` on a free port and opens its telephone page; `query` is `silencieux=1` and the like.
    pub(crate) async fn open(service: Router, query: &str, look: Look) -> Self {
        let address = serve(service).await;
        let page = Page::at(&format!("http://{address}/demo?{query}"), look).await;
        page.until("#appelant option", "Odette").await;
        Self(page)
    }

    /// Waits for a question of the line.
    async fn asked(&self, question: &str) {
        self.until("#journal li", question).await;
        self.until("#etat", "À vous").await;
    }

    /// Waits for the beep and speaks, by typing where there is no microphone.
    async fn says(&self, question: &str, words: &str) {
        self.until("#journal li", question).await;
        self.until("#micro", "Pas de micro").await;
        self.keyboard(words).await;
        self.click("#fini").await;
        self.until("#journal li", words).await;
    }

    /// Calls, and answers by keys as far as the first message.
    async fn asks_for_shopping(&self) {
        self.click("#appeler").await;
        for (question, key) in [
            ("Pour des courses, tapez 1.", "1"),
            ("Pour vous, tapez 1.", "1"),
            ("Nourriture, tapez 1.", "1"),
            ("Avez-vous à manger", "1"),
            ("Pour aujourd'hui, tapez 1.", "2"),
        ] {
            self.asked(question).await;
            self.click(&format!("#clavier [data-key='{key}']")).await;
        }
    }

    /// Ends the test of the page: nothing went wrong behind it.
    async fn close(self) {
        let faults = "return [...document.querySelectorAll('.fault')].map((fault) => fault.textContent)";
        assert_eq!(self.ask(faults).await, json!([]));
        self.0.close().await;
    }
}

/// The small line of the exchange's tests, with the telephone page beside it.
fn tiny_demo() -> Router {
    let (exchange, _) = exchange(|_| {});
    let odette = Caller { name: "Odette".to_owned(), number: "04 65 71 00 01".to_owned() };
    page::router(Demo {
        exchange,
        line: LINE.to_owned(),
        name: "Ligne d'entraide de Montrelais".to_owned(),
        callers: vec![odette],
    })
}

/// The real service on its database, with the telephone page beside it.
fn real_demo(real: &Service) -> Router {
    page::router(Demo {
        exchange: real.exchange.clone(),
        line: service::LINE.to_owned(),
        name: "Ligne d'entraide de Montpellier".to_owned(),
        callers: vec![Caller { name: "Odette".to_owned(), number: "04 65 71 00 01".to_owned() }],
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shopping_is_asked_for_on_the_page_by_keys_from_ring_to_goodbye() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let page = Phone::open(real_demo(&service), "silencieux=1", Look::default()).await;
    page.picture("1-accueil").await;
    page.asks_for_shopping().await;
    page.picture("2-menu").await;
    page.says("dites ce qu'il vous faut", "Du lait, du pain et des pommes.").await;
    page.picture("3-message").await;
    page.asked("Tapez votre code postal").await;
    page.keyboard("34000").await;
    page.says("dites votre adresse", "Douze, rue de la Loge").await;
    page.says("dites votre prénom et votre nom", "Odette Martin").await;
    for question in ["Vous rappeler au", "Un seul voisin recevra", "Je résume : Des courses"] {
        page.asked(question).await;
        page.keyboard("1").await;
    }
    page.until("#journal li", "C'est enregistré. Demande numéro").await;
    page.until("#journal li", "Au revoir, vous pouvez raccrocher.").await;
    page.until("#etat", "Appel terminé").await;
    page.picture("4-fin").await;
    assert_eq!(number(&base.db, "select count(*) from requests where category = 'courses'").await, 1);
    assert_eq!(page.ask("return document.getElementById('raccrocher').disabled").await, json!(true));
    page.close().await;
}

/// Answers of the server about the state of telephones come late: those asked before a deed arrive after it.
const LATE: &str = "
    const prompt = window.fetch;
    window.fetch = async (...asked) => {
        const answer = await prompt(...asked);
        if (String(asked[0]).startsWith('/demo/state')) await new Promise((done) => setTimeout(done, 700));
        return answer;
    };";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_answer_of_the_server_does_not_take_the_keys_of_the_next_question() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let page = Phone::open(real_demo(&service), "silencieux=1", Look::default()).await;
    page.asks_for_shopping().await;
    page.until("#micro", "Pas de micro").await;
    page.ask(LATE).await;
    page.says("dites ce qu'il vous faut", "Du lait.").await;
    page.asked("Tapez votre code postal").await;
    assert_eq!(page.ask("return document.getElementById('message').hidden").await, json!(true));
    page.keyboard("34000").await;
    page.says("dites votre adresse", "Douze, rue de la Loge").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_is_reached_by_the_keyboard_alone() {
    let page = Phone::open(tiny_demo(), "silencieux=1", Look { dark: true, ..Look::default() }).await;
    page.click("#appeler").await;
    page.until("#etat", "À vous : une touche").await;
    page.keyboard("0").await;
    page.until(".card [role=status]", "Ce téléphone sonne").await;
    page.picture("5-sonnerie-sombre").await;
    page.ask("document.querySelector('.card .take').focus()").await;
    page.keyboard("\u{e007}").await; // Enter
    page.until(".card li", "Pour le prendre, tapez 1").await;
    page.ask("document.querySelector('.mini [data-key=\"1\"]').focus()").await;
    page.keyboard("\u{e00d}").await; // space
    page.until("#journal li", "Vous êtes en communication avec le bureau 1.").await;
    page.until("#etat", "En communication").await;
    page.picture("6-communication-sombre").await;
    page.click("#raccourcis").await;
    page.keyboard("\u{e00c}").await; // Escape, turned off
    page.click("#raccourcis").await;
    assert_eq!(page.text("#etat").await, "En communication", "Escape does nothing when it is turned off");
    page.keyboard("\u{e00c}").await;
    page.until("#journal li", "Vous avez raccroché.").await;
    page.until(".card [role=status]", "Raccroché").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_nothing_hears_the_line_again_on_a_small_telephone() {
    let look = Look { width: Some(320), ..Look::default() };
    let page = Phone::open(tiny_demo(), "silencieux=1&patience=0.05", look).await;
    page.picture("7-etroit").await;
    page.ask("document.getElementById('appelant').value = 'masqué'").await;
    page.click("#appeler").await;
    page.until("#journal li", "un numéro masqué").await;
    page.until("#journal li", "Prenez votre temps.").await;
    page.click("#raccrocher").await;
    page.until("#etat", "Appel terminé").await;
    page.picture("8-etroit-fin").await;
    let widest = page.ask("return document.documentElement.scrollWidth").await;
    assert!(widest.as_u64().unwrap() <= 320, "the page is {widest} pixels wide");
    page.close().await;
}
