//! Hours as a clerk of a French town writes them: « lundi au vendredi de 8h30 à 12h et de 13h30 à 17h; jours fériés
//! fermé ». They are put into the language of OpenStreetMap and back; what is in that language already passes unchanged.
//! Pure.

/// The days as the standard writes them, and as people do: in full, and short.
const DAYS: [(&str, &str, &str); 7] = [
    ("Mo", "lundi", "lu"),
    ("Tu", "mardi", "ma"),
    ("We", "mercredi", "me"),
    ("Th", "jeudi", "je"),
    ("Fr", "vendredi", "ve"),
    ("Sa", "samedi", "sa"),
    ("Su", "dimanche", "di"),
];

/// A piece of what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Word(&'a str),
    Number(&'a str),
    Space,
    Mark(char),
}

/// The same hours in the language of OpenStreetMap.
pub(super) fn to_standard(text: &str) -> String {
    let pieces = pieces(text);
    let (mut out, mut rest, mut french) = (String::new(), pieces.as_slice(), false);
    while let Some((piece, after)) = rest.split_first() {
        rest = after;
        if let Some((time, after)) = time(*piece, rest) {
            out.push_str(&time);
            (rest, french) = (after, true);
            continue;
        }
        match piece {
            Piece::Word(word) => match standard(word) {
                Some(standard) => {
                    out.push_str(standard);
                    french = true;
                }
                None => out.push_str(word),
            },
            Piece::Number(digits) => out.push_str(digits),
            Piece::Space => out.push(' '),
            Piece::Mark(mark) => out.push(*mark),
        }
    }
    if french { tight(&out) } else { text.to_owned() }
}

/// The same hours as people read them.
pub(super) fn to_french(text: &str) -> String {
    let pieces = pieces(text);
    let (mut out, mut rest) = (String::new(), pieces.as_slice());
    while let Some((piece, after)) = rest.split_first() {
        rest = after;
        match (piece, rest) {
            (Piece::Number(hours), [Piece::Mark(':'), Piece::Number(minutes), ..]) => {
                let hours = hours.trim_start_matches('0');
                out.push_str(if hours.is_empty() { "0" } else { hours });
                out.push('h');
                out.push_str(if *minutes == "00" { "" } else { minutes });
                rest = rest.get(2..).unwrap_or_default();
            }
            (Piece::Word(word), _) => out.push_str(french(word)),
            (Piece::Number(digits), _) => out.push_str(digits),
            (Piece::Space, _) => out.push(' '),
            (Piece::Mark(mark), _) => out.push(*mark),
        }
    }
    out
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let same: fn(char) -> bool = match first {
            one if one.is_alphabetic() => char::is_alphabetic,
            one if one.is_ascii_digit() => |one| one.is_ascii_digit(),
            one if one.is_whitespace() => char::is_whitespace,
            _ => {
                pieces.push(Piece::Mark(if matches!(first, '–' | '—') { '-' } else { first }));
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
                continue;
            }
        };
        let (run, after) = rest.split_at(rest.find(|one| !same(one)).unwrap_or(rest.len()));
        pieces.push(match first {
            _ if first.is_alphabetic() => Piece::Word(run),
            _ if first.is_ascii_digit() => Piece::Number(run),
            _ => Piece::Space,
        });
        rest = after;
    }
    pieces
}

/// « 8h30 », « 8 h », « 12 h 05 », and what follows it.
fn time<'p, 't>(piece: Piece<'t>, rest: &'p [Piece<'t>]) -> Option<(String, &'p [Piece<'t>])> {
    let Piece::Number(hours) = piece else { return None };
    let [Piece::Word("h" | "H"), after @ ..] = unspaced(rest) else { return None };
    let (minutes, after) = match unspaced(after) {
        // « 12h 14h-17h »: what is an hour itself is no minutes.
        [Piece::Number(minutes), last @ ..] if minutes.len() == 2 && !is_an_hour(last) => (*minutes, last),
        _ => ("00", after),
    };
    Some((format!("{hours:0>2}:{minutes}"), after))
}

fn is_an_hour(after: &[Piece<'_>]) -> bool {
    matches!(unspaced(after), [Piece::Word("h" | "H") | Piece::Mark(':'), ..])
}

fn unspaced<'p, 't>(pieces: &'p [Piece<'t>]) -> &'p [Piece<'t>] {
    if let [Piece::Space, rest @ ..] = pieces { rest } else { pieces }
}

/// What a French word is in the standard; none of a word that is not French, or that the standard has.
fn standard(word: &str) -> Option<&'static str> {
    let plain = word.to_lowercase().replace(['é', 'è', 'ê'], "e").replace('à', "a");
    if matches!(word, "Sa" | "Mar" | "PH") {
        return None;
    }
    if let Some((standard, ..)) = DAYS.iter().find(|(_, long, short)| plain == *long || plain == *short) {
        return Some(standard);
    }
    match plain.as_str() {
        "ferie" | "feries" => Some("PH"),
        "ferme" | "fermes" | "fermee" => Some("off"),
        "a" | "au" => Some("-"),
        "et" => Some(","),
        "de" | "du" | "le" | "les" | "jour" | "jours" => Some(""),
        _ => None,
    }
}

fn french(word: &str) -> &str {
    match word {
        "PH" => "jours fériés",
        "off" | "closed" => "fermé",
        _ => DAYS.iter().find(|(standard, ..)| *standard == word).map_or(word, |(_, long, _)| *long),
    }
}

/// Without the spaces that French leaves around a dash, before a comma, and between two openings or two days; a comma
/// between two openings that nothing else parts.
fn tight(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    let begins_a_day = |next: char| next.is_ascii_uppercase();
    while let Some(one) = letters.next() {
        if one != ' ' {
            out.push(one);
            continue;
        }
        while letters.next_if_eq(&' ').is_some() {}
        let (before, after) = (out.chars().last(), letters.peek().copied());
        let after_list = out.strip_suffix(',').and_then(|list| list.chars().last());
        let glued = match (before, after) {
            (None | Some('-'), _) | (_, None | Some('-' | ',' | ';')) => true,
            (Some(','), Some(next)) => {
                next.is_ascii_digit() || (begins_a_day(next) && after_list.is_some_and(char::is_alphabetic))
            }
            _ => false,
        };
        let is_time = out.rsplit([' ', ',', '-', ';']).next().is_some_and(|last| last.contains(':'));
        if !glued {
            out.push(if is_time && after.is_some_and(|next| next.is_ascii_digit()) { ',' } else { ' ' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hours_are_read_as_a_clerk_writes_them() {
        for (written, standard) in [
            ("lundi-vendredi 8h30-12h,13h30-17h; jours fériés fermé", "Mo-Fr 08:30-12:00,13:30-17:00; PH off"),
            ("Du lundi au vendredi de 8 h 30 à 12 h et de 13h30 à 17h", "Mo-Fr 08:30-12:00,13:30-17:00"),
            ("lu, ma, je 9h–12h ; férié fermé", "Mo,Tu,Th 09:00-12:00; PH off"),
            ("le samedi 10h-12h", "Sa 10:00-12:00"),
            ("lundi 8h30 à 12h 14h à 17h", "Mo 08:30-12:00,14:00-17:00"),
            ("Dec 24 9h-12h 14h-16h", "Dec 24 09:00-12:00,14:00-16:00"),
            ("Mo-Fr 08:30-17:00; PH off", "Mo-Fr 08:30-17:00; PH off"),
            ("Mar 01-Oct 31 Mo-Sa 10:00-18:00", "Mar 01-Oct 31 Mo-Sa 10:00-18:00"),
            ("n'importe quoi", "n'importe quoi"),
        ] {
            assert_eq!(to_standard(written), standard, "{written}");
        }
    }

    #[test]
    fn what_is_shown_is_read_back_the_same() {
        for standard in [
            "Mo-Fr 08:30-12:00,13:30-17:00; PH off",
            "24/7",
            "Mo,Tu,Th 09:00-12:00",
            "Mo-Su 22:00-06:00",
            "off",
            "Mar 01-Oct 31 Mo-Sa 10:00-18:00; Dec 25 off",
        ] {
            assert_eq!(to_standard(&to_french(standard)), standard, "{}", to_french(standard));
        }
        assert_eq!(to_french("Mo-Fr 08:30-12:00; PH off"), "lundi-vendredi 8h30-12h; jours fériés fermé");
    }

    proptest! {
        #[test]
        fn no_text_stops_it(text in "\\PC{0,60}") {
            to_french(&to_standard(&text));
        }
    }
}
