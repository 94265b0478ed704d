//! How long a campaign is: short in an ordinary run, long when `LIGNE_CAMPAIGN_CALLS`, `LIGNE_CAMPAIGN_KILLS` or
//! `LIGNE_CAMPAIGN_RACES` says so (docs/campaigns.md).

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

fn number(variable: &str) -> Option<u64> {
    let asked = std::env::var(variable).ok()?;
    Some(asked.parse().unwrap_or_else(|_| panic!("{variable} is not a number")))
}
