//! A day of invented work for the demonstration: people who phoned, what they asked for, what colleagues did already.
//! Every number is reserved for fiction (F-71).

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::callbacks::callback::{self, Reason};
use crate::callbacks::store::{self as callbacks, NewCallback};
use crate::db::{DbError, Tx};
use crate::lang::Lang;
use crate::lines::Line;
use crate::lines::promise::promise;
use crate::phone::PhoneNumber;
use crate::requests::content::Person;
use crate::requests::keep::{self, Kept, Wish};
use crate::requests::store as requests;
use crate::requests::{Consent, State};

/// What somebody asked for.
struct Asked {
    /// How long ago, in minutes.
    ago: u64,
    /// From which number; none: withheld.
    from: Option<&'static str>,
    category: &'static str,
    priority: u8,
    lang: &'static str,
    postal_code: &'static str,
    /// Answers beside the postal code, as in a call.
    answers: fn() -> Value,
    /// For another person.
    other: Option<&'static str>,
    /// How a colleague ended it, and after how many minutes.
    ended: Option<(&'static str, u64)>,
}

/// An ordinary request.
const ASKED: Asked = Asked {
    ago: 0,
    from: None,
    category: "autre",
    priority: 3,
    lang: "fr",
    postal_code: "34000",
    answers: || json!({}),
    other: None,
    ended: None,
};

/// The day.
const DAY: [Asked; 12] = [
    Asked {
        ago: 430,
        from: Some("04 65 71 10 01"),
        category: "courses",
        priority: 2,
        answers: || json!({"pour": "moi", "courses_type": "nourriture", "courses_manque": "non", "quand": "aujourdhui", "accord": "oui"}),
        ended: Some(("RESOLU", 95)),
        ..ASKED
    },
    Asked {
        ago: 405,
        from: Some("04 65 71 10 02"),
        category: "papier",
        answers: || json!({"pour": "moi", "papier_type": "attestation", "papier_nombre": 3, "papier_taille": "gros"}),
        ended: Some(("RESOLU", 180)),
        ..ASKED
    },
    Asked {
        ago: 380,
        from: Some("02 61 91 10 03"),
        category: "visite",
        priority: 1,
        postal_code: "34080",
        answers: || json!({"pour": "moi", "visite_type": "appel", "visite_seul": "oui", "visite_veille": "oui", "accord": "oui"}),
        ended: Some(("ORIENTE", 40)),
        ..ASKED
    },
    Asked {
        ago: 300,
        from: Some("06 39 98 10 04"),
        category: "enfant",
        priority: 1,
        postal_code: "34070",
        answers: || json!({"pour": "moi", "enfant_seul": "non", "quand": "aujourdhui", "moment": "soir", "enfant_nombre": 2, "enfant_age": "trois_ans_ou_plus"}),
        ..ASKED
    },
    Asked {
        ago: 290,
        from: Some("04 65 71 10 05"),
        category: "courses",
        priority: 1,
        postal_code: "34090",
        answers: || json!({"pour": "autre", "courses_type": "medicaments", "courses_manque": "non", "quand": "demain", "tiers_accord": "oui", "accord": "oui"}),
        other: Some("Mme Paulette Vidal"),
        ..ASKED
    },
    Asked {
        ago: 240,
        from: Some("03 53 01 10 06"),
        category: "courses",
        priority: 2,
        postal_code: "34080",
        answers: || json!({"pour": "moi", "courses_type": "les_deux", "courses_manque": "non", "quand": "aujourdhui", "accord": "non"}),
        ..ASKED
    },
    Asked {
        ago: 200,
        from: Some("04 65 71 10 07"),
        lang: "ar",
        category: "autre",
        priority: 2,
        postal_code: "34080",
        answers: || json!({"pour": "moi"}),
        ..ASKED
    },
    Asked { ago: 150, from: None, category: "autre", answers: || json!({"pour": "moi"}), ..ASKED },
    Asked {
        ago: 120,
        from: Some("05 36 49 10 08"),
        category: "papier",
        postal_code: "34070",
        answers: || json!({"pour": "moi", "papier_type": "autre"}),
        ..ASKED
    },
    Asked {
        ago: 75,
        from: Some("04 65 71 10 01"),
        category: "courses",
        priority: 2,
        answers: || json!({"pour": "moi", "courses_type": "nourriture", "courses_manque": "non", "quand": "demain", "accord": "oui"}),
        ..ASKED
    },
    Asked {
        ago: 35,
        from: Some("01 99 00 10 09"),
        category: "visite",
        priority: 1,
        postal_code: "34090",
        answers: || json!({"pour": "moi", "visite_type": "visite", "visite_seul": "oui", "visite_veille": "non", "accord": "oui"}),
        ..ASKED
    },
    Asked {
        ago: 12,
        from: Some("04 65 71 10 10"),
        category: "papier",
        answers: || json!({"pour": "moi", "papier_type": "attestation", "papier_nombre": 1, "papier_taille": "normal"}),
        ..ASKED
    },
];

/// Writes the day into an empty house; one that has work already is left alone.
pub(super) async fn invent(app: &App) -> anyhow::Result<()> {
    let Some(line) = app.lines.iter().next() else { return Ok(()) };
    let keyring = app.board.keyring.clone();
    let busy = app
        .board
        .db
        .read(move |tx| Box::pin(async move { requests::list(tx, &keyring, "").await.map(|all| !all.is_empty()) }));
    let busy: Result<bool, DbError> = busy.await;
    if busy? {
        return Ok(());
    }
    for asked in &DAY {
        one(app, &line, asked).await?;
    }
    Ok(())
}

/// One of them, as if it had come at its hour.
async fn one(app: &App, line: &Line, asked: &'static Asked) -> Result<(), DbError> {
    let at = before(app.board.clock.now(), asked.ago);
    let number = asked.from.and_then(|number| PhoneNumber::parse(number).ok());
    let (keyring, ids, line) = (app.board.keyring.clone(), app.board.ids.clone(), line.clone());
    let keeping = app.board.db.write(move |tx| {
        Box::pin(async move {
            let contact = match &number {
                Some(number) => Some(requests::caller(tx, &keyring, ids.row(at), number, at).await?),
                None => None,
            };
            let answers = said(asked);
            let wish = wish(asked, &line, contact, ids.row(at), &answers);
            let kept = keep::keep(tx, &keyring, &*ids, &wish, at).await?;
            let id = ids.row(at);
            callbacks::open(tx, &keyring, &waiting(asked, &line, contact, &kept, id, at, &answers)).await?;
            match asked.ended {
                Some((how, after)) => end(tx, &kept, id, how, at, after, ids.row(at)).await,
                None => Ok(()),
            }
        })
    });
    keeping.await
}

fn before(now: Timestamp, minutes: u64) -> Timestamp {
    now.checked_sub(Duration::from_secs(minutes * 60)).unwrap_or(now)
}

fn said(asked: &Asked) -> Vec<u8> {
    let mut answers = (asked.answers)();
    if let Value::Object(answers) = &mut answers {
        answers.insert("code_postal".to_owned(), asked.postal_code.into());
    }
    serde_json::to_vec(&answers).unwrap_or_default()
}

fn wish<'a>(asked: &'a Asked, line: &Line, contact: Option<Uuid>, id: Uuid, answers: &'a [u8]) -> Wish<'a> {
    let other = asked.other.map(|name| Person { name: name.to_owned(), phone: None });
    Wish {
        id,
        line_id: line.id,
        call_id: None,
        caller_id: contact,
        contact_id: contact,
        agreed: false,
        for_other: other,
        category: asked.category,
        priority: asked.priority,
        lang: asked.lang.parse().unwrap_or(Lang::FRENCH),
        postal_code: Some(asked.postal_code),
        consent: Consent::NotAsked,
        answers,
        place: None,
        actor: "la démonstration",
    }
}

fn waiting<'a>(
    asked: &'a Asked,
    line: &Line,
    contact: Option<Uuid>,
    kept: &Kept,
    id: Uuid,
    at: Timestamp,
    answers: &'a [u8],
) -> NewCallback<'a> {
    let hours = &line.settings.hours;
    let promise = promise(at, line.settings.promise_default, hours);
    NewCallback {
        id,
        line_id: line.id,
        call_id: None,
        request_id: Some(kept.id),
        contact_id: contact,
        reason: Reason::Request,
        category: Some(asked.category),
        priority: asked.priority,
        lang: asked.lang.parse().unwrap_or(Lang::FRENCH),
        opened_at: at,
        due_at: callback::due(asked.priority, at, hours, promise.as_ref()),
        promised_until: promise.map(|promise| promise.until).filter(|_| contact.is_some()),
        answers,
        spool_id: None,
    }
}

/// A colleague ended it at her hour.
async fn end(
    tx: &mut Tx<'_>,
    kept: &Kept,
    id: Uuid,
    how: &'static str,
    at: Timestamp,
    after: u64,
    event: Uuid,
) -> Result<(), DbError> {
    const COLLEAGUE: &str = "Claire";
    let now = at.checked_add(Duration::from_secs(after * 60)).unwrap_or(at);
    callbacks::claim(tx, id, COLLEAGUE, now, callback::LEASE).await?;
    callbacks::close(tx, id, COLLEAGUE, how, true, now).await?;
    let act = crate::requests::event::Act { event, actor: COLLEAGUE, now };
    requests::change(tx, kept.id, State::Recorded, State::Solved, &act).await?;
    Ok(())
}

/// The postal code of each of the day's requests, and whether it is still open.
#[cfg(test)]
pub(super) fn where_asked() -> impl Iterator<Item = (&'static str, bool)> {
    DAY.iter().map(|asked| (asked.postal_code, asked.ended.is_none()))
}
