//! What a form sent: names and values. A name that was not sent is an empty answer.
//!
//! Every page reads a form here, so this is where characters go that nobody types and that would make a page show other
//! things than its words: controls, and those that turn the order of the text around.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::page::PageError;
use crate::callbacks::note::harmless;

/// The fields of a form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sent {
    /// Names and values without harmful characters.
    fields: Vec<(String, String)>,
    /// The values as they came, in the same order.
    raw: Vec<String>,
}

impl Sent {
    /// The first value of that name, without blanks around it; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// The same as it came, with its blanks and whatever else it has: of a password they are part.
    pub(crate) fn raw(&self, name: &str) -> &str {
        let place = self.fields.iter().position(|(known, _)| known == name);
        place.and_then(|place| self.raw.get(place)).map_or("", String::as_str)
    }

    /// The text of that name, or nothing where it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Every value of that name.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    }

    /// The names that begin so, without that beginning, and their values.
    pub(crate) fn starting<'s>(&'s self, prefix: &'s str) -> impl Iterator<Item = (&'s str, &'s str)> {
        self.fields.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }

    /// The value of that name as an id.
    pub(crate) fn id(&self, name: &str) -> Option<Uuid> {
        self.text(name).parse().ok()
    }

    /// The value of that name as a local day and hour (`2026-04-14T18:00`), as browsers write them.
    pub(crate) fn instant(&self, name: &str, zone: &TimeZone) -> Option<Timestamp> {
        let civil: DateTime = self.text(name).parse().ok()?;
        zone.to_ambiguous_zoned(civil).compatible().ok().map(|zoned| zoned.timestamp())
    }
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let body = Bytes::from_request(request, state).await.map_err(|_| PageError::TooLong)?;
        Ok(Self::read(&body))
    }
}

impl Sent {
    fn read(body: &[u8]) -> Self {
        let read = form_urlencoded::parse(body).into_owned();
        let (fields, raw) = read.map(|(name, value)| ((harmless(&name), harmless(&value)), value)).unzip();
        Self { fields, raw }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(form: &str) -> Sent {
        Sent::read(form.as_bytes())
    }

    #[test]
    fn a_day_and_an_hour_are_those_of_the_town() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let at = |form: &str| sent(form).instant("quand", &paris).map(|at| at.to_string());
        assert_eq!(at("quand=2026-04-14T18%3A00").as_deref(), Some("2026-04-14T16:00:00Z"));
        // The hour that the last Sunday of March does not have is the one after it.
        assert_eq!(at("quand=2026-03-29T02%3A30").as_deref(), Some("2026-03-29T01:30:00Z"));
        for odd in ["quand=", "quand=demain", "autre=2026-04-14T18%3A00", "quand=2026-02-30T10%3A00"] {
            assert_eq!(at(odd), None, "{odd}");
        }
    }

    #[test]
    fn what_nobody_types_is_not_read_but_in_a_password() {
        let sent = sent("note=a%00b%E2%80%AEc%1B%0D%0Ad&mot_de_passe=+a%00b");
        assert_eq!(sent.text("note"), "abc\nd");
        assert_eq!(sent.raw("mot_de_passe"), " a\0b");
    }

    #[test]
    fn boxes_that_were_ticked_are_all_there() {
        let sent = sent("fait=un&note=+x+&fait=deux");
        assert_eq!(sent.all("fait"), ["un", "deux"]);
        assert_eq!((sent.text("note"), sent.text("rien"), sent.filled("rien")), ("x", "", None));
    }
}
