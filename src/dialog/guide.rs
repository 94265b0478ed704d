//! What an agent goes through while she calls somebody back, from `fr/appel/*.txt`: a file for each category, and
//! `tous.txt` for everybody. Pure.

use std::collections::BTreeMap;

use super::Files;

/// The folder of the guides.
const FOLDER: &str = "fr/appel/";
/// What is gone through whatever the call is about.
const EVERYBODY: &str = "tous";
/// What is left on an answering machine (F-46).
const VOICEMAIL: &str = "repondeur";

/// The guides, by category.
#[derive(Debug, Default, Clone)]
pub struct Guides(BTreeMap<String, Vec<String>>);

impl Guides {
    /// Reads every guide. Lines that begin with `#` are for whoever edits the file.
    pub fn read(files: &Files) -> Self {
        let guide = |(path, text): (&String, &String)| {
            let name = path.strip_prefix(FOLDER)?.strip_suffix(".txt")?;
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            Some((name.to_owned(), lines.map(str::to_owned).collect()))
        };
        Self(files.iter().filter_map(guide).collect())
    }

    /// The points of a call about that, first those of its own.
    pub fn points(&self, about: &str) -> Vec<&str> {
        let of = |name: &str| self.0.get(name).into_iter().flatten().map(String::as_str);
        of(about).chain(of(EVERYBODY)).collect()
    }

    /// What is said to an answering machine: the number of the line, and when she is tried again.
    pub fn voicemail(&self, number: &str, again: &str) -> String {
        let said = self.0.get(VOICEMAIL).map(|lines| lines.join(" ")).unwrap_or_default();
        said.replace("{tel}", number).replace("{quand}", again)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_has_its_own_points_then_those_of_every_call() {
        let files =
            [("fr/appel/courses.txt", "# pour qui écrit\nLa liste.\n\n"), ("fr/appel/tous.txt", "Se présenter.")];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        let guides = Guides::read(&Files::from(files));
        assert_eq!(guides.points("courses"), ["La liste.", "Se présenter."]);
        assert_eq!(guides.points("inconnu"), ["Se présenter."]);
        assert_eq!(guides.voicemail("04 65 71 00 01", "demain matin"), "");
        let said =
            Files::from([("fr/appel/repondeur.txt".to_owned(), "Nous rappelons {quand}.\nOu le {tel}.".to_owned())]);
        let said = Guides::read(&said).voicemail("04 65 71 00 01", "demain matin");
        assert_eq!(said, "Nous rappelons demain matin. Ou le 04 65 71 00 01.");
    }
}
