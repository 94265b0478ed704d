//! The text messages of one language, read from `<lang>/sms.ftl`.
//!
//! A message that asks for an answer declares it with `.reponse = oui`: such a text has no place on a sender that
//! cannot receive.

use std::collections::BTreeMap;

use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;

use super::Files;
use super::problem::Problem;
use super::session::Values;
use super::uses::{self, Uses};
use super::words::{arguments, message_id};
use crate::lang::Lang;

/// The text messages of every language.
#[derive(Default)]
pub struct Texts(BTreeMap<Lang, Book>);

/// Those of one language.
pub(super) struct Book {
    bundle: FluentBundle<FluentResource>,
    pub(super) lines: BTreeMap<String, usize>,
    pub(super) uses: BTreeMap<String, Uses>,
}

impl Texts {
    /// Reads every `sms.ftl`; what cannot be read is returned.
    pub fn read(files: &Files) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut books = BTreeMap::new();
        for (path, text) in files {
            if let Some(Ok(lang)) = path.strip_suffix("/sms.ftl").map(str::parse) {
                books.insert(lang, Book::parse(lang, path, text, &mut problems));
            }
        }
        (Self(books), problems)
    }

    /// The text `id` in `lang`, or else in French.
    pub fn say(&self, lang: Lang, id: &str, values: &Values) -> Option<String> {
        [lang, Lang::FRENCH].into_iter().find_map(|lang| self.0.get(&lang)?.say(id, values))
    }

    pub(super) fn books(&self) -> impl Iterator<Item = (Lang, &Book)> {
        self.0.iter().map(|(lang, book)| (*lang, book))
    }
}

impl Book {
    fn parse(lang: Lang, file: &str, text: &str, problems: &mut Vec<Problem>) -> Self {
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, errors)| {
            problems.extend(errors.iter().map(|error| {
                let line = text.get(..error.pos.start).map_or(1, |before| before.matches('\n').count() + 1);
                Problem::new(file, line, format!("ce message ne se lit pas ({}).", error.kind))
            }));
            resource
        });
        let mut lines = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let Some(id) = message_id(line) else { continue };
            if lines.insert(id.to_owned(), index + 1).is_some() {
                problems.push(Problem::new(file, index + 1, format!("le message « {id} » est écrit deux fois.")));
            }
        }
        let uses = uses::of(&resource);
        let mut bundle = FluentBundle::new_concurrent(vec![lang.code().parse().unwrap_or_default()]);
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Self { bundle, lines, uses }
    }

    pub(super) fn say(&self, id: &str, values: &Values) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        Some(self.bundle.format_pattern(pattern, Some(&arguments(values)), &mut Vec::new()).into_owned())
    }

    /// Whether the message asks for an answer.
    pub(super) fn wants_an_answer(&self, id: &str) -> bool {
        let message = self.bundle.get_message(id);
        let declared = message.and_then(|message| message.get_attribute("reponse"));
        declared.is_some_and(|form| self.bundle.format_pattern(form.value(), None, &mut Vec::new()) == "oui")
    }
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_set().entries(self.0.keys()).finish()
    }
}
