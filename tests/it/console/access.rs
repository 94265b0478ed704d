//! Every address of the console, from the router's own list: nobody gets in without a session, a role, a token, an origin
//! of ours, or to another line's things (T15, T16). An address that this file does not know fails the test.

use axum::http::{Method, StatusCode};
use ligne_solidaire::console::{Access, Route, routes};
use ligne_solidaire::id::Ids;
use ligne_solidaire::operators::Role;
use ligne_solidaire::operators::links::Chosen;
use ligne_solidaire::outbox::Job;
use uuid::Uuid;

use super::agent;
use crate::support::browser::{Browser, lines, signed_in};
use crate::support::desk::{Desk, Who, now, write};
use crate::support::people::{PASSWORD, TownHall};
use crate::support::service::{PUBLIC, Service};
use crate::support::test_db::{TestDb, number, on_both};

/// An id of another line for each kind of thing that addresses name.
struct Elsewhere {
    callback: Uuid,
    request: Uuid,
    operator: Uuid,
    job: Uuid,
    line: Uuid,
    plan: Uuid,
    signal: Uuid,
    message: Uuid,
}

impl Elsewhere {
    async fn beside(service: &Service) -> Self {
        let desk = Desk::on(service).await;
        let callback = desk.waits_on(desk.elsewhere, &desk.item(2, -60, 180)).await;
        let request = desk.request_on(desk.elsewhere, "777001").await;
        let operator = desk.operator(&Who { name: "Eve", roles: "agent", langs: "fr" }, desk.elsewhere).await;
        let job = desk.gives_up(Job::AlertOnCall { callback_id: callback, round: 1 }, "it took too long").await;
        let (plan, signal, message) = (desk.ids.row(now()), desk.ids.row(now()), desk.ids.row(now()));
        decided(&desk, plan, operator).await;
        reported(&desk, signal, callback, operator).await;
        spoken(&desk, message).await;
        Self { callback, request, operator, job, line: desk.elsewhere, plan, signal, message }
    }

    /// The address with such ids in it.
    fn path(&self, route: &Route) -> String {
        let kind = route.path.split('/').nth(2).unwrap_or_default();
        let id = match kind {
            _ if !route.path.contains('{') => String::new(),
            "rappels" => self.callback.to_string(),
            "demandes" => self.request.to_string(),
            "comptes" => self.operator.to_string(),
            "ligne" | "carte" => self.line.to_string(),
            "plans" => self.plan.to_string(),
            "signalements" => self.signal.to_string(),
            "travaux" => self.job.to_string(),
            // A link is nobody's until it is opened: this one never was.
            "lien" => "0".repeat(64),
            "messages" => self.message.to_string(),
            _ => panic!("say here what {} names, with an id of another line", route.path),
        };
        route.path.replace("{id}", &id).replace("{token}", &id)
    }
}

/// A plan for a caller of that other line.
async fn decided(desk: &Desk, plan: Uuid, by: Uuid) {
    let (line, caller) = (desk.elsewhere.to_string(), desk.ids.row(now()).to_string());
    let reason = desk.keyring.seal("caller_plans.reason", &plan.to_string(), b"x");
    let hers = caller.clone();
    write(&desk.db, move |query| {
        query("insert into callers (id, number_index, number, lang, first_seen_at, last_seen_at) values ($1, $1, $2, 'fr', 0, 0)")
            .bind(hers)
            .bind(vec![0_u8])
    })
    .await;
    write(&desk.db, move |query| {
        query("insert into caller_plans (id, line_id, caller_id, kind, reason, expires_at, made_by, made_at) values ($1, $2, $3, 'block', $4, $5, $6, 0)")
            .bind(plan.to_string())
            .bind(line)
            .bind(caller)
            .bind(reason)
            .bind(i64::MAX)
            .bind(by.to_string())
    })
    .await;
}

/// A report about a callback of that other line.
async fn reported(desk: &Desk, signal: Uuid, callback: Uuid, by: Uuid) {
    let line = desk.elsewhere.to_string();
    let content = desk.keyring.seal("signals.content", &signal.to_string(), b"{}");
    write(&desk.db, move |query| {
        query("insert into signals (id, line_id, callback_id, operator_id, at, content) values ($1, $2, $3, $4, 0, $5)")
            .bind(signal.to_string())
            .bind(line)
            .bind(callback.to_string())
            .bind(by.to_string())
            .bind(content)
    })
    .await;
}

/// A message that was left on that other line, whose sound is there.
async fn spoken(desk: &Desk, message: Uuid) {
    let (line, call) = (desk.elsewhere.to_string(), desk.ids.row(now()).to_string());
    let sound = desk.keyring.seal("recordings.audio", &message.to_string(), b"RIFF");
    let its = call.clone();
    write(&desk.db, move |query| {
        query("insert into calls (id, sid, line_id, started_at, seen_at, turn, session, state) values ($1, $1, $2, 0, 0, 1, $3, 'ended')")
            .bind(its)
            .bind(line)
            .bind(vec![0_u8])
    })
    .await;
    write(&desk.db, move |query| {
        query("insert into recordings (id, call_id, turn, step, source_index, source, state, created_at) values ($1, $2, 1, 'x', $1, $3, 'kept', 0)")
            .bind(message.to_string())
            .bind(call)
            .bind(vec![0_u8])
    })
    .await;
    write(&desk.db, move |query| {
        query("insert into recording_audio (recording_id, audio) values ($1, $2)").bind(message.to_string()).bind(sound)
    })
    .await;
}

fn signed() -> impl Iterator<Item = Route> {
    routes().list.into_iter().filter(|route| route.access != Access::Open)
}

/// Addresses that never end: asking for one in this process waits for ever.
fn is_stream(route: &Route) -> bool {
    route.path == "/console/flux"
}

async fn ask(browser: &Browser, route: &Route, path: &str) -> StatusCode {
    if route.method == Method::GET { browser.get(path).await.status } else { browser.post(path, &[]).await.status }
}

#[tokio::test]
async fn without_a_session_a_page_leads_to_the_sign_in_and_a_form_is_kept() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let elsewhere = Elsewhere::beside(&service).await;
    let stranger = Browser::stranger(&service);
    let mut asked = 0;
    for route in signed() {
        let path = elsewhere.path(&route);
        let expected = if route.method == Method::GET { StatusCode::SEE_OTHER } else { StatusCode::UNAUTHORIZED };
        assert_eq!(ask(&stranger, &route, &path).await, expected, "{} {path}", route.method);
        asked += 1;
    }
    eprintln!("{asked} addresses asked for without a session");
}

#[tokio::test]
async fn no_change_is_made_without_its_token_or_from_another_origin() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let elsewhere = Elsewhere::beside(&service).await;
    let everybody = signed_in(&service, "Awa", &Role::ALL, &lines(&service)).await;
    let token = everybody.token.clone();
    let mut refused = 0;
    for route in routes().list.into_iter().filter(|route| route.method != Method::GET) {
        let path = elsewhere.path(&route);
        let open = route.access == Access::Open;
        let without_token = [(Some(PUBLIC), None), (Some(PUBLIC), Some("x"))];
        let from_elsewhere = [Some("https://ailleurs.example"), Some("null"), None];
        let from_elsewhere = from_elsewhere.map(|origin| (origin, Some(token.as_str())));
        for (origin, token) in without_token.into_iter().filter(|_| !open).chain(from_elsewhere) {
            let seen = everybody.post_from(&path, &[], origin, token).await;
            assert_eq!(seen.status, StatusCode::FORBIDDEN, "{path} {origin:?} {token:?}");
            refused += 1;
        }
    }
    eprintln!("{refused} forms refused: token or origin");
}

#[tokio::test]
async fn every_address_is_refused_to_the_roles_that_do_not_need_it() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let elsewhere = Elsewhere::beside(&service).await;
    let mut refused = 0;
    for role in Role::ALL {
        let browser = signed_in(&service, "Luc", &[role], &lines(&service)).await;
        for route in signed() {
            let Access::Signed(right) = route.access else { continue };
            if role.may(right) || is_stream(&route) {
                continue;
            }
            let path = elsewhere.path(&route);
            assert_eq!(ask(&browser, &route, &path).await, StatusCode::FORBIDDEN, "{role:?} {path}");
            refused += 1;
        }
    }
    eprintln!("{refused} addresses refused to a role");
}

#[tokio::test]
async fn before_the_second_factor_every_address_leads_to_setting_it_up() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let (hall, elsewhere) = (TownHall::of(&service), Elsewhere::beside(&service).await);
    let added = hall.add("awa", &Role::ALL, &lines(&service)).await;
    let Chosen::In(limited) = hall.choose(&added.link, PASSWORD).await else { panic!("the link is fresh") };
    let awa = Browser::with(&service, &limited.token);
    let mut led = 0;
    for route in signed().filter(|route| route.access != Access::Session) {
        let seen = if route.method == Method::GET {
            awa.get(&elsewhere.path(&route)).await
        } else {
            awa.post(&elsewhere.path(&route), &[]).await
        };
        assert_eq!(
            (seen.status, seen.location()),
            (StatusCode::SEE_OTHER, "/console/second-facteur"),
            "{}",
            route.path
        );
        led += 1;
    }
    eprintln!("{led} addresses lead to the second factor");
}

#[tokio::test]
async fn of_another_line_nothing_is_there() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let elsewhere = Elsewhere::beside(&service).await;
        let everybody = signed_in(&service, "Awa", &Role::ALL, &lines(&service)).await;
        let mut hidden = 0;
        for route in signed().filter(|route| route.path.contains("{id}")) {
            let path = elsewhere.path(&route);
            assert_eq!(ask(&everybody, &route, &path).await, StatusCode::NOT_FOUND, "{} {path}", route.method);
            let odd = route.path.replace("{id}", "%2e%2e%2fetc");
            assert_eq!(ask(&everybody, &route, &odd).await, StatusCode::NOT_FOUND, "{odd}");
            hidden += 1;
        }
        eprintln!("{hidden} addresses of another line hidden");
    })
    .await;
}

#[tokio::test]
async fn every_page_forbids_foreign_scripts_frames_and_copies() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    for path in ["/console/file", "/console/entrer", "/console/nulle-part", "/console/rappels/x"] {
        let seen = agent(&service, "Awa").await.get(path).await;
        let header = |name: &str| seen.headers.get(name).map_or("", |value| value.to_str().unwrap());
        assert!(header("content-security-policy").contains("script-src 'self'"), "{path}");
        assert!(!header("content-security-policy").contains("unsafe"), "{path}");
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert!(header("strict-transport-security").contains("max-age"), "{path}");
        assert!(!seen.body.contains("<script>") && !seen.body.contains(" style=") && !seen.body.contains(" onclick"));
    }
}

#[tokio::test]
async fn the_form_of_an_ended_session_waits_behind_the_sign_in() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let awa = agent(&service, "Awa").await;
    service.clock.advance(std::time::Duration::from_hours(2));
    let text = "Elle a été vue ce matin.\n<b>Très</b> fatiguée.";
    let seen = awa.post("/console/suivante", &[("note", text)]).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
    assert!(seen.body.contains("ce que vous avez écrit vous attend"), "{}", seen.body);
    assert!(seen.body.contains("note=Elle+a+%C3%A9t%C3%A9+vue+ce+matin."), "{}", seen.body);
    assert!(!seen.body.contains(&awa.token), "the token of the ended session is not carried");
}

#[tokio::test]
async fn a_page_older_than_the_session_keeps_what_was_typed_and_does_nothing() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let awa = signed_in(&service, "Awa", &[Role::Agent], &lines(&service)).await;
        let id = Desk::on(&service).await.something().await;
        awa.post(&format!("/console/rappels/{id}/prendre"), &[]).await;
        let path = format!("/console/rappels/{id}/terminer");
        let form = [("issue", "SONNE"), ("note", "Elle ne répond pas à midi.")];
        let seen = awa.post_from(&path, &form, Some(PUBLIC), Some("celui d'hier")).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN);
        for kept in
            ["<dt>Votre note</dt><dd>Elle ne répond pas à midi.</dd>", "Enregistrer maintenant", &path, &awa.token]
        {
            assert!(seen.body.contains(kept), "{kept}: {}", seen.body);
        }
        assert_eq!(number(&base.db, "select count(*) from notes").await, 0);
    })
    .await;
}
