//! What the database kept, in French sentences: the end of each transcript. Reads as an agent would, numbers masked.

use jiff::Timestamp;
use ligne_solidaire::callbacks::dialling::Ended;
use ligne_solidaire::clock::from_millis;
use ligne_solidaire::db::DbError;
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::secret::Keyring;
use ligne_solidaire::simulator::transcript::write_date;
use ligne_solidaire::{callbacks, requests};

use crate::support::service::Service;

/// Everything that is kept, one sentence a line.
pub(crate) async fn remains(service: &Service) -> Vec<String> {
    let mut told = requests(service).await;
    told.extend(callbacks(service).await);
    told.extend(attempts(service).await);
    told.extend(recordings(service).await);
    told.extend(alerts(service).await);
    told.extend(counts(service).await);
    if told.is_empty() { vec!["Rien : ni demande, ni rappel, ni message.".to_owned()] } else { told }
}

type Person = (String, Option<String>, Option<Vec<u8>>, Option<String>);

const PEOPLE: &str = "select r.reference, b.id, b.phone, l.reference from requests r \
     left join beneficiaries b on b.id = r.beneficiary_id left join requests l on l.id = r.linked_to";

async fn requests(service: &Service) -> Vec<String> {
    let keyring = service.app.board.keyring.clone();
    let (listed, people) = service
        .app
        .board
        .db
        .read(move |tx| {
            Box::pin(async move {
                let listed = requests::store::list(tx, &keyring, "").await?;
                let people: Vec<Person> = sqlx::query_as(PEOPLE).fetch_all(tx.conn()).await?;
                Ok::<_, DbError>((listed, people))
            })
        })
        .await
        .unwrap();
    let keyring = &service.app.board.keyring;
    let mut told = Vec::new();
    for request in listed {
        let person = people.iter().find(|person| person.0 == request.reference).unwrap();
        let mut facts = vec![request.category, format!("P{}", request.priority), request.state];
        facts.push(for_whom(keyring, person));
        facts.push(request.postal_code.map_or_else(|| "sans code postal".to_owned(), |code| format!("à {code}")));
        facts.push(format!("accord pour un voisin : {}", request.consent));
        facts.push(match request.contact {
            Some(contact) => format!("rappeler au {}", contact.shown(false)),
            None => "sans numéro".to_owned(),
        });
        facts.extend(language(&request.lang));
        facts.extend(person.3.as_ref().map(|linked| format!("ressemble à la demande {linked}")));
        told.push(format!("Demande {} : {}.", request.reference, facts.join(", ")));
        told.extend(answers(&request.answers));
    }
    told
}

fn for_whom(keyring: &Keyring, (_, id, phone, _): &Person) -> String {
    let Some(id) = id else { return "pour qui appelle".to_owned() };
    let Some(phone) = phone else { return "pour une autre personne sans téléphone connu".to_owned() };
    let plain = keyring.open("beneficiaries.phone", id, phone).unwrap();
    let number = PhoneNumber::parse(std::str::from_utf8(&plain).unwrap()).unwrap();
    format!("pour une autre personne au {}", number.masked())
}

fn language(code: &str) -> Option<String> {
    let name = match code {
        "fr" => return None,
        "en" => "anglais",
        "es" => "espagnol",
        "ar" => "arabe",
        other => other,
    };
    Some(format!("en {name}"))
}

/// Values that the dialog keeps for itself, which nobody answered.
const INTERNAL: &[&str] = &[
    "attente",
    "avant_vous",
    "etat",
    "minutes",
    "personne",
    "promesse_date",
    "promesse_jour",
    "promesse_mois",
    "promesse_moment",
    "suivi_demande",
    "suivi_essais",
];

/// What was answered; telephone numbers are masked.
fn answers(json: &[u8]) -> Option<String> {
    let answers: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(json).ok()?;
    let told = answers.iter().filter(|(name, _)| !INTERNAL.contains(&name.as_str())).map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let number = ["contact", "tiers_numero"].contains(&name.as_str()).then(|| PhoneNumber::parse(&value).ok());
        format!("{name} = {}", number.flatten().map_or(value, |number| number.masked()))
    });
    let told: Vec<_> = told.collect();
    (!told.is_empty()).then(|| format!("  réponses : {}", told.join(" ; ")))
}

async fn callbacks(service: &Service) -> Vec<String> {
    let keyring = service.app.board.keyring.clone();
    let read =
        service.app.board.db.read(move |tx| Box::pin(async move { callbacks::store::list(tx, &keyring, true).await }));
    let mut listed: Vec<callbacks::store::Listed> = read.await.unwrap();
    listed.sort_by_key(|callback| (callback.opened_at, callback.id));
    listed.iter().flat_map(|callback| callback_told(service, callback)).collect()
}

fn callback_told(service: &Service, callback: &callbacks::store::Listed) -> Vec<String> {
    let keyring = &service.app.board.keyring;
    let contact = callback.contact.clone().map(|(id, sealed)| (Some(id), Some(sealed)));
    let contact = contact.and_then(|(id, sealed)| requests::Contact::unseal(keyring, id, sealed));
    let mut about =
        vec![contact.map_or_else(|| "sans numéro".to_owned(), |contact| format!("au {}", contact.shown(false)))];
    about.extend(callback.category.clone().filter(|_| callback.reference.is_none()));
    about.extend(callback.reference.as_ref().map(|reference| format!("demande {reference}")));
    about.extend(language(&callback.lang));
    let mut told = vec![format!("à faire avant le {}", local(callback.due_at))];
    told.push(match callback.promised_until {
        Some(until) => format!("promis avant le {}", local(until)),
        None => "rien de promis".to_owned(),
    });
    told.push(match (callback.state.as_str(), &callback.claimed_by, &callback.disposition) {
        ("claimed", Some(by), _) => format!("pris par {by}"),
        ("closed", _, Some(disposition)) => format!("fermé ({disposition})"),
        _ => "à prendre".to_owned(),
    });
    let first = format!(
        "Rappel P{} « {} » : {} ; {}.",
        callback.priority,
        callback.reason.label(),
        about.join(", "),
        told.join(", ")
    );
    let open_without_request = callback.state != "closed" && callback.reference.is_none();
    std::iter::once(first).chain(answers(&callback.answers).filter(|_| open_without_request)).collect()
}

/// What was tried to reach people, and how each click ended.
async fn attempts(service: &Service) -> Vec<String> {
    type Tried = (String, i64, Option<String>);
    let read = service.app.board.db.read(|tx| {
        Box::pin(async move {
            let tried: Vec<Tried> = sqlx::query_as("select way, at, disposition from attempts order by at, id")
                .fetch_all(tx.conn())
                .await?;
            let clicked: Vec<(String, Option<String>)> =
                sqlx::query_as("select state, outcome from bridges order by started_at, id")
                    .fetch_all(tx.conn())
                    .await?;
            Ok::<_, DbError>((tried, clicked))
        })
    });
    let (tried, clicked) = read.await.unwrap();
    let clicked = clicked.into_iter().map(|(state, outcome)| match outcome.as_deref().and_then(Ended::of_word) {
        Some(ended) => format!("Rappel par un clic : « {} »", ended.label()),
        None => format!("Rappel par un clic : {state}."),
    });
    let tried = tried.into_iter().map(|(way, at, disposition)| {
        let how = disposition.unwrap_or_else(|| "l'agent dira la suite".to_owned());
        format!(
            "Essai du {}, {} : {how}.",
            local(from_millis(at)),
            if way == "line" { "par la ligne" } else { "à la main" }
        )
    });
    clicked.chain(tried).collect()
}

async fn recordings(service: &Service) -> Vec<String> {
    let read = service.app.board.db.read(|tx| {
        Box::pin(async move {
            let rows: Vec<(String, i64, String)> =
                sqlx::query_as("select step, seconds, state from recordings order by created_at, id")
                    .fetch_all(tx.conn())
                    .await?;
            Ok::<_, DbError>(rows)
        })
    });
    let told: Vec<_> = read
        .await
        .unwrap()
        .into_iter()
        .map(|(step, seconds, state)| {
            let state = match state.as_str() {
                "waiting" => "à chercher",
                "kept" => "gardé",
                "absent" => "introuvable",
                "erased" => "effacé",
                _ => "vide, effacé",
            };
            format!("{step} ({seconds} s, {state})")
        })
        .collect();
    if told.is_empty() { told } else { vec![format!("Messages parlés : {}.", told.join(" ; "))] }
}

async fn alerts(service: &Service) -> Vec<String> {
    let read = service.app.board.db.read(|tx| {
        Box::pin(async move {
            let rows: Vec<(String, i64)> = sqlx::query_as(
                "select kind, run_at from outbox where state in ('queued', 'leased') and (kind <> 'alert_on_call' or \
                 exists (select 1 from callbacks where state <> 'closed')) order by run_at, id",
            )
            .fetch_all(tx.conn())
            .await?;
            Ok::<_, DbError>(rows)
        })
    });
    let told = |(kind, at): (String, i64)| match kind.as_str() {
        "alert_on_call" => format!("Alerte de l'astreinte prévue le {}.", local(from_millis(at))),
        other => format!("Travail en attente : {other}."),
    };
    read.await.unwrap().into_iter().map(told).collect()
}

const COUNTS: &str = "select (select count(*) from rings where state <> 'ended'), (select count(*) from waiting), \
     (select count(*) from calls where state = 'live'), (select count(*) from inbound_messages)";

async fn counts(service: &Service) -> Vec<String> {
    let read = service.app.board.db.read(|tx| {
        Box::pin(async move {
            let row: (i64, i64, i64, i64) = sqlx::query_as(COUNTS).fetch_one(tx.conn()).await?;
            Ok::<_, DbError>(row)
        })
    });
    let (rings, waiting, live, texts) = read.await.unwrap();
    let count = |count: i64, what: &str| (count > 0).then(|| format!("{what} : {count}."));
    [
        count(texts, "SMS reçus"),
        count(rings, "Téléphones encore pris"),
        count(waiting, "Personnes qui attendent"),
        count(live, "Appels encore ouverts"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `mardi 14 avril, 10:00`, in the time of Paris.
fn local(instant: Timestamp) -> String {
    write_date(instant).replacen(" 2026", "", 1)
}
