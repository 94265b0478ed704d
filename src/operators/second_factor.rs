//! The second factor: a code of six digits that her telephone shows, another one every thirty seconds (TOTP, RFC 6238).
//! Pure.
//!
//! A code serves once: whoever accepts one keeps its step, and no step up to it is accepted again.

use fast_qr::ECL;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

/// Where an operator's secret is kept, to which it is sealed.
pub const PLACE: &str = "operators.totp";
/// Where a secret that is being set up is kept, to which it is sealed.
pub const PLACE_BEFORE: &str = "sessions.totp";
/// Digits of a code.
const DIGITS: u8 = 6;
/// For how many seconds a code is shown.
const PERIOD: u64 = 30;
/// How many codes too early or too late are accepted: clocks differ, and people type slowly.
const SKEW: u16 = 1;

/// What her telephone and this service share: 160 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<[u8; 20]>);

impl Secret {
    /// The secret of these random bytes.
    pub fn new(bytes: [u8; 20]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The secret that was kept, once it is unsealed.
    pub fn read(kept: &[u8]) -> Option<Self> {
        kept.try_into().ok().map(Self::new)
    }

    /// What is to be sealed.
    pub fn bytes(&self) -> &[u8] {
        &*self.0
    }

    /// The step of a code that is right at `now` and later than `last`, the step of the last one that served.
    pub fn step_of(&self, code: &str, now: Timestamp, last: i64) -> Option<i64> {
        let code: String = code.chars().filter(|one| !one.is_whitespace()).collect();
        let seconds = u64::try_from(now.as_second()).ok()?;
        let step = i64::try_from(self.totp().check(&code, seconds)?).ok()?;
        (step > last).then_some(step)
    }

    /// The secret as people type it where a telephone has no camera: `ABCD EFGH …`.
    pub fn text(&self) -> String {
        let letters = self.base32();
        let groups: Vec<&str> =
            letters.as_bytes().chunks(4).filter_map(|four| std::str::from_utf8(four).ok()).collect();
        groups.join(" ")
    }

    /// The secret as applications read it. `house` names the service among her other codes.
    pub fn uri(&self, house: &str, login: &str) -> String {
        let (house, login) = (encoded(house), encoded(login));
        let secret = self.base32();
        format!(
            "otpauth://totp/{house}:{login}?secret={secret}&issuer={house}&algorithm=SHA1&digits={DIGITS}&period={PERIOD}"
        )
    }

    fn base32(&self) -> String {
        totp_rs::Secret::new_stack(*self.0).to_base32()
    }

    fn totp(&self) -> Totp {
        let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(DIGITS).with_skew(SKEW);
        builder.with_step_duration(PERIOD).with_secret(totp_rs::Secret::new_stack(*self.0)).build_noncompliant()
    }
}

/// Nothing of a secret is ever printed.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// A text as a square code for cameras: an SVG document of plain attributes, as a strict page allows it.
pub fn square(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    Some(SvgBuilder::default().to_str(&code))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238: its codes end with those of the table there.
    fn secret() -> Secret {
        Secret::new(*b"12345678901234567890")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(secret().step_of(code, at(seconds), 0), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_accepted_one_step_early_or_late_and_no_more() {
        let step = 1_111_111_109 / 30;
        for seconds in [step * 30 - 30, step * 30 + 59] {
            assert_eq!(secret().step_of("081 804 ", at(seconds), 0), Some(step), "{seconds}");
        }
        for seconds in [step * 30 - 31, step * 30 + 60] {
            assert_eq!(secret().step_of("081804", at(seconds), 0), None, "{seconds}");
        }
    }

    #[test]
    fn a_code_serves_once_and_so_do_those_before_it() {
        let step = 1_111_111_109 / 30;
        assert_eq!(secret().step_of("081804", at(1_111_111_109), step - 1), Some(step));
        assert_eq!(secret().step_of("081804", at(1_111_111_109), step), None);
        assert_eq!(secret().step_of("081804", at(1_111_111_109), step + 1), None);
    }

    #[test]
    fn what_is_not_six_digits_is_no_code() {
        for wrong in ["", "08180", "0818044", "+81804", "٠٨١٨٠٤", "081804\0"] {
            assert_eq!(secret().step_of(wrong, at(1_111_111_109), 0), None, "{wrong}");
        }
        assert_eq!(Secret::read(&[0; 19]), None);
        assert_eq!(Secret::read(secret().bytes()), Some(secret()));
        assert_eq!(format!("{:?}", secret()), "Secret");
    }

    #[test]
    fn an_application_reads_the_secret_by_its_camera_or_from_its_keyboard() {
        let text = secret().text();
        assert_eq!(text, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        let uri = secret().uri("Ville de Montpellier : l'entraide", "awa");
        let url = url::Url::parse(&uri).unwrap();
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        assert_eq!(url.path(), "/Ville%20de%20Montpellier%20%3A%20l%27entraide:awa");
        assert_eq!(pairs[0], ("secret".to_owned(), text.replace(' ', "")));
        assert_eq!(pairs[1], ("issuer".to_owned(), "Ville de Montpellier : l'entraide".to_owned()));
        let svg = square(&uri).unwrap();
        assert!(svg.starts_with("<svg viewBox=") && !svg.contains("style") && !svg.contains("script"), "{svg}");
    }
}
