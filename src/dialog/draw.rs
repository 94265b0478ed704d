//! Draws the flow as one SVG page that a social worker can follow: a lane for each file, a card for each step.
//!
//! A card says what the caller hears in French and lists its exits. An exit to a card of the next column is an arrow;
//! any other names its step, and is a link to it. What holds at every question is said once, at the top.

mod card;
mod lane;

use std::fmt::Write as _;

use quick_xml::escape::escape;

use super::Scripts;
use card::Card;
use lane::Lane;

/// Colours and type: light and dark, each text at least 4.5 to 1 against its ground.
const STYLE: &str = include_str!("draw/style.css");
/// Around everything.
const MARGIN: u32 = 32;
/// The room of the title and of what holds everywhere.
const HEAD: u32 = 196;
/// Between two lanes.
const BETWEEN_LANES: u32 = 36;

/// The whole flow as an SVG document.
pub fn draw(scripts: &Scripts) -> String {
    let lanes = lane::lanes(scripts);
    let width = lanes.iter().map(|lane| lane.width).max().unwrap_or(900).max(900) + 2 * MARGIN;
    let height = HEAD + lanes.iter().map(|lane| lane.height + BETWEEN_LANES).sum::<u32>() + MARGIN;
    let mut page = String::new();
    put(
        &mut page,
        &format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" lang=\"fr\" role=\"img\" aria-labelledby=\"titre resume\" \
             viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
             <title id=\"titre\">Le déroulé d'un appel à la ligne d'entraide</title>\n\
             <desc id=\"resume\">Chaque bande est un fichier de voice-scripts/flows. Chaque carte est une étape : ce que \
             la personne entend, puis où mène chaque réponse.</desc>\n<style>{STYLE}</style>\n\
             <defs><marker id=\"fleche\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" \
             orient=\"auto\"><path d=\"M0 0 10 5 0 10z\" class=\"pointe\"/></marker></defs>\n\
             <rect width=\"{width}\" height=\"{height}\" class=\"fond\"/>"
        ),
    );
    head(&mut page, scripts);
    let mut top = HEAD;
    for lane in &lanes {
        draw_lane(&mut page, lane, top, width);
        top += lane.height + BETWEEN_LANES;
    }
    page.push_str("</svg>\n");
    page
}

fn put(page: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(page, "{line}");
}

fn text(page: &mut String, class: &str, (x, y): (u32, u32), words: &str) {
    put(page, &format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escape(words)));
}

/// The title, the kinds of cards, and what holds at every question.
fn head(page: &mut String, scripts: &Scripts) {
    text(page, "grand", (MARGIN, MARGIN + 24), "Le déroulé d'un appel");
    let flow = &scripts.flow;
    let mut rules: Vec<String> =
        flow.links.iter().map(|link| format!("la touche {} mène à « {} »", link.dtmf, link.next)).collect();
    rules.push("la touche étoile fait réécouter".to_owned());
    let ways = [(&flow.noinput, "trois silences"), (&flow.nomatch, "trois erreurs")];
    for (handlers, words) in ways {
        rules.extend(super::check::way_out(&[], handlers).map(|next| format!("{words} mènent à « {next} »")));
    }
    text(page, "regle", (MARGIN, MARGIN + 54), &format!("L'appel commence à « {} ».", flow.start));
    text(page, "regle", (MARGIN, MARGIN + 76), &format!("À chaque question : {}.", rules.join(" ; ")));
    text(
        page,
        "regle",
        (MARGIN, MARGIN + 98),
        "Une suite écrite en bleu souligné est ailleurs sur le dessin : elle y mène.",
    );
    let mut x = MARGIN;
    for (class, words) in card::KINDS {
        put(
            page,
            &format!(
                "<rect class=\"carte {class}\" x=\"{x}\" y=\"{}\" width=\"18\" height=\"18\" rx=\"4\"/>",
                MARGIN + 116
            ),
        );
        text(page, "regle", (x + 26, MARGIN + 130), words);
        x += 40 + 8 * u32::try_from(words.chars().count()).unwrap_or(20);
    }
}

fn draw_lane(page: &mut String, lane: &Lane, top: u32, width: u32) {
    let inner = width - 2 * MARGIN;
    put(page, &format!("<g transform=\"translate({MARGIN} {top})\">"));
    put(page, &format!("<rect class=\"bande\" width=\"{inner}\" height=\"{}\" rx=\"12\"/>", lane.height));
    text(page, "titre", (16, 30), &lane.title);
    text(page, "fichier", (16, 50), &lane.file);
    for arrow in &lane.arrows {
        let ((x1, y1), (x2, y2)) = (arrow.from, arrow.to);
        let bend = (x2 - x1) / 2;
        let path = format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2 - bend);
        put(page, &format!("<path class=\"{}\" d=\"{path}\" marker-end=\"url(#fleche)\"/>", arrow.class));
    }
    for card in &lane.cards {
        draw_card(page, card);
    }
    put(page, "</g>");
}

fn draw_card(page: &mut String, card: &Card) {
    let (x, y) = card.at;
    put(page, &format!("<g id=\"{}\"><title>{}</title>", escape(anchor(&card.id)), escape(card.id.as_str())));
    put(
        page,
        &format!(
            "<rect class=\"carte {}\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"8\"/>",
            card.kind,
            card::WIDTH,
            card.height()
        ),
    );
    text(page, "nom", (x + 12, y + 21), &card.id);
    let mut line = y + 24;
    for words in &card.words {
        line += card::LINE;
        text(page, "mots", (x + 12, line), words);
    }
    for (index, exit) in card.exits.iter().enumerate() {
        let row = card.row(index);
        text(page, "cle", (x + 12, row + 4), &exit.because);
        if exit.drawn {
            continue;
        }
        let target = escape(exit.to.as_str());
        let end = x + card::WIDTH - 12;
        put(
            page,
            &format!(
                "<a href=\"#{}\"><text class=\"lien\" x=\"{end}\" y=\"{}\">{target}</text></a>",
                escape(anchor(&exit.to)),
                row + 4
            ),
        );
    }
    put(page, "</g>");
}

fn anchor(id: &str) -> String {
    format!("etape-{id}")
}
