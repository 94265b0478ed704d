//! What a town decides of its line while it is running, over the file. Pure.
//!
//! Each setting is one text, read with the same rules and the same advice as in the file; nothing written goes back to the
//! file. A value that does not read never takes the place of one that did.

use std::collections::BTreeMap;

use super::settings::LineSettings;
use super::written;

/// What may be decided on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// When agents are there.
    Hours,
    /// Days closed by order of the mayor.
    ClosedDays,
    /// What is said while the line is closed.
    ClosingMessage,
    /// More calls than agents today.
    Crowded,
    /// The telephones of the agents.
    Desk,
    /// The telephones of whoever is on call.
    OnCall,
}

/// What is written over the file.
pub type Overrides = BTreeMap<Setting, String>;

/// The word for a list of nothing, where nothing written means the file.
pub const NONE: &str = "aucun";

impl Setting {
    /// Every one of them, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Crowded, Self::ClosingMessage, Self::Hours, Self::ClosedDays, Self::Desk, Self::OnCall];

    /// The name that the database keeps and that the file uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::ClosedDays => "closed_days",
            Self::ClosingMessage => "closing_message",
            Self::Crowded => "crowded",
            Self::Desk => "desk",
            Self::OnCall => "on_call",
        }
    }

    /// The setting of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.name() == name)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Hours => "Horaires des agents",
            Self::ClosedDays => "Jours fermés",
            Self::ClosingMessage => "Message quand la ligne est fermée",
            Self::Crowded => "Mode affluence",
            Self::Desk => "Téléphones du bureau",
            Self::OnCall => "Téléphones d'astreinte",
        }
    }

    /// What to write.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Hours => written::HOURS,
            Self::ClosedDays => written::DAYS,
            Self::ClosingMessage => written::MESSAGE,
            Self::Crowded => {
                "écrire oui (la ligne dit que beaucoup de gens appellent et que tous seront rappelés) ou non"
            }
            Self::Desk | Self::OnCall => written::DIALED,
        }
    }

    /// The only values that it takes; none where anything may be written.
    pub fn choices(self) -> &'static [&'static str] {
        if self == Self::Crowded { &["non", "oui"] } else { &[] }
    }

    /// Whether its value names persons: it is not told to the journal.
    pub fn is_personal(self) -> bool {
        matches!(self, Self::Desk | Self::OnCall)
    }

    /// Puts a value in the place of the one that is there, or says what is wrong with it.
    pub fn put(self, settings: &mut LineSettings, text: &str) -> Result<(), String> {
        let text = text.trim();
        match self {
            Self::Hours => {
                let (zone, closed) = (settings.hours.zone().clone(), settings.hours.closed_days().to_vec());
                settings.hours = written::hours(text, zone)?.closed_on(&closed);
            }
            Self::ClosedDays => {
                let days = self.list(text, written::day)?;
                settings.hours = settings.hours.clone().closed_on(&days);
            }
            Self::ClosingMessage => {
                let message = if text == NONE { Some(String::new()) } else { written::message(text) };
                settings.closing_message = message.ok_or_else(|| self.advice().to_owned())?;
            }
            Self::Crowded => {
                settings.crowded = match text {
                    "oui" => true,
                    "non" => false,
                    _ => return Err(self.advice().to_owned()),
                };
            }
            Self::Desk => settings.desk = self.list(text, written::dialable)?,
            Self::OnCall => settings.on_call = self.list(text, written::dialable)?,
        }
        Ok(())
    }

    /// The value that these settings have, as it is written.
    pub fn written(self, settings: &LineSettings) -> String {
        let joined = |list: Vec<String>| if list.is_empty() { NONE.to_owned() } else { list.join("\n") };
        match self {
            Self::Hours => settings.hours.french(),
            Self::ClosedDays => {
                joined(settings.hours.closed_days().iter().map(|day| written::day_written(*day)).collect())
            }
            Self::ClosingMessage => joined(
                Some(settings.closing_message.clone()).filter(|message| !message.is_empty()).into_iter().collect(),
            ),
            Self::Crowded => if settings.crowded { "oui" } else { "non" }.to_owned(),
            Self::Desk => joined(settings.desk.iter().map(|number| number.pairs().join(" ")).collect()),
            Self::OnCall => joined(settings.on_call.iter().map(|number| number.pairs().join(" ")).collect()),
        }
    }

    /// The items of a list, one a line or between commas.
    fn list<T>(self, text: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, String> {
        let items = text.split(['\n', ',', ';']).map(str::trim).filter(|item| !item.is_empty() && *item != NONE);
        let one = |(index, item)| {
            read(item).ok_or_else(|| format!("l'élément {} ne se lit pas ; {}", index + 1, self.advice()))
        };
        items.enumerate().map(one).collect()
    }
}

/// The settings in force: those of the file with what is written over them. What does not read keeps the value that is
/// `present`, and is told.
pub fn over(
    base: &LineSettings,
    present: &LineSettings,
    overrides: &Overrides,
) -> (LineSettings, Vec<(Setting, String)>) {
    let (mut settings, mut wrong) = (base.clone(), Vec::new());
    for (setting, text) in overrides {
        if let Err(why) = setting.put(&mut settings, text) {
            wrong.push((*setting, why));
            // What is in force did read.
            drop(setting.put(&mut settings, &setting.written(present)));
        }
    }
    (settings, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over_default(setting: Setting, text: &str) -> Result<LineSettings, String> {
        let base = LineSettings::default();
        let (settings, mut wrong) = over(&base, &base, &Overrides::from([(setting, text.to_owned())]));
        wrong.pop().map_or(Ok(settings), |(_, why)| Err(why))
    }

    #[test]
    fn every_setting_reads_back_what_it_writes() {
        let texts = [
            (Setting::Hours, "lundi-samedi 9h-12h; jours fériés fermé"),
            (Setting::ClosedDays, "15/05/2026\n24/12/2026"),
            (Setting::ClosingMessage, "Fermé pour travaux."),
            (Setting::Crowded, "oui"),
            (Setting::Desk, "01 99 00 10 01\n01 99 00 10 02"),
            (Setting::OnCall, "06 39 98 10 01"),
        ];
        for (setting, text) in texts {
            let settings = over_default(setting, text).unwrap();
            assert_ne!(settings, LineSettings::default(), "{setting:?}");
            assert_eq!(setting.written(&settings), text);
            assert_eq!(Setting::of_name(setting.name()), Some(setting));
        }
        assert_eq!(texts.len(), Setting::ALL.len());
    }

    #[test]
    fn hours_and_closed_days_do_not_forget_each_other() {
        let base = LineSettings::default();
        let both = Overrides::from([
            (Setting::Hours, "24/7".to_owned()),
            (Setting::ClosedDays, "2026-05-15, 2026-05-16".to_owned()),
        ]);
        let (settings, wrong) = over(&base, &base, &both);
        assert!(wrong.is_empty() && settings.hours.closed_days().len() == 2);
        assert!(!settings.hours.is_open("2026-05-15T10:00:00Z".parse().unwrap()));
        assert!(settings.hours.is_open("2026-05-17T10:00:00Z".parse().unwrap()));
    }

    #[test]
    fn what_does_not_read_leaves_the_last_good_value_and_says_what_to_write() {
        let wrong = [
            (Setting::Hours, "du lundi au vendredi matin", "ne se lisent pas"),
            (Setting::ClosedDays, "15 mai 2026, 32 mai 2026", "l'élément 2 ne se lit pas"),
            (Setting::ClosingMessage, "<script>", "160 caractères"),
            (Setting::Crowded, "peut-être", "écrire oui"),
            (Setting::Desk, "08 99 00 10 01", "ne sont pas composés"),
            (Setting::OnCall, "15", "ne sont pas composés"),
        ];
        let present = LineSettings { crowded: true, ..LineSettings::default() };
        for (setting, text, advice) in wrong {
            let overrides = Overrides::from([(setting, text.to_owned())]);
            let (settings, said) = over(&LineSettings::default(), &present, &overrides);
            assert!(said.len() == 1 && said[0].1.contains(advice), "{setting:?}: {said:?}");
            assert_eq!(setting.written(&settings), setting.written(&present), "{setting:?}");
        }
    }

    #[test]
    fn nobody_at_all_is_written_with_a_word() {
        let settings = over_default(Setting::Desk, "aucun").unwrap();
        assert!(settings.desk.is_empty());
        assert_eq!(Setting::Desk.written(&settings), NONE);
    }
}
