//! Passwords: which ones are accepted, how they are kept, and how one is compared. Pure: salts are handed in.
//!
//! Kept as argon2id in PHC strings, with the parameters that OWASP recommends: 19 MiB, two passes. Comparing takes the
//! same work whether the account is there or not, so that nobody learns by the clock which logins exist.

use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization;
use zxcvbn::{Score, zxcvbn};

/// The fewest characters of a password.
pub const SHORTEST: usize = 12;
/// The most characters of a password.
pub const LONGEST: usize = 128;

/// What a password of this service is often made of; words about its operator come on top.
const OURS: [&str; 7] = ["ligne", "solidaire", "mairie", "ville", "ccas", "entraide", "voisins"];

/// What is compared where there is no account: the hash of nothing that anybody knows.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bGlnbmUtc29saWRhaXJlIQ$hzlyBbT7TkzNqbEBYe+vxNFJ517AyE7vAXmTMNWbzCg";

/// Why a new password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// Fewer than [`SHORTEST`] characters.
    Short,
    /// More than [`LONGEST`] characters.
    Long,
    /// Guessed in a few tries by whoever knows French, the town or the operator.
    Easy,
}

impl Unfit {
    /// What the operator reads: what to do.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Short => "Ce mot de passe est trop court : il faut au moins 12 caractères, par exemple quatre mots.",
            Self::Long => "Ce mot de passe est trop long : gardez au plus 128 caractères.",
            Self::Easy => {
                "Ce mot de passe se devine trop facilement : prenez quatre mots sans rapport entre eux, sans votre nom \
                 ni celui de la ville."
            }
        }
    }
}

/// Whether a new password is good enough for somebody of whom these words are known: login, name, town.
pub fn accept(password: &str, about: &[&str]) -> Result<(), Unfit> {
    let password = normal(password);
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Unfit::Short);
    }
    if length > LONGEST {
        return Err(Unfit::Long);
    }
    if zxcvbn(&unsaid(&password, about), &[]).score() < Score::Three { Err(Unfit::Easy) } else { Ok(()) }
}

/// What is left of a password without the words that everybody expects in it: only that keeps a stranger out.
fn unsaid(password: &str, about: &[&str]) -> String {
    let words = about.iter().flat_map(|known| known.split(|one: char| !one.is_alphanumeric()));
    let known = OURS.into_iter().chain(words).filter(|word| word.chars().count() >= 3);
    known.fold(password.to_lowercase(), |left, word| left.replace(&word.to_lowercase(), ""))
}

/// The PHC string of a password, under a salt that never served.
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, password_hash::Error> {
    let hashed = hasher()?.hash_password_with_salt(normal(password).as_bytes(), salt)?;
    Ok(hashed.to_string())
}

/// Whether it is the password that is kept; without one (no such account, none chosen yet) the same work is done and the
/// answer is no.
pub fn verify(kept: Option<&str>, given: &str) -> bool {
    let Ok(hasher) = hasher() else { return false };
    let same = hasher.verify_password(normal(given).as_bytes(), kept.unwrap_or(NOBODY)).is_ok();
    same && kept.is_some()
}

fn hasher() -> Result<Argon2<'static>, password_hash::Error> {
    let params = Params::new(19 * 1024, 2, 1, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The same password however a keyboard composes its accents.
fn normal(password: &str) -> String {
    password.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "tortue bleue sous la guitare";

    #[test]
    fn a_password_is_known_again_and_no_other_is() {
        let kept = hash(GOOD, &[1; 16]).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(verify(Some(&kept), GOOD));
        assert!(!verify(Some(&kept), "tortue bleue sous la guitarE") && !verify(Some(&kept), ""));
        assert_ne!(kept, hash(GOOD, &[2; 16]).unwrap());
    }

    #[test]
    fn an_accent_typed_in_two_strokes_is_the_same_accent() {
        let kept = hash("une th\u{e9}i\u{e8}re f\u{ea}l\u{e9}e", &[1; 16]).unwrap();
        assert!(verify(Some(&kept), "une the\u{301}ie\u{300}re fe\u{302}le\u{301}e"));
    }

    #[test]
    fn nobody_has_a_password_but_costs_as_much_to_compare() {
        let cost = |phc: &str| phc.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(cost(NOBODY), cost(&hash(GOOD, &[1; 16]).unwrap()));
        assert!(password_hash::phc::PasswordHash::new(NOBODY).is_ok());
        assert!(!verify(None, GOOD) && !verify(None, ""));
        assert!(!verify(Some("not a hash"), GOOD));
    }

    #[test]
    fn a_new_password_is_long_enough_and_not_a_word_that_everybody_tries() {
        let about = ["odile.martin", "Odile Martin", "Montpellier"];
        assert_eq!(accept(GOOD, &about), Ok(()));
        assert_eq!(accept("été 12 mots", &about), Err(Unfit::Short));
        assert_eq!(accept(&"tortue bleue ".repeat(10), &about), Err(Unfit::Long));
        for easy in ["motdepasse1234", "azertyuiop123", "aaaaaaaaaaaaaaaa", "123456789012", "passwordpassword"] {
            assert_eq!(accept(easy, &about), Err(Unfit::Easy), "{easy}");
        }
        for hers in ["OdileMartin34", "montpellier2026", "odile.martin.1", "ligne-solidaire", "LigneSolidaire2026"] {
            assert_eq!(accept(hers, &about), Err(Unfit::Easy), "{hers}");
        }
    }
}
