//! What is on this machine: database, key, scripts, lines and their numbers.

use std::time::Duration;

use super::Finding;
use crate::cli::compose;
use crate::cli::requests::zone;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::db::{self, Db, DbError};
use crate::limits::{self, EURO, Limits, Weight};
use crate::lines::numbering::{self, Level};
use crate::outbox;
use crate::sms::outbound::store::messages::{self, Undecided};
use crate::voice;

/// Texts kept back are told for that long.
const HELD_TOLD: Duration = Duration::from_hours(7 * 24);

/// The database takes a write, with the key that belongs to it, and nothing was given up.
pub(super) async fn database(config: &Config) -> Vec<Finding> {
    let name = config.database.shown();
    // Opening would make the file and the key: an examination changes nothing.
    if config.database.file().is_some_and(|file| !file.exists()) {
        return vec![Finding::look(format!("la base {name} n'existe pas encore : « ligne-solidaire serve » la fera"))];
    }
    if !config.storage.key_file.exists() {
        let file = config.storage.key_file.display();
        return vec![Finding::look(format!("la clé {file} n'existe pas encore : « ligne-solidaire serve » la fera"))];
    }
    let (base, keyring) = match compose::open(config).await {
        Ok(opened) => opened,
        Err(cause) => return vec![Finding::mend(format!("base {name} : {cause:#}"))],
    };
    let mut findings = Vec::new();
    match db::check_writable(&base).await {
        Ok(()) => findings.push(Finding::good(format!("la base {name} accepte les écritures"))),
        Err(cause) if cause.is_unavailable() => {
            return vec![Finding::mend(format!(
                "la base {name} ne répond pas : est-elle démarrée, le disque est-il plein ?"
            ))];
        }
        Err(_) => {
            let advice = "lancez « ligne-solidaire migrate », ou simplement « ligne-solidaire serve »";
            return vec![Finding::mend(format!("la base {name} n'a pas encore ses tables : {advice}"))];
        }
    }
    match db::compare_key(&base, keyring.fingerprint()).await {
        Ok(()) => {
            findings.push(Finding::good(format!("la clé {} ouvre cette base", config.storage.key_file.display())));
        }
        Err(cause) => findings.push(Finding::mend(cause.to_string())),
    }
    let now = SystemClock.now();
    match base.read(move |tx| Box::pin(async move { outbox::backlog(tx, now).await })).await {
        Ok(backlog) => findings.push(sent(&backlog)),
        Err(cause) => findings.push(Finding::mend(cause.to_string())),
    }
    findings.extend(texts(&base, config).await);
    base.close().await;
    findings
}

/// Texts of which somebody must know something, and what today has cost.
async fn texts(base: &Db, config: &Config) -> Vec<Finding> {
    let now = SystemClock.now();
    let day = zone(config).to_datetime(now).date().to_string();
    let since = now.checked_sub(HELD_TOLD).unwrap_or(now);
    let reading = base.read(move |tx| {
        Box::pin(async move {
            Ok::<_, DbError>((messages::undecided(tx, since).await?, limits::store::spent(tx, &day).await?))
        })
    });
    match reading.await {
        Ok((undecided, spent)) => told(undecided, spent, &config.limits),
        Err(cause) => vec![Finding::mend(cause.to_string())],
    }
}

fn told(undecided: Undecided, spent: Weight, limits: &Limits) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut look = |count: i64, words: &str| {
        if count > 0 {
            findings.push(Finding::look(format!("{words} : {count}")));
        }
    };
    look(undecided.unknown, "SMS dont personne ne sait s'ils sont partis (page « Tâches en échec »)");
    look(undecided.limited, "SMS qui attendent demain, une limite du jour est atteinte ([limits])");
    look(undecided.held, "SMS retenus depuis sept jours, leur numéro n'en reçoit pas ou la ligne n'a pas d'expéditeur");
    let words = format!(
        "parti aujourd'hui : {} SMS, {} appels, {} € sur {} € permis",
        spent.texts,
        spent.calls,
        spent.cost / EURO,
        limits.spending_per_day / EURO
    );
    let much = spent.cost * 100 >= limits.spending_per_day * 80;
    findings.push(if much { Finding::look(words) } else { Finding::good(words) });
    findings
}

fn sent(backlog: &outbox::Backlog) -> Finding {
    match backlog.buried + backlog.unknown {
        0 => Finding::good("rien n'est resté sans partir"),
        1 => Finding::look("un envoi a été abandonné, ou son issue est inconnue : voir le journal du service"),
        many => Finding::look(format!(
            "{many} envois ont été abandonnés, ou sans issue connue : voir le journal du service"
        )),
    }
}

/// The scripts keep their promises.
pub(super) fn scripts(config: &Config) -> Vec<Finding> {
    vec![match voice::load(config.voice_scripts.as_deref()) {
        Ok(_) => Finding::good("les scripts et les phrases sont en ordre"),
        Err(cause) => Finding::mend(format!("{cause:#}")),
    }]
}

/// Each line has somebody behind it, and numbers that may do what they are used for (F-70).
pub(super) fn lines(config: &Config) -> Vec<Finding> {
    if config.lines.is_empty() {
        let advice = "donnez LIGNE_NUMBER, ou une section [[line]]";
        return vec![Finding::look(format!(
            "aucune ligne dans les réglages : {advice}, sauf si la base en connaît une"
        ))];
    }
    let now = SystemClock.now();
    config
        .lines
        .iter()
        .flat_map(|line| {
            let (number, settings) = (line.number.national(), &line.settings);
            let mut findings = vec![match settings.hours.next_opening(now) {
                Some(_) if settings.hours.is_open(now) => {
                    Finding::good(format!("ligne {number} : ouverte en ce moment"))
                }
                Some(_) => Finding::good(format!("ligne {number} : fermée en ce moment, elle garde les demandes")),
                None => Finding::mend(format!("ligne {number} : ses horaires ne l'ouvrent jamais")),
            }];
            findings.push(match &settings.callers.sms {
                Some(sender) if sender.takes_replies() => {
                    Finding::good(format!("ligne {number} : on peut répondre à ses SMS"))
                }
                Some(_) => Finding::look(format!(
                    "ligne {number} : personne ne peut répondre à ses SMS (sms est un nom) : OUI et STOP n'arriveront pas"
                )),
                None => Finding::look(format!("ligne {number} : aucun expéditeur (sms), elle n'envoie pas de SMS")),
            });
            if settings.desk.is_empty() {
                let effect = "la touche 0 mène à un rappel, jamais à une personne";
                findings.push(Finding::look(format!("ligne {number} : aucun téléphone du bureau (desk), {effect}")));
            }
            if settings.on_call.is_empty() {
                let effect = "la nuit, un appel en danger attend l'ouverture";
                findings
                    .push(Finding::mend(format!("ligne {number} : aucun téléphone d'astreinte (on_call), {effect}")));
            }
            findings.extend(numbering::findings(&line.number, settings).into_iter().map(|found| {
                let words = format!("{}, {}", found.subject, found.advice);
                match found.level {
                    Level::Fine => Finding::good(words),
                    Level::Check => Finding::look(words),
                    Level::Wrong => Finding::mend(words),
                }
            }));
            findings
        })
        .collect()
}
