//! How long a campaign is: short in an ordinary run, long when `LIGNE_CAMPAIGN_CALLS` says so (docs/campaigns.md).

/// Whether a long campaign was asked for.
pub(crate) fn asked() -> bool {
    std::env::var_os("LIGNE_CAMPAIGN_CALLS").is_some()
}

/// How many calls: `short`, or what was asked for divided by `share`.
pub(crate) fn calls(short: u64, share: u64) -> u64 {
    let asked = std::env::var("LIGNE_CAMPAIGN_CALLS").ok();
    asked.map_or(short, |calls| calls.parse::<u64>().expect("LIGNE_CAMPAIGN_CALLS is a number") / share)
}
