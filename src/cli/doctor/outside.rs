//! What is beyond this machine: the public address, the provider, and what it sent that was refused.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::Client;
use reqwest::header::DATE;
use secrecy::ExposeSecret;

use super::Finding;
use crate::cli::requests::{local, zone};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::http::refusals::Refusals;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// A clock that is further from the provider's than this is wrong.
const SKEW: Duration = Duration::from_mins(1);
/// Refused webhooks that are told.
const TOLD: usize = 3;

/// The address that the provider calls leads here.
pub(super) async fn public_address(config: &Config) -> Vec<Finding> {
    let url = &config.server.public_url;
    let mut findings = Vec::new();
    if !config.server.is_reachable_from_outside() {
        findings.push(Finding::mend(format!(
            "l'adresse publique {url} n'existe que sur cette machine : donnez LIGNE_PUBLIC_URL, celle que l'opérateur appelle"
        )));
    } else if url.scheme() != "https" {
        findings.push(Finding::mend(format!(
            "l'adresse publique {url} n'est pas en https : les appels passeraient en clair"
        )));
    }
    let live = config.server.public("/health/live");
    let answer = match client() {
        Some(client) => client.get(&live).send().await,
        None => return vec![Finding::mend("aucun certificat racine sur cette machine : installez ca-certificates")],
    };
    findings.push(match answer {
        Ok(answer) if answer.status().is_success() => Finding::good(format!("{live} répond")),
        Ok(answer) => {
            Finding::mend(format!("{live} répond {} : le serveur web mène-t-il à ce service ?", answer.status()))
        }
        Err(_) => {
            Finding::look(format!("{live} ne répond pas : le service est-il lancé, le nom est-il bien le sien ?"))
        }
    });
    findings
}

/// The provider knows the account, and our clocks agree.
pub(super) async fn provider(config: &Config) -> Vec<Finding> {
    let Some(provider) = &config.provider else {
        return vec![Finding::mend(
            "pas d'opérateur, ou pas son jeton : donnez LIGNE_PROVIDER_ACCOUNT et LIGNE_PROVIDER_TOKEN",
        )];
    };
    let Some(client) = client() else { return Vec::new() };
    let base = provider.api.as_str().trim_end_matches('/');
    let url = format!("{base}/2010-04-01/Accounts/{}.json", provider.account);
    let request = client.get(url).basic_auth(&provider.account, Some(provider.token.expose_secret()));
    let Ok(answer) = request.send().await else {
        return vec![Finding::mend(format!(
            "l'opérateur ({base}) ne répond pas : messages et alertes ne partiront pas"
        ))];
    };
    let told =
        answer.headers().get(DATE).and_then(|date| date.to_str().ok()).and_then(|date| rfc2822::parse(date).ok());
    let account = match answer.status().as_u16() {
        200 => Finding::good("l'opérateur connaît ce compte"),
        401 | 403 => {
            Finding::mend("l'opérateur refuse ce compte ou ce jeton : LIGNE_PROVIDER_ACCOUNT, LIGNE_PROVIDER_TOKEN")
        }
        other => Finding::look(format!("l'opérateur répond {other} quand on lui demande ce compte")),
    };
    let clock = told.map(|told| clock(SystemClock.now(), told.timestamp()));
    [Some(account), clock].into_iter().flatten().collect()
}

fn clock(ours: Timestamp, theirs: Timestamp) -> Finding {
    let apart = ours.duration_since(theirs).unsigned_abs();
    if apart <= SKEW {
        return Finding::good("l'horloge de cette machine est juste");
    }
    Finding::mend(format!("l'horloge de cette machine est fausse de {} secondes : réglez-la par NTP", apart.as_secs()))
}

/// What was refused lately, and the public address under which it would have been believed.
pub(super) fn refusals(config: &Config) -> Vec<Finding> {
    let refused = Refusals::read(&config.storage.data_dir.join("refus.json"));
    if refused.is_empty() {
        return vec![Finding::good("aucun appel de l'opérateur n'a été refusé")];
    }
    let zone = zone(config);
    let told = refused.iter().rev().take(TOLD).map(|refusal| {
        let what = format!("refusé le {} ({}) : {}", local(refusal.at, &zone), refusal.path, refusal.cause);
        match &refusal.would_match {
            Some(url) => {
                Finding::mend(format!("{what} ; la signature est bonne pour {url} : corrigez LIGNE_PUBLIC_URL"))
            }
            None => Finding::look(format!("{what} ; si c'est votre opérateur, vérifiez le jeton")),
        }
    });
    told.collect()
}

fn client() -> Option<Client> {
    // Whoever was first has installed the same one.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::Gravity;

    #[test]
    fn a_clock_that_is_two_minutes_off_must_be_mended() {
        let now: Timestamp = "2026-04-14T08:00:00Z".parse().unwrap();
        let off: Timestamp = "2026-04-14T08:02:01Z".parse().unwrap();
        assert_eq!(clock(now, now).gravity, Gravity::Good);
        assert_eq!(clock(now, off).gravity, Gravity::Mend);
    }
}
