//! The colour of the town on the pages, in light and dark, always readable: contrast is that of WCAG 2.1 (1.4.3). Pure.
//!
//! A town gives one colour. Where text on it, or it on the ground of a page, would fall below 4.5:1, a darker (or, at
//! night, lighter) one of the same hue is used instead: a page that cannot be read is no option, nor a line that does not
//! start because of a colour.

/// A colour of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// The least contrast of ordinary text.
const READABLE: f64 = 4.5;
/// The grounds of our pages.
const LIGHT: Colour = Colour { red: 0xf4, green: 0xf5, blue: 0xf2 };
const DARK: Colour = Colour { red: 0x22, green: 0x2b, blue: 0x28 };
const WHITE: Colour = Colour { red: 255, green: 255, blue: 255 };
const BLACK: Colour = Colour { red: 0, green: 0, blue: 0 };
/// The colour of a town that gives none.
pub const OURS: Colour = Colour { red: 0x1c, green: 0x5d, blue: 0x66 };

impl Colour {
    /// Reads `#1c5d66`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self { red: part(0)?, green: part(2)?, blue: part(4)? })
    }

    /// How bright it is seen, 0 to 1 (WCAG's relative luminance).
    fn luminance(self) -> f64 {
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(self.red) + 0.7152 * part(self.green) + 0.0722 * part(self.blue)
    }

    /// The contrast of two colours, 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The nearest colour on the way to `end` that contrasts enough with all of `others`.
    fn until_readable(self, end: Self, others: &[Self]) -> Self {
        let steps = (0..=100u16).map(|step| self.mixed(end, step));
        let mut readable = steps.filter(|colour| others.iter().all(|other| colour.contrast(*other) >= READABLE));
        readable.next().unwrap_or(end)
    }

    /// `percent` of the way to `end`.
    fn mixed(self, end: Self, percent: u16) -> Self {
        let part = |from: u8, to: u8| {
            let mixed = (u16::from(from) * (100 - percent) + u16::from(to) * percent) / 100;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Self { red: part(self.red, end.red), green: part(self.green, end.green), blue: part(self.blue, end.blue) }
    }

    /// As a style sheet and the settings write it: `#1c5d66`.
    pub fn written(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

/// What a town decides of how its pages look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Its colour.
    pub colour: Colour,
    /// What is written at the top of every page.
    pub name: String,
    /// Its logo: kind and content.
    pub logo: Option<(&'static str, Vec<u8>)>,
}

impl Default for Look {
    fn default() -> Self {
        Self { colour: OURS, name: "Ligne Solidaire".to_owned(), logo: None }
    }
}

impl Look {
    /// The colour by day, then by night.
    fn readable(&self) -> (Colour, Colour) {
        let day = self.colour.until_readable(BLACK, &[WHITE, LIGHT]);
        let night = self.colour.until_readable(WHITE, &[BLACK, DARK]);
        (day, night)
    }

    /// Whether the town's own colour could not be used as it is.
    pub fn is_corrected(&self) -> bool {
        self.readable().0 != self.colour
    }

    /// The style sheet.
    pub fn css(&self) -> String {
        let (day, night) = self.readable();
        let (day, night) = (day.written(), night.written());
        format!(
            ":root {{ --town: {day}; --on-town: #ffffff; }}\n\
             @media (prefers-color-scheme: dark) {{ :root {{ --town: {night}; --on-town: #000000; }} }}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((BLACK.contrast(WHITE) - 21.0).abs() < 1e-9);
        let grey = Colour::parse("#767676").unwrap();
        assert!((grey.contrast(WHITE) - 4.54).abs() < 0.01, "the grey that the standard's authors give");
    }

    #[test]
    fn our_own_colour_needs_no_correction() {
        assert!(!Look::default().is_corrected());
    }

    #[test]
    fn only_colours_are_colours() {
        for refused in ["", "1c5d66", "#1c5d6", "#1c5d66;", "red", "#gggggg", "#é12345"] {
            assert_eq!(Colour::parse(refused), None, "{refused}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_town_chooses_can_be_read(red: u8, green: u8, blue: u8) {
            let look = Look { colour: Colour { red, green, blue }, ..Look::default() };
            let (day, night) = look.readable();
            for other in [WHITE, LIGHT] {
                prop_assert!(day.contrast(other) >= READABLE);
            }
            for other in [BLACK, DARK] {
                prop_assert!(night.contrast(other) >= READABLE);
            }
        }
    }
}
