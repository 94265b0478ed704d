//! `[console]`: how the pages of the agents look.

use std::path::PathBuf;

use crate::config::reader::Section;
use crate::look::{Colour, OURS};

/// `[console]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Console {
    /// What is written at the top of every page.
    pub name: String,
    /// The colour of the town.
    pub colour: Colour,
    /// The file of its logo.
    pub logo: Option<PathBuf>,
}

impl Console {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        let name = section.text("name", "écrire le nom du service, comme \"Entraide de Valmarin\"");
        let colour = "écrire une couleur comme \"#1c5d66\"";
        let logo = "écrire le chemin d'un dessin : .svg, .png, .jpg ou .webp";
        Self {
            name: name.unwrap_or_else(|| "Ligne Solidaire".to_owned()),
            colour: section.parsed("colour", colour, Colour::parse).unwrap_or(OURS),
            logo: section.parsed("logo", logo, |path| is_drawing(path).then(|| PathBuf::from(path))),
        }
    }
}

fn is_drawing(path: &str) -> bool {
    let kind = path.rsplit_once('.').map(|(_, kind)| kind.to_ascii_lowercase());
    kind.is_some_and(|kind| ["svg", "png", "jpg", "jpeg", "webp"].contains(&kind.as_str()))
}
