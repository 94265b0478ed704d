//! A session: who is signed in, in which browser, and for how much longer. Pure.
//!
//! The browser keeps a token of 256 random bits in a cookie; the database keeps its hash alone, so that a stolen backup
//! opens no session. The token that every form carries follows from the same cookie and needs no row.

use std::time::Duration;

use jiff::Timestamp;

use super::operator::Operator;
use crate::secret::{Keyring, token_hash};

/// A session in which nothing was done for so long is over.
pub const IDLE: Duration = Duration::from_hours(1);
/// No session lasts longer, whatever is done in it: a long shift.
pub const LONGEST: Duration = Duration::from_hours(12);
/// How exactly it is known when something was last done.
pub const SEEN_EVERY: Duration = Duration::from_mins(1);

/// One browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The hash of its token: names it in the list of one's own sessions, and opens nothing.
    pub id: String,
    /// When it began.
    pub opened_at: Timestamp,
    /// When something was last done in it, to the minute.
    pub seen_at: Timestamp,
    /// The browser and its system, in words.
    pub browser: String,
    /// Whether it serves to set up a second factor and nothing else: its operator has none yet.
    pub limited: bool,
}

/// Whoever a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who it is. In a limited session she has no role and no line, so that nothing is hers that forgets to ask.
    pub operator: Operator,
    /// Where it is from.
    pub session: Session,
}

impl Session {
    /// Whether that something is done in it at `now` is worth noting.
    pub fn is_seen_long_ago(&self, now: Timestamp) -> bool {
        now.duration_since(self.seen_at).unsigned_abs() >= SEEN_EVERY
    }
}

/// The instants before which a session must not have been opened, and must not have been seen last.
pub fn oldest(now: Timestamp) -> (Timestamp, Timestamp) {
    let before = |by| now.checked_sub(by).unwrap_or(Timestamp::MIN);
    (before(LONGEST), before(IDLE))
}

/// The id of the session that a cookie opens: 64 hexadecimal characters.
pub fn id_of(token: &str) -> String {
    token_hash(token)
}

/// What every form of the session of this token carries: nobody else's page can know it.
pub fn csrf(keyring: &Keyring, token: &str) -> String {
    keyring.index("console.csrf", token)
}

/// A browser as people recognise it among their sessions, from how it names itself.
pub fn browser(user_agent: &str) -> String {
    const BROWSERS: [(&str, &str); 5] =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    ];
    let named = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} sur {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "navigateur inconnu".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(instant: &str) -> Timestamp {
        instant.parse().unwrap()
    }

    #[test]
    fn that_she_works_is_noted_once_in_a_while() {
        let session = |seen: &str| Session {
            id: String::new(),
            opened_at: at("2026-04-14T08:00:00Z"),
            seen_at: at(seen),
            browser: String::new(),
            limited: false,
        };
        let now = at("2026-04-14T08:30:59Z");
        assert!(!session("2026-04-14T08:30:00Z").is_seen_long_ago(now));
        assert!(session("2026-04-14T08:29:59Z").is_seen_long_ago(now));
        let (opened, seen) = oldest(at("2026-04-14T20:00:00Z"));
        assert_eq!((opened, seen), (at("2026-04-14T08:00:00Z"), at("2026-04-14T19:00:00Z")));
    }

    #[test]
    fn the_id_of_a_session_does_not_tell_its_token() {
        let known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(id_of(""), known);
        assert_ne!(id_of("a"), id_of("b"));
    }

    #[test]
    fn what_forms_carry_is_of_one_session_of_one_house() {
        let house = Keyring::from_master(&[7; 32]);
        let token = csrf(&house, "the token of a session");
        assert_eq!((token.len(), &token), (32, &csrf(&house, "the token of a session")));
        assert_ne!(token, csrf(&house, "another"));
        assert_ne!(token, csrf(&Keyring::from_master(&[8; 32]), "the token of a session"));
        assert_ne!(token, id_of("the token of a session")[..32]);
    }

    #[test]
    fn a_browser_is_named_in_words() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 \
                    Safari/537.36 Edg/120.0";
        assert_eq!(browser(edge), "Edge sur Windows");
        assert_eq!(
            browser("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
            "Firefox sur Linux"
        );
        assert_eq!(browser("<script>"), "navigateur inconnu");
    }
}
