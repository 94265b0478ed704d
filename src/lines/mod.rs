//! A line is one toll-free number of one town: hours, territory, numbers, words. What the settings say of it is here;
//! its row in the database holds only its id and its number.
//!
//! Called with every webhook ([`Lines::find`]) and by whatever speaks of hours or makes a promise. Never here: what is
//! said to a caller, and any telephone call.

pub mod change;
pub mod district;
pub mod half_day;
pub mod hours;
pub mod map;
pub mod numbering;
pub mod overrides;
pub mod promise;
pub mod reload;
pub mod settings;
pub mod store;
pub mod week;
pub mod written;

use std::sync::Arc;

use arc_swap::ArcSwap;
use uuid::Uuid;

use crate::phone::PhoneNumber;

pub use district::District;
pub use half_day::HalfDay;
pub use hours::Hours;
pub use settings::{CallerIds, LineSettings, SmsSender};

/// One toll-free number of one town.
#[derive(Debug, Clone)]
pub struct Line {
    /// The row that calls and requests belong to.
    pub id: Uuid,
    /// The number printed on the poster.
    pub number: PhoneNumber,
    /// What the town decided.
    pub settings: Arc<LineSettings>,
}

impl Line {
    /// Whether a provider may present calls to this line under `number`: the green number itself, or one that the
    /// operator of the green number translates it to.
    pub fn answers(&self, number: &PhoneNumber) -> bool {
        self.number == *number || self.settings.also.contains(number)
    }
}

/// The lines this service answers. What a town decides while they are running is put here, and every holder of the lines
/// sees it at its next look.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// As the file has them.
    configured: Arc<Vec<Line>>,
    /// As they are in force.
    present: Arc<ArcSwap<Vec<Line>>>,
}

impl Lines {
    /// These lines, and no other.
    pub fn new(lines: Vec<Line>) -> Self {
        Self { configured: Arc::new(lines.clone()), present: Arc::new(ArcSwap::from_pointee(lines)) }
    }

    /// The line that `to` calls, however the provider writes it: E.164, without its plus, national, or the user of a
    /// SIP address. None for a number that is not configured.
    pub fn find(&self, to: &str) -> Option<Line> {
        let (lines, user) = (self.present.load(), user_of(to));
        // As nearly every provider writes it: reading it as any number of the world is for the others.
        if let Some(line) = lines.iter().find(|line| line.number.as_e164() == user) {
            return Some(line.clone());
        }
        let number = PhoneNumber::parse(user).ok()?;
        lines.iter().find(|line| line.answers(&number)).cloned()
    }

    /// The line of a row.
    pub fn by_id(&self, id: Uuid) -> Option<Line> {
        self.present.load().iter().find(|line| line.id == id).cloned()
    }

    /// All of them, in the order of the settings.
    pub fn iter(&self) -> impl Iterator<Item = Line> + use<> {
        let lines = self.present.load_full();
        (0..lines.len()).filter_map(move |index| lines.get(index).cloned())
    }

    /// What the file says of a line.
    pub fn configured(&self, id: Uuid) -> Option<Arc<LineSettings>> {
        self.configured.iter().find(|line| line.id == id).map(|line| line.settings.clone())
    }

    /// Puts settings in force; `false` where they are already.
    pub fn put(&self, id: Uuid, settings: &LineSettings) -> bool {
        let before = self.by_id(id);
        if before.is_none_or(|line| *line.settings == *settings) {
            return false;
        }
        let settings = Arc::new(settings.clone());
        self.present.rcu(|lines| {
            let mut lines = Vec::clone(lines);
            lines.iter_mut().filter(|line| line.id == id).for_each(|line| line.settings = settings.clone());
            lines
        });
        true
    }

    /// Every number that is ours: a caller id among them says nothing of who calls.
    pub fn own_numbers(&self) -> Vec<PhoneNumber> {
        let senders = |line: &Line| line.settings.callers.numbers().cloned().collect::<Vec<_>>();
        let ours = self.iter().flat_map(|line| {
            [vec![line.number.clone()], line.settings.also.clone(), senders(&line)].into_iter().flatten()
        });
        ours.collect()
    }
}

/// The part of an address that is a number: `+33…` of `sip:+33…@host;user=phone`. An encoded or lost plus is mended.
fn user_of(to: &str) -> &str {
    let to = to.trim();
    let address = ["sip:", "sips:", "tel:"].iter().find_map(|scheme| strip_prefix_ignoring_case(to, scheme));
    let user = address.unwrap_or(to).split(['@', ';']).next().unwrap_or_default();
    strip_prefix_ignoring_case(user, "%2b").unwrap_or(user).trim()
}

fn strip_prefix_ignoring_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).unwrap()
    }

    fn lines() -> Lines {
        let line = |id, of: &str, also: &[&str]| {
            let also = also.iter().map(|text| number(text)).collect();
            let settings = LineSettings { also, ..LineSettings::default() };
            Line { id: Uuid::from_u128(id), number: number(of), settings: Arc::new(settings) }
        };
        Lines::new(vec![line(1, "01 99 00 12 34", &["04 65 71 12 34"]), line(2, "02 61 91 12 34", &[])])
    }

    #[test]
    fn a_call_finds_its_line_however_the_provider_writes_the_number() {
        let lines = lines();
        let first = [
            "+33199001234",
            "33199001234",
            "0199001234",
            "01 99 00 12 34",
            " 33199001234",
            "0033199001234",
            "sip:+33199001234@sip.example.org",
            "sip:0199001234@10.0.0.1:5060;transport=tls",
            "SIP:+33199001234@h;user=phone",
            "sip:%2B33199001234@h",
            "tel:+33199001234",
            "+33465711234",
            "sip:33465711234@h",
        ];
        for to in first {
            assert_eq!(lines.find(to).map(|line| line.id.as_u128()), Some(1), "{to}");
        }
        assert_eq!(lines.find("+33261911234").map(|line| line.id.as_u128()), Some(2));
    }

    #[test]
    fn a_number_that_is_not_configured_has_no_line() {
        let lines = lines();
        for to in ["", "+", "+33199001235", "15", "anonymous", "sip:", "sip:@", "client:accueil", "é", "%2", "\u{0}"] {
            assert!(lines.find(to).is_none(), "{to}");
        }
        assert!(lines.find(&"3".repeat(10_000)).is_none());
    }

    #[test]
    fn whoever_holds_the_lines_sees_what_is_put_in_force() {
        let lines = lines();
        let (holder, id) = (lines.clone(), Uuid::from_u128(1));
        let crowded = LineSettings { crowded: true, ..(*lines.by_id(id).unwrap().settings).clone() };
        assert!(lines.put(id, &crowded) && !lines.put(id, &crowded));
        assert!(holder.by_id(id).unwrap().settings.crowded);
        assert!(!holder.configured(id).unwrap().crowded, "the file says what it said");
        assert!(!holder.iter().find(|line| line.id != id).unwrap().settings.crowded);
        assert!(!lines.put(Uuid::nil(), &crowded));
    }

    #[test]
    fn our_own_numbers_are_all_those_we_answer_and_present() {
        let callers = CallerIds { automated_voice: Some(number("09 37 00 00 01")), ..CallerIds::default() };
        let settings = LineSettings { also: vec![number("0465711234")], callers, ..LineSettings::default() };
        let line = Line { id: Uuid::nil(), number: number("0199001234"), settings: Arc::new(settings) };
        let ours: Vec<_> = Lines::new(vec![line]).own_numbers().iter().map(PhoneNumber::national).collect();
        assert_eq!(ours, ["0199001234", "0465711234", "0937000001"]);
    }
}
