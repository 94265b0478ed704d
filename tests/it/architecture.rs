//! Who may import whom. The tables below are the rule; the tests read every file of `src/` and hold it to them.
//!
//! A new file is `Pure` unless a row says otherwise: rules of the town's business take values and `now`, and return
//! values. A file that begins a transaction, calls stores and enqueues jobs is a `UseCase`: give it a row. All SQL of a
//! room is in its `store.rs`. Code under `#[cfg(test)]` is free.

mod imports;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use imports::{Import, Source};
use ligne_solidaire::audit::words::ACTIONS;

/// What a file is. Each may import the roles that [`may_import`] lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Words of the whole house: clock, ids, languages, telephone numbers, secrets. No I/O.
    Vocabulary,
    /// Rules and types of a room: no I/O, no time of its own.
    Pure,
    /// What the town decides, read at start.
    Settings,
    /// Infrastructure that knows no capability: database, spool, journal.
    Ground,
    /// The SQL of one room.
    Store,
    /// A provider of telephony, behind the trait of its room.
    Adapter,
    /// One thing the service does: begin, call rules, call stores, enqueue, commit.
    UseCase,
    /// Where the outside comes in: HTTP, terminal, worker, simulator.
    Edge,
    /// Everything composed once.
    App,
}
use Role::{Adapter, App, Edge, Ground, Pure, Settings, Store, UseCase, Vocabulary};

/// Places of `src/` and what stands there; the first row that the path begins with decides.
const PLACES: &[(&str, Role)] = &[
    ("clock", Vocabulary),
    ("geo", Vocabulary),
    ("id", Vocabulary),
    ("lang", Vocabulary),
    ("phone", Vocabulary),
    ("secret", Vocabulary),
    ("sms/segments", Vocabulary),
    ("config", Settings),
    ("db", Ground),
    ("spool", Ground),
    ("telemetry", Ground),
    ("telephony/provider", Adapter),
    ("telephony/providers", Adapter),
    ("audit/exported", UseCase),
    ("calls/switchboard", UseCase),
    ("calls/moment", UseCase),
    ("calls/task", UseCase),
    ("calls/turn", UseCase),
    ("calls/whisper", UseCase),
    ("calls/person", UseCase),
    ("calls/hangup", UseCase),
    ("calls/sweep", UseCase),
    ("calls/apology", UseCase),
    ("calls/recordings", UseCase),
    ("calls/recording/listen", UseCase),
    ("calls/follow_up", UseCase),
    ("callbacks/bridge", UseCase),
    ("callbacks/claims", UseCase),
    ("callbacks/desk", UseCase),
    ("callbacks/finish", UseCase),
    ("callbacks/open", UseCase),
    ("callbacks/overview", UseCase),
    ("callbacks/spooled", UseCase),
    ("callbacks/shift", UseCase),
    ("callbacks/alert", UseCase),
    ("callbacks/tried", UseCase),
    ("jobs/failed", UseCase),
    ("limits/guarded", UseCase),
    ("operators/accounts", UseCase),
    ("operators/enrol", UseCase),
    ("operators/gate", UseCase),
    ("operators/links", UseCase),
    ("operators/sign_in", UseCase),
    ("lines/change", UseCase),
    ("lines/reload", UseCase),
    ("places/divide", UseCase),
    ("places/import", UseCase),
    ("requests/keep", UseCase),
    ("requests/plans", UseCase),
    ("signals/report", UseCase),
    ("signals/tell", UseCase),
    ("requests/desk", UseCase),
    ("sms/inbound", UseCase),
    ("sms/outgoing", UseCase),
    ("sms/reconcile", UseCase),
    ("sms/report", UseCase),
    ("sms/send", UseCase),
    ("sms/stops", UseCase),
    ("stats/report", UseCase),
    ("matching/nearest", UseCase),
    ("sms/stopping", UseCase),
    ("volunteers/parting", UseCase),
    ("volunteers/referent", UseCase),
    ("volunteers/register", UseCase),
    ("cli", Edge),
    ("console", Edge),
    ("http", Edge),
    ("simulator", Edge),
    ("worker", Edge),
    ("app", App),
    ("voice", App),
    ("lib", App),
    ("main", App),
];

/// The roles that a role may import.
fn may_import(role: Role) -> &'static [Role] {
    match role {
        Vocabulary => &[Vocabulary],
        Pure => &[Vocabulary, Pure],
        Settings => &[Vocabulary, Pure, Settings],
        Ground => &[Vocabulary, Ground],
        Store => &[Vocabulary, Pure, Ground],
        Adapter => &[Vocabulary, Pure, Adapter],
        UseCase => &[Vocabulary, Pure, Ground, Store, Adapter, UseCase],
        Edge | App => &[Vocabulary, Pure, Settings, Ground, Store, Adapter, UseCase, Edge, App],
    }
}

/// Rooms that know no other room: only vocabulary and ground. So dialog and telephony do not know each other, and the
/// outbox knows what a job carries, not what it does.
const ALONE: &[&str] = &["dialog", "telephony", "outbox"];

/// Roles that know of their own room only: a store reads and writes its own tables.
const AT_HOME: &[Role] = &[Store, Adapter];

/// What the simulator may know of telephony: the trait it implements. It reads our XML with its own eyes.
const SIMULATOR_SEES: &[&str] = &["telephony/provider"];

/// Words that no vocabulary and no pure file holds.
const IMPURE: &[&str] =
    &["async", "async_trait", "await", "axum", "hyper", "reqwest", "sqlx", "SystemTime", "tokio", "tracing"];

/// Where SQL text made at run time may be declared safe: the translation between two dialects.
const SQL_IN_PIECES: &[&str] = &["db/dialect"];

/// Lines of one file without its tests.
const LONGEST_FILE: usize = 500;

/// What stands at a place: the whole path or its beginning up to a slash. `store` is the SQL of any room.
fn role(file: &str) -> Role {
    let stands = |place: &str| file == place || file.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'));
    let row = PLACES.iter().find(|(place, _)| stands(place)).map(|(_, role)| *role);
    row.unwrap_or(if file.split('/').any(|part| part == "store") { Store } else { Pure })
}

/// The first folder of a path; a file at the root is its own room.
fn room(file: &str) -> &str {
    file.split('/').next().unwrap_or(file)
}

/// Why `import` is not allowed, if it is not.
fn objection(import: &Import) -> Option<String> {
    let (from, to) = (import.from.as_str(), import.to.as_str());
    let (here, there) = (role(from), role(to));
    let same_room = room(from) == room(to);
    if import.from_index && same_room {
        return None;
    }
    let common = [Vocabulary, Ground].contains(&there);
    let reason = if !may_import(here).contains(&there) {
        format!("{here:?} may not import {there:?}")
    } else if AT_HOME.contains(&here) && !same_room && !common {
        format!("{here:?} knows its own room only")
    } else if ALONE.contains(&room(from)) && !same_room && !common {
        format!("« {} » knows no other room", room(from))
    } else if here == Store && there == Store && from != to {
        "a store never calls another store".to_owned()
    } else if room(from) == "simulator" && room(to) == "telephony" && !SIMULATOR_SEES.contains(&to) {
        "the simulator shares no types with telephony but its trait".to_owned()
    } else {
        return None;
    };
    Some(format!("src/{from}: {} → src/{to}: {reason}", import.written))
}

/// Every word of a file that must not be there.
fn stains(file: &str, source: &Source) -> Vec<String> {
    let here = role(file);
    let mut forbidden: Vec<&str> = Vec::new();
    if [Vocabulary, Pure].contains(&here) {
        forbidden.extend(IMPURE);
    }
    if here != Store && room(file) != "db" {
        forbidden.push("sqlx");
    }
    if !SQL_IN_PIECES.contains(&file) {
        forbidden.push("AssertSqlSafe");
    }
    let found = forbidden.into_iter().filter(|word| source.words.contains(*word));
    let mut found: Vec<_> = found.map(|word| format!("src/{file} ({here:?}) may not hold « {word} »")).collect();
    found.dedup();
    found
}

/// Everything wrong with the house.
fn objections(house: &BTreeMap<String, Source>) -> Vec<String> {
    let imports = house.iter().flat_map(|(file, source)| imports::of(file, source, house));
    let mut found: Vec<_> = imports.filter_map(|import| objection(&import)).collect();
    found.extend(house.iter().flat_map(|(file, source)| stains(file, source)));
    found.sort();
    found.dedup();
    found
}

fn this_house() -> BTreeMap<String, Source> {
    imports::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

#[test]
fn every_import_respects_the_layers() {
    let house = this_house();
    assert!(house.len() > 20, "only {} files were read", house.len());
    let found = objections(&house);
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_file_opens_with_its_paragraph_and_stays_short() {
    let house = this_house();
    let silent = house.iter().filter(|(_, source)| !source.text.starts_with("//!")).map(|(file, _)| file.as_str());
    assert_eq!(silent.collect::<Vec<_>>(), Vec::<&str>::new(), "these files do not say what they are for");
    let long = house.iter().filter(|(_, source)| source.lines_without_tests() > LONGEST_FILE);
    let long: Vec<_> = long.map(|(file, source)| format!("{file}: {} lines", source.lines_without_tests())).collect();
    assert!(long.is_empty(), "split these by what they are about: {long:?}");
}

#[test]
fn no_page_writes_the_journal_by_itself() {
    let house = this_house();
    let pages = house.iter().filter(|(file, _)| room(file) == "console");
    let writing = pages.filter(|(_, source)| source.text.contains("store::write")).map(|(file, _)| file);
    assert_eq!(writing.collect::<Vec<_>>(), Vec::<&String>::new(), "a use case does, in the transaction of the act");
}

/// The words of the shape « session.open » that stand between quotation marks.
fn actions(text: &str) -> impl Iterator<Item = &str> {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|one| one.is_ascii_lowercase() || one == b'_');
    let files = ["csv", "html"];
    text.split('"').filter(move |word| {
        word.split_once('.').is_some_and(|(noun, act)| part(noun) && part(act) && !files.contains(&act))
    })
}

#[test]
fn every_action_of_the_journal_has_french_words_and_is_written_somewhere() {
    let house = this_house();
    let sources = house.iter().filter(|(file, _)| *file != "audit/words");
    let written: BTreeSet<&str> = sources.flat_map(|(_, source)| actions(source.text_without_tests())).collect();
    let told: BTreeSet<&str> = ACTIONS.iter().map(|(action, _)| *action).collect();
    assert_eq!(told.difference(&written).collect::<Vec<_>>(), Vec::<&&str>::new(), "nobody does these");
    // What is sealed has names of the same shape; its rooms are plural, those of acts are not.
    let nouns: BTreeSet<_> = told.iter().filter_map(|action| action.split_once('.')).map(|(noun, _)| noun).collect();
    let silent = written.iter().filter(|action| {
        let noun = action.split_once('.').map_or("", |(noun, _)| noun);
        nouns.contains(noun) && !noun.ends_with('s') && !told.contains(*action)
    });
    assert_eq!(silent.collect::<Vec<_>>(), Vec::<&&str>::new(), "these are shown in English");
}

/// A house of a few files, and what is wrong with it.
fn wrong_with(files: &[(&str, &str)]) -> Vec<String> {
    objections(&files.iter().map(|(file, text)| ((*file).to_owned(), Source::parse(file, text))).collect())
}

#[test]
fn a_forbidden_import_is_caught_however_it_is_written() {
    let written = [
        "use crate::telephony::verbs::Say;",
        "use crate::{lang::Lang, telephony::{xml, verbs::{Say, Play}}};",
        "use super::super::telephony::verbs as v;",
        "fn say() -> crate::telephony::verbs::Say { todo!() }",
        "fn say() { println!(\"{}\", crate::telephony::verbs::SAY); }",
        "use crate::telephony::Say;",
        "pub use crate::telephony::*;",
    ];
    for text in written {
        let house = [
            ("lang", "pub struct Lang;"),
            ("telephony", "pub mod verbs; pub mod xml; pub use verbs::Say;"),
            ("telephony/verbs", "pub struct Say;"),
            ("telephony/xml", ""),
            ("dialog/engine", text),
        ];
        let found = wrong_with(&house);
        assert!(!found.is_empty() && found[0].contains("« dialog » knows no other room"), "{text}: {found:?}");
    }
}

#[test]
fn each_rule_of_the_tables_has_teeth() {
    let broken: &[(&str, &str, &str)] = &[
        ("lang", "use crate::lines::hours::Hours;", "Vocabulary may not import Pure"),
        ("lines/hours", "use crate::calls::turn::answer;", "Pure may not import UseCase"),
        ("lines/hours", "use crate::db::Db;", "Pure may not import Ground"),
        ("lines/hours", "use crate::calls::answer;", "Pure may not import UseCase"),
        ("lines/hours", "async fn ask() {}", "may not hold « async »"),
        ("lines/hours", "fn now() -> std::time::SystemTime { todo!() }", "may not hold « SystemTime »"),
        ("lines/hours", "fn log() { tracing::info!(\"x\"); }", "may not hold « tracing »"),
        ("db/writer", "use crate::lines::hours::Hours;", "Ground may not import Pure"),
        ("calls/store", "use crate::requests::store::find;", "Store may not import Store"),
        ("calls/store", "use crate::lines::hours::Hours;", "Store knows its own room only"),
        ("calls/turn", "use crate::http::server::serve;", "UseCase may not import Edge"),
        ("calls/turn", "fn sql() { sqlx::query(\"select 1\"); }", "may not hold « sqlx »"),
        ("http/webhooks", "fn sql() { sqlx::query(\"select 1\"); }", "may not hold « sqlx »"),
        ("calls/store", "fn sql(s: String) { query(AssertSqlSafe(s)); }", "may not hold « AssertSqlSafe »"),
        ("outbox/store", "use crate::requests::keep::keep;", "Store may not import UseCase"),
        ("outbox/job", "use crate::lines::hours::Hours;", "« outbox » knows no other room"),
        ("telephony/verbs", "use crate::dialog::engine::step;", "« telephony » knows no other room"),
        ("telephony/providers/twilio", "use crate::lines::hours::Hours;", "Adapter knows its own room only"),
        ("simulator/document", "use crate::telephony::verbs::Say;", "the simulator shares no types"),
        ("config", "use crate::db::Db;", "Settings may not import Ground"),
    ];
    for (file, text, reason) in broken {
        let mut house: BTreeMap<&str, &str> = BTreeMap::from([
            ("calls", "mod turn; pub use self::turn::{answer, Turn};"),
            ("calls/turn", ""),
            ("db", ""),
            ("dialog/engine", ""),
            ("http/server", ""),
            ("lines/hours", ""),
            ("requests/keep", ""),
            ("requests/store", ""),
            ("telephony/verbs", ""),
        ]);
        house.insert(file, text);
        let found = wrong_with(&house.into_iter().collect::<Vec<_>>());
        assert_eq!(found.len(), 1, "{file}: {text}: {found:?}");
        assert!(found[0].contains(reason), "{text}: {found:?}");
    }
}

#[test]
fn what_the_design_allows_passes() {
    let house = [
        ("calls", "//! `crate::http` in words.\npub mod store; pub mod turn; pub use turn::answer;"),
        ("calls/store", "use crate::db::Tx; use super::turn_rule::Rule; fn read() { sqlx::query(\"select 1\"); }"),
        (
            "calls/turn",
            "use super::store; use crate::{dialog::engine, telephony::verbs::Say, outbox::store as outbox};",
        ),
        ("calls/turn_rule", "/* tokio */ const WORDS: &str = \"async sqlx crate::db\"; // tracing"),
        ("calls/translate", "use crate::dialog::engine; use crate::telephony::verbs;"),
        ("db", "pub struct Tx; fn sql() { sqlx::query(\"select 1\"); }"),
        ("dialog/engine", "use crate::lang::Lang; #[cfg(test)] mod tests { use crate::db::Db; async fn go() {} }"),
        ("http/webhooks", "use crate::calls::answer; use crate::app::App;"),
        ("app", "use crate::http::webhooks;"),
        ("lang", ""),
        ("outbox/store", "use crate::db::Tx;"),
        ("simulator/provider", "use crate::telephony::Provider;"),
        ("telephony", "pub mod provider; pub mod verbs; pub use provider::Provider;"),
        ("telephony/provider", "use super::verbs::Say; pub trait Provider {}"),
        ("telephony/verbs", ""),
    ];
    assert_eq!(wrong_with(&house), Vec::<String>::new());
}
