//! How often a sign-in may be tried (T16). Pure.
//!
//! - An account: five failures without a success between, then a wait after each that grows from one minute to fifteen.
//! - An address: twenty failures within a quarter of an hour, whatever the accounts, then the same waits.
//!
//! Nobody can lock an operator out for ever. A try that is made to wait is refused without being looked at and does not
//! count, so that hammering lengthens nothing. Failures from where she usually signs in and failures from anywhere else
//! are counted apart, so that a stranger elsewhere never makes her wait at her own desk. A session that is open stays
//! open, and a one-time link asks for no password: it opens during any wait.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use jiff::Timestamp;

/// For how long failures of an account are remembered; a success forgets them.
pub const ACCOUNT_MEMORY: Duration = Duration::from_hours(24);
/// For how long failures from an address are remembered.
pub const ADDRESS_MEMORY: Duration = Duration::from_mins(15);
/// Failures of an account before the first wait.
const ACCOUNT_FREE: i64 = 5;
/// Failures from an address before the first wait: behind one address may sit a whole town hall.
const ADDRESS_FREE: i64 = 20;
/// The first wait; each is twice the one before.
const FIRST: Duration = Duration::from_mins(1);
/// The longest wait.
const LONGEST: Duration = Duration::from_mins(15);

/// Failures that are remembered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: i64,
    /// When the last one was.
    pub last: Option<Timestamp>,
}

/// How long whoever tries at `now` has to wait; none when she may try.
pub fn wait(account: Failures, address: Failures, now: Timestamp) -> Option<Duration> {
    let until = until(account, ACCOUNT_FREE).max(until(address, ADDRESS_FREE))?;
    Duration::try_from(until.duration_since(now)).ok().filter(|left| !left.is_zero())
}

fn until(failures: Failures, free: i64) -> Option<Timestamp> {
    let beyond = u64::try_from(failures.count - free).ok()?;
    let beyond = u32::try_from(beyond).unwrap_or(u32::MAX);
    let wait = FIRST.saturating_mul(2_u32.saturating_pow(beyond)).min(LONGEST);
    failures.last?.checked_add(wait).ok()
}

/// What stands for an address: itself, or the network of a sixth-version one, all of whose addresses one person has.
///
/// `forwarded` is the header of a proxy (X-Forwarded-For). It is read only when the peer is this very machine, where the
/// proxy of the installation guide stands, and its last entry counts: that one was written by the proxy, the others by
/// whoever it talks to.
pub fn place(peer: IpAddr, forwarded: Option<&str>) -> String {
    let last = forwarded.and_then(|entries| entries.rsplit(',').next()?.trim().parse().ok());
    let address = last.filter(|_| peer.to_canonical().is_loopback()).unwrap_or(peer);
    match address.to_canonical() {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => Ipv6Addr::from_bits(six.to_bits() & (u128::MAX << 64)).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(instant: &str) -> Timestamp {
        instant.parse().unwrap()
    }

    fn failures(count: i64) -> Failures {
        Failures { count, last: Some(at("2026-04-14T08:00:00Z")) }
    }

    #[test]
    fn the_wait_for_an_account_grows_from_a_minute_to_a_quarter_of_an_hour() {
        let now = at("2026-04-14T08:00:00Z");
        let minutes = |count| wait(failures(count), Failures::default(), now).map(|wait| wait.as_secs() / 60);
        assert_eq!((0..5).filter_map(minutes).count(), 0);
        assert_eq!((5..12).filter_map(minutes).collect::<Vec<_>>(), [1, 2, 4, 8, 15, 15, 15]);
        assert_eq!(minutes(i64::MAX), Some(15));
        let later = |instant| wait(failures(5), Failures::default(), at(instant));
        assert_eq!(later("2026-04-14T08:00:59Z"), Some(Duration::from_secs(1)));
        assert_eq!(later("2026-04-14T08:01:00Z"), None);
    }

    #[test]
    fn an_address_waits_after_twenty_failures_whatever_the_accounts() {
        let now = at("2026-04-14T08:00:00Z");
        assert_eq!(wait(Failures::default(), failures(19), now), None);
        assert_eq!(wait(Failures::default(), failures(20), now), Some(Duration::from_mins(1)));
        assert_eq!(wait(failures(5), failures(22), now), Some(Duration::from_mins(4)), "the longer of the two");
    }

    #[test]
    fn a_proxy_is_believed_only_on_this_machine_and_for_what_it_wrote_itself() {
        let seen = |peer: &str, forwarded| place(peer.parse().unwrap(), forwarded);
        assert_eq!(seen("127.0.0.1", Some("203.0.113.9, 198.51.100.7")), "198.51.100.7");
        assert_eq!(seen("::1", Some("198.51.100.7")), "198.51.100.7");
        assert_eq!(seen("::ffff:127.0.0.1", Some("198.51.100.7")), "198.51.100.7");
        assert_eq!(seen("203.0.113.9", Some("198.51.100.7")), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", Some("198.51.100.7, chez moi")), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", None), "127.0.0.1");
    }

    #[test]
    fn one_person_has_a_whole_network_of_the_sixth_version() {
        let seen = |peer: &str| place(peer.parse().unwrap(), None);
        assert_eq!(seen("2001:db8:1:2:3:4:5:6"), seen("2001:db8:1:2:ffff::1"));
        assert_ne!(seen("2001:db8:1:2::1"), seen("2001:db8:1:3::1"));
        assert_eq!(seen("::ffff:198.51.100.7"), "198.51.100.7");
    }
}
