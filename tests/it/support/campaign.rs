//! How long a campaign is: short in an ordinary run, long when `LIGNE_CAMPAIGN_CALLS`, `LIGNE_CAMPAIGN_KILLS`,
//! `LIGNE_CAMPAIGN_RACES`, `LIGNE_CAMPAIGN_TEXTS` or `LIGNE_CAMPAIGN_STOPS` says so (docs/campaigns.md).

/// Whether a long campaign was asked for.
pub(crate) fn asked() -> bool {
    std::env::var_os("LIGNE_CAMPAIGN_CALLS").is_some()
}

/// How many calls: `short`, or what was asked for divided by `share`.
pub(crate) fn calls(short: u64, share: u64) -> u64 {
    number("LIGNE_CAMPAIGN_CALLS").map_or(short, |calls| calls / share)
}

/// How many times the service is killed on each database: `short`, or what was asked for.
pub(crate) fn kills(short: u64) -> u64 {
    number("LIGNE_CAMPAIGN_KILLS").unwrap_or(short)
}

/// How many rounds of races on each database: `short`, or what was asked for.
pub(crate) fn races(short: u64) -> u64 {
    number("LIGNE_CAMPAIGN_RACES").unwrap_or(short)
}

/// How many texts on each database: `short`, or what was asked for.
pub(crate) fn texts(short: u64) -> u64 {
    number("LIGNE_CAMPAIGN_TEXTS").unwrap_or(short)
}

/// How many STOPs on each database: `short`, or what was asked for.
pub(crate) fn stops(short: u64) -> u64 {
    number("LIGNE_CAMPAIGN_STOPS").unwrap_or(short)
}

fn number(variable: &str) -> Option<u64> {
    let asked = std::env::var(variable).ok()?;
    Some(asked.parse().unwrap_or_else(|_| panic!("{variable} is not a number")))
}
