//! What may be wrong with an address file or with a line of it, in the words of whoever imports it, and how often it was. Pure.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

/// Broken lines that are named; of all the others only the number is told.
const NAMED: usize = 20;

/// Why a line is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flaw {
    /// Longer than any line of that file.
    TooLong,
    /// Bytes that are no text.
    NotText,
    /// A quotation mark without its other half.
    Quote,
    /// More or fewer cells than the header.
    Cells,
    /// An identifier that names no street.
    Id,
    /// No code of Insee.
    Commune,
    /// No name of a street, of a locality or of a commune.
    Name,
    /// No five digits.
    PostalCode,
    /// No number of a house.
    Number,
    /// Longer than « quinquies » and its like.
    Repetition,
    /// Coordinates that are none, or not on the earth.
    Point,
    /// No coordinates: nobody can be sent there.
    NoPoint,
}

impl Flaw {
    /// In a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::TooLong => "ligne trop longue",
            Self::NotText => "caractères illisibles (le fichier doit être en UTF-8)",
            Self::Quote => "guillemet qui n'est pas fermé",
            Self::Cells => "nombre de colonnes différent de celui de l'en-tête",
            Self::Id => "identifiant illisible",
            Self::Commune => "code de commune illisible",
            Self::Name => "nom absent ou trop long",
            Self::PostalCode => "code postal illisible",
            Self::Number => "numéro illisible",
            Self::Repetition => "indice de répétition illisible",
            Self::Point => "coordonnées illisibles",
            Self::NoPoint => "sans coordonnées",
        }
    }

    /// Whether the line is broken, rather than silent about something.
    fn is_broken(self) -> bool {
        self != Self::NoPoint
    }
}

/// Why a file is left out whole.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It is not the file that is expected.
    #[error("{0}")]
    Header(String),
    /// It ends in the middle.
    #[error("le fichier est tronqué : téléchargez-le de nouveau ; rien n'a été remplacé")]
    Truncated,
    /// It cannot be read to its end.
    #[error("le fichier ne se lit pas jusqu'au bout ; rien n'a été remplacé")]
    Unreadable(#[source] io::Error),
    /// Nothing of it could be kept.
    #[error("aucune ligne de ce fichier n'a pu être gardée ; rien n'a été remplacé")]
    Nothing(Tally),
    /// It has more broken lines than others: a wrong file must not take the place of a good one.
    #[error("plus de la moitié des lignes de ce fichier sont illisibles ; rien n'a été remplacé")]
    MostlyBroken(Tally),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Truncated } else { Self::Unreadable(error) }
    }
}

/// What became of the lines of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines after the header, empty ones aside.
    pub read: u64,
    /// Those that were understood.
    pub understood: u64,
    /// Those that were left out, by reason.
    pub left_out: BTreeMap<Flaw, u64>,
    /// The first of them: number of the line in the file, from 1, and why.
    pub first: Vec<(u64, Flaw)>,
}

impl Tally {
    /// Counts a line that was understood.
    pub fn keep(&mut self) {
        self.read += 1;
        self.understood += 1;
    }

    /// Counts a line that is left out.
    pub fn leave_out(&mut self, line: u64, flaw: Flaw) {
        self.read += 1;
        *self.left_out.entry(flaw).or_default() += 1;
        if self.first.len() < NAMED {
            self.first.push((line, flaw));
        }
    }

    /// Refuses the file if hardly anything of it is worth keeping.
    pub fn verdict(self) -> Result<Self, Refusal> {
        let broken: u64 = self.left_out.iter().filter(|(flaw, _)| flaw.is_broken()).map(|(_, count)| count).sum();
        if self.understood == 0 {
            Err(Refusal::Nothing(self))
        } else if broken > self.understood {
            Err(Refusal::MostlyBroken(self))
        } else {
            Ok(self)
        }
    }
}

/// The first lines that were left out, then all of them by reason.
impl fmt::Display for Tally {
    fn fmt(&self, page: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (line, flaw) in &self.first {
            writeln!(page, "  ligne {line} : {}", flaw.words())?;
        }
        let left_out: u64 = self.left_out.values().sum();
        let more = left_out.saturating_sub(self.first.len() as u64);
        if more > 0 {
            writeln!(page, "  … et {more} autres")?;
        }
        for (flaw, count) in &self.left_out {
            writeln!(page, "  laissées de côté : {count} ({})", flaw.words())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_twenty_are_named_and_all_are_counted() {
        let mut tally = Tally::default();
        for line in 2..=24 {
            tally.leave_out(line, if line == 3 { Flaw::Number } else { Flaw::NoPoint });
        }
        let said = tally.to_string();
        assert_eq!(said.lines().count(), 23, "{said}");
        assert!(said.starts_with("  ligne 2 : sans coordonnées\n  ligne 3 : numéro illisible\n"), "{said}");
        assert!(said.contains("  ligne 21 : ") && !said.contains("  ligne 22 : ") && said.contains("… et 3 autres"));
        assert!(said.ends_with("  laissées de côté : 22 (sans coordonnées)\n"), "{said}");
        assert_eq!(Tally::default().to_string(), "");
    }

    #[test]
    fn a_file_of_broken_lines_takes_the_place_of_nothing() {
        let tally = |kept: u64, flaws: &[Flaw]| {
            let mut tally = Tally::default();
            (0..kept).for_each(|_| tally.keep());
            for flaw in flaws {
                tally.leave_out(2, *flaw);
            }
            tally.verdict()
        };
        assert!(matches!(tally(0, &[Flaw::NoPoint]), Err(Refusal::Nothing(_))));
        assert!(matches!(tally(1, &[Flaw::Cells, Flaw::Id]), Err(Refusal::MostlyBroken(_))));
        assert!(tally(2, &[Flaw::Cells, Flaw::Id]).is_ok());
        assert!(tally(1, &[Flaw::NoPoint; 9]).is_ok(), "silent lines are no broken ones");
    }

    #[test]
    fn a_file_that_ends_too_early_is_told_from_one_that_is_damaged() {
        assert!(matches!(Refusal::from(io::Error::from(io::ErrorKind::UnexpectedEof)), Refusal::Truncated));
        assert!(matches!(Refusal::from(io::Error::from(io::ErrorKind::InvalidInput)), Refusal::Unreadable(_)));
    }
}
