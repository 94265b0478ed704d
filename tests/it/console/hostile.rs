//! Hostile text in every field of every form of the console, from the pages' own HTML: it is refused with what was typed
//! still there, or shown everywhere as text. A page, form or field that is added is covered without a word here.

mod stage;

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use ligne_solidaire::operators::Role;

use self::stage::{Sought, Stage, shape};
use super::browser::Seat;
use crate::support::browser::{Browser, Seen};
use crate::support::chromium::Look;
use crate::support::html::{Field, Form, Piece, forms, pieces};
use crate::support::people::PASSWORD;
use crate::support::service::PUBLIC;
use crate::support::test_db::TestDb;

/// What somebody types who means harm, or whose language is not ours. Scripts leave a mark: `window.x9`.
fn payloads() -> Vec<(&'static str, String)> {
    let text = str::to_owned;
    vec![
        ("script", text("<script>window.x9=1</script>")),
        ("attribute", text("\" autofocus onfocus=\"window.x9=2")),
        ("apostrophe", text("' autofocus onfocus='window.x9=3")),
        ("tag", text("'\"><img src=x onerror=window.x9=4>")),
        ("textarea", text("</textarea><img src=x onerror=\"window.x9=5\">")),
        ("closing", text("</option></select></title><svg onload=window.x9=6><x9>")),
        ("template", text("{{7*7}}${7*7}<%= 7*7 %>")),
        ("address", text("javascript:alert(window.x9=7)")),
        ("decoded", text("&lt;script&gt;window.x9=8&lt;/script&gt;&#60;x9&#62;")),
        ("header", text("x\r\nSet-Cookie: x9=9\r\n\r\n<x9>")),
        ("order", text("Odile\u{202e}nitraM\u{2066}")),
        ("control", text("a\u{0}b\u{1b}[31mc\u{feff}d")),
        ("family", text("👩‍👩‍👧‍👦🇫🇷")),
        ("marks", format!("Z{}", "\u{301}\u{489}".repeat(100))),
        ("arabic", text("مرحبا بك في البلدية 12")),
        ("long", "<x9 onclick=x9>é ".repeat(6_000)),
    ]
}

/// Those that would be markup if they were not written as text.
const MARKUP: &[&str] = &["script", "attribute", "apostrophe", "tag", "textarea", "closing", "decoded"];
/// Those that would run in four ways.
const RUNS: [&str; 4] = ["script", "attribute", "textarea", "closing"];

/// What is put into fields that nobody types into: hidden ones, lists, boxes.
const FORGED: [&str; 2] = ["onerror=window.x9=4", "\u{0}"];

const LONGEST_ADDRESS: usize = 8_000;

/// What was seen on the way.
#[derive(Default)]
struct Told {
    /// Forms and fields, as they are shown before anything is sent.
    fields: BTreeSet<String>,
    sent: usize,
    /// Fields in which hostile text was kept.
    kept: BTreeSet<String>,
    /// Fields that refused some, with everything that was typed.
    refused: BTreeSet<String>,
    pages: usize,
    /// Pages that show it, by the name of the text.
    shown: BTreeMap<&'static str, BTreeSet<String>>,
}

/// Every form of every page, with every text in each of its fields.
async fn every_field(base: &TestDb, names: &[&str]) -> Told {
    let service = stage::service(base).await;
    let (mut stage, mut told) = (Stage::of(&service, PUBLIC).await, Told::default());
    for (name, payload) in payloads().into_iter().filter(|(name, _)| names.contains(name)) {
        for page in stage::pages() {
            let seen = stage.look(&page).await;
            let all = forms(&seen.body);
            for (place, form) in all.iter().enumerate() {
                for field in 0..form.fields.len() {
                    one_field(&mut stage, &page, &Sought::of(&all, place, field), &payload, &mut told).await;
                }
            }
        }
        look_around(&stage, (name, &payload), &mut told).await;
    }
    told
}

/// Puts the text into one field of a form, and sends the rest as it was.
async fn one_field(stage: &mut Stage<'_>, page: &str, sought: &Sought, payload: &str, told: &mut Told) {
    let (form, field) = stage.again(page, sought).await;
    let touched = &form.fields[field];
    // What a person cannot type is forged in some ways, not in each.
    let forged = FORGED.iter().any(|sign| payload.contains(sign));
    if touched.name == "jeton" || !(touched.is_typed() || forged) {
        return;
    }
    // No browser makes an address that long.
    if !form.posts && payload.len() > LONGEST_ADDRESS {
        return;
    }
    let what = format!("{page} {} {}", shape(&form.action), shape(&touched.name));
    let values: Vec<_> = form
        .fields
        .iter()
        .enumerate()
        .filter(|(at, one)| one.sent || *at == field)
        .map(|(at, one)| (one.name.as_str(), if at == field { payload } else { stage::given(one) }))
        .collect();
    let seen = stage.sends(&form, &values).await;
    told.fields.insert(what.clone());
    told.sent += 1;
    is_harmless(&seen, &what);
    if !form.posts {
        return;
    }
    if seen.status.is_success() {
        told.kept.insert(what);
    } else if seen.status == StatusCode::SEE_OTHER {
        told.kept.insert(what.clone());
        is_harmless(&stage.awa.get(seen.location()).await, &format!("{what} then {}", seen.location()));
    } else if touched.is_typed() {
        assert!(seen.status.is_client_error(), "{what} {} {}", seen.status, seen.body);
        keeps_what_was_typed(&seen, &values, &form, &what);
        told.refused.insert(what);
    }
}

/// A refusal shows every text again, in a field, as it was typed.
fn keeps_what_was_typed(seen: &Seen, values: &[(&str, &str)], form: &Form, what: &str) {
    let again: Vec<Field> = forms(&seen.body).into_iter().flat_map(|form| form.fields).collect();
    for (name, value) in values {
        let typed = form.fields.iter().any(|field| field.name == *name && field.is_typed());
        let there = |field: &Field| field.name == *name && plain(&field.value) == plain(value);
        let short = words(&seen.body).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!typed || again.iter().any(there), "{what} lost « {name} »: {} {short}", seen.status);
    }
}

/// As it is compared: what a form may not bring back is left out.
fn plain(text: &str) -> String {
    let unseen = |one: char| one.is_control() || one == '\u{feff}' || turns(one);
    text.chars().filter(|one| !unseen(*one)).collect::<String>().trim().to_owned()
}

/// Turns the order of what is written around it.
fn turns(one: char) -> bool {
    matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Looks at every page for what was kept.
async fn look_around(stage: &Stage<'_>, (name, payload): (&'static str, &str), told: &mut Told) {
    for page in stage::pages() {
        let seen = stage.look(&page).await;
        is_harmless(&seen, &format!("{page} after « {name} »"));
        told.pages += 1;
        if words(&seen.body).contains(&plain(payload)) {
            told.shown.entry(name).or_default().insert(page);
        }
    }
}

/// The text of a page outside of its fields.
fn words(page: &str) -> String {
    let mut typed = false;
    let text = pieces(page).into_iter().filter_map(|piece| match piece {
        Piece::Open(tag) => {
            typed = tag.name == "textarea";
            None
        }
        Piece::Close(_) => None,
        Piece::Text(text) => Some(text).filter(|_| !typed),
    });
    text.collect::<Vec<_>>().join(" ")
}

/// Nothing of a page is markup but what its template says, and no failure is shown.
fn is_harmless(seen: &Seen, what: &str) {
    assert!(!seen.status.is_server_error(), "{what}: {} {}", seen.status, seen.body);
    assert!(seen.headers.get("set-cookie").is_none(), "{what} sets a cookie");
    assert!(!seen.body.contains('\0'), "{what} holds a zero byte");
    if is_table(seen) {
        return;
    }
    for piece in pieces(&seen.body) {
        let Piece::Open(tag) = piece else { continue };
        assert_ne!(tag.name, "x9", "{what}");
        let ours = |address: &str| address.starts_with("/console/fichiers/");
        assert!(tag.name != "script" || tag.get("src").is_some_and(ours), "{what} has a script: {tag:?}");
        for (name, value) in &tag.attributes {
            assert!(!name.starts_with("on") && !["style", "srcdoc", "x9"].contains(&name.as_str()), "{what}: {tag:?}");
            let leads = ["href", "src", "action", "formaction"].contains(&name.as_str());
            let inside =
                value.is_empty() || ["/", "#", "?", "tel:", "otpauth:"].iter().any(|start| value.starts_with(start));
            assert!(!leads || inside, "{what} leads elsewhere: {tag:?}");
        }
    }
    if let Some(odd) = words(&seen.body).chars().find(|one| turns(*one)) {
        panic!("{what} shows {odd:?}, which turns around what stands beside it: {}", seen.body);
    }
}

/// A table to download is no page: nothing in it is markup.
fn is_table(seen: &Seen) -> bool {
    let header = |name: &str| seen.headers.get(name).map_or("", |value| value.to_str().unwrap());
    header("content-type").starts_with("text/csv") && header("content-disposition").starts_with("attachment")
}

/// What the pages of today have, and no less.
fn is_enough(told: &Told, shown_on: &[&str]) {
    let shown: BTreeSet<_> = told.shown.values().flatten().collect();
    eprintln!(
        "{} fields, {} forms sent, kept in {} fields, refused in {}, {} pages looked at, shown by {}: {:?}",
        told.fields.len(),
        told.sent,
        told.kept.len(),
        told.refused.len(),
        told.pages,
        shown.len(),
        told.shown
    );
    assert!(told.fields.len() >= 70 && told.kept.len() >= 30 && told.refused.len() >= 10, "{:?}", told.fields);
    for name in shown_on {
        assert!(told.shown.get(name).is_some_and(|pages| pages.len() >= 4), "{name} is hardly shown: {:?}", told.shown);
    }
}

#[tokio::test]
async fn every_field_of_every_form_takes_markup_as_text() {
    let told = every_field(&TestDb::sqlite().await, MARKUP).await;
    is_enough(&told, &["script", "attribute", "textarea"]);
}

#[tokio::test]
async fn every_field_of_every_form_takes_other_scripts_and_odd_characters_as_text() {
    let others: Vec<_> = payloads().into_iter().map(|(name, _)| name).filter(|name| !MARKUP.contains(name)).collect();
    let told = every_field(&TestDb::sqlite().await, &others).await;
    is_enough(&told, &["arabic", "family", "order"]);
}

#[tokio::test]
async fn every_field_of_every_form_takes_hostile_text_on_postgresql_too() {
    let Some(base) = TestDb::postgres().await else { return };
    // What a database may take differently; how a page is written does not depend on it.
    let told = every_field(&base, &["control", "family", "long"]).await;
    is_enough(&told, &["family"]);
    base.db.close().await;
}

#[tokio::test]
async fn before_a_session_and_across_the_sign_in_hostile_text_stays_text() {
    let base = TestDb::sqlite().await;
    let service = stage::service(&base).await;
    let stage = Stage::of(&service, PUBLIC).await;
    let hall = stage.hall();
    let (zoe, added) = (
        hall.person("zoe", &[Role::Agent], &stage.lines()).await,
        hall.add("max", &[Role::Agent], &stage.lines()).await,
    );
    let stranger = Browser::stranger(&service);
    let link = format!("/console/lien/{}", added.link);
    let mut sent = 0;
    for (name, payload) in payloads() {
        for page in ["/console/entrer", link.as_str()] {
            let form = forms(&stranger.get(page).await.body).remove(0);
            for field in &form.fields {
                let value = |one: &'_ Field| if one.name == field.name { payload.clone() } else { one.value.clone() };
                let values: Vec<_> = form.fields.iter().map(|one| (one.name.clone(), value(one))).collect();
                let values: Vec<_> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let action = if form.action.is_empty() { page } else { &form.action };
                let seen = stranger.post(action, &values).await;
                is_harmless(&seen, &format!("{page} {} {name}", field.name));
                assert!(seen.status.is_client_error(), "{page} {} {name} {}", field.name, seen.status);
                if field.is_typed() {
                    keeps_what_was_typed(&seen, &values, &form, &format!("{page} {name}"));
                }
                sent += 1;
            }
        }
    }
    // Everything at once is carried through a sign-in.
    service.clock.advance(std::time::Duration::from_mins(20));
    let all = payloads();
    let values: Vec<_> = all.iter().map(|(name, payload)| (*name, payload.as_str())).collect();
    let carried = stranger.post("/console/suivante", &values).await;
    assert_eq!(carried.status, StatusCode::UNAUTHORIZED);
    is_harmless(&carried, "the form of an ended session");
    let form = forms(&carried.body).remove(0);
    let code = hall.code(&zoe.telephone);
    let given = |field: &Field| match field.name.as_str() {
        "identifiant" => zoe.login.clone(),
        "mot_de_passe" => PASSWORD.to_owned(),
        "code" => code.clone(),
        _ => field.value.clone(),
    };
    let values: Vec<_> = form.fields.iter().map(|field| (field.name.clone(), given(field))).collect();
    let values: Vec<_> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut back = stranger.post("/console/entrer", &values).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.body);
    back.headers.remove("set-cookie").expect("she is in");
    is_harmless(&back, "what was carried");
    let again: Vec<Field> = forms(&back.body).into_iter().flat_map(|form| form.fields).collect();
    for (name, payload) in &all {
        let there = |field: &Field| field.name == *name && plain(&field.value) == plain(payload);
        assert!(again.iter().any(there), "{name} was lost: {}", back.body);
    }
    eprintln!("{sent} forms sent before a session");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_browser_nothing_of_what_was_typed_runs_even_without_our_policy() {
    // Its pages are served without their Content-Security-Policy: what keeps scripts out is how text is written.
    let seat = Seat::without_policy().await;
    let mut stage = Stage::of(&seat.service, &seat.address).await;
    let (mut told, mut looked, mut marks) = (Told::default(), 0, 0);
    for (_, payload) in payloads().into_iter().filter(|(name, _)| RUNS.contains(name)) {
        for page in stage::pages() {
            let all = forms(&stage.look(&page).await.body);
            for (place, form) in all.iter().enumerate().filter(|(_, form)| form.posts) {
                for field in (0..form.fields.len()).filter(|field| form.fields[*field].is_typed()) {
                    one_field(&mut stage, &page, &Sought::of(&all, place, field), &payload, &mut told).await;
                }
            }
        }
    }
    let ines = seat.who("ines", &Role::ALL).await;
    let page = seat.sits(&ines, "/console", Look::default()).await;
    for path in stage::pages().into_iter().filter(|path| !path.contains(".csv")) {
        let path = stage.path(&path);
        page.goes(&format!("{}{path}", seat.address)).await;
        // Pictures that do not exist have failed by now, and a field that takes the focus has it.
        page.ask_async("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))")
            .await;
        assert_eq!(page.ask("return window.x9 ?? 'nothing'").await, "nothing", "{path}");
        let shows = "return document.documentElement.textContent.includes('x9')";
        marks += usize::from(page.ask(shows).await == true);
        looked += 1;
    }
    page.close().await;
    eprintln!("{looked} pages looked at in a browser, {marks} of them with hostile text; {} forms sent", told.sent);
    assert!(marks >= 6, "only {marks} pages show hostile text");
}
