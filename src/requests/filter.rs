//! What an agent looks for among the requests. Pure.

use jiff::Timestamp;
use uuid::Uuid;

use super::request::State;
use crate::phone::PhoneNumber;

/// Requests on one page of a search.
pub const PAGE: i64 = 50;

/// What an agent looks for; what is not said matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Six digits or a telephone number.
    pub words: Words,
    /// The code of a category.
    pub category: Option<String>,
    /// Where it stands: any of these.
    pub states: Vec<State>,
    /// 0 to 3.
    pub priority: Option<u8>,
    /// The line, among hers.
    pub line: Option<Uuid>,
    /// Any of these postal codes: those of a district.
    pub postal_codes: Vec<String>,
    /// The code of a language.
    pub lang: Option<String>,
    /// Made at this instant or later.
    pub from: Option<Timestamp>,
    /// Made before this instant.
    pub to: Option<Timestamp>,
    /// The page, from 0.
    pub page: u32,
}

/// What was typed in the search field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Words {
    /// Nothing.
    #[default]
    Nothing,
    /// The six digits of a request.
    Reference(String),
    /// The number of whoever made it, is to be called back, or is helped.
    Number(PhoneNumber),
    /// Neither: names are sealed, nothing is found by them.
    Neither,
}

impl Words {
    /// Reads what was typed, spaces and dots aside.
    pub fn read(typed: &str) -> Self {
        let typed = typed.trim();
        let digits: String = typed.chars().filter(|one| !one.is_whitespace() && *one != '.').collect();
        match PhoneNumber::parse(typed) {
            _ if digits.is_empty() => Self::Nothing,
            _ if digits.len() == 6 && digits.bytes().all(|one| one.is_ascii_digit()) => Self::Reference(digits),
            Ok(number) => Self::Number(number),
            Err(_) => Self::Neither,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_a_request_and_ten_a_telephone() {
        assert_eq!(Words::read(" 416 640 "), Words::Reference("416640".to_owned()));
        assert_eq!(Words::read("04 65 71 00 01"), Words::Number(PhoneNumber::parse("0465710001").unwrap()));
        assert_eq!(Words::read("04.65.71.00.01"), Words::Number(PhoneNumber::parse("0465710001").unwrap()));
        assert_eq!(Words::read("  "), Words::Nothing);
        for neither in ["Odette", "41664", "4166400", "'; drop table requests", "４１６６４０"] {
            assert_eq!(Words::read(neither), Words::Neither, "{neither}");
        }
    }
}
