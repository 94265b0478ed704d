//! What a form sent: names and values, as they came. A name that was not sent is an empty answer.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::page::PageError;

/// The fields of a form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sent(Vec<(String, String)>);

impl Sent {
    /// The first value of that name, without blanks around it; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// The text of that name if the form has it, else what is known already.
    pub(crate) fn or(&self, name: &str, known: String) -> String {
        if self.0.iter().any(|(field, _)| field == name) { self.text(name).to_owned() } else { known }
    }

    /// The same with its blanks: of a password they are part.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The text of that name, or nothing where it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Every value of that name.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    }

    /// The names that begin so, without that beginning, and their values.
    pub(crate) fn starting<'s>(&'s self, prefix: &'s str) -> impl Iterator<Item = (&'s str, &'s str)> {
        self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
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
        Ok(Self(form_urlencoded::parse(&body).into_owned().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(form: &str) -> Sent {
        Sent(form_urlencoded::parse(form.as_bytes()).into_owned().collect())
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
    fn boxes_that_were_ticked_are_all_there() {
        let sent = sent("fait=un&note=+x+&fait=deux");
        assert_eq!(sent.all("fait"), ["un", "deux"]);
        assert_eq!((sent.text("note"), sent.text("rien"), sent.filled("rien")), ("x", "", None));
    }
}
