//! French telephone numbers between the way people write them and the way the exchange sends them. Only what the
//! simulator needs: it judges nothing, since a test may call from any nonsense.

/// `04 65 71 00 01` as `+33465710001`; what is no French number stays as it is.
pub fn e164(written: &str) -> String {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    match (written.trim_start().starts_with('+'), digits.strip_prefix('0')) {
        (false, Some(rest)) if digits.len() == 10 => format!("+33{rest}"),
        _ => written.trim().to_owned(),
    }
}

/// `+33465710001` as `04 65 71 00 01`; what is no French number stays as it is.
pub fn in_pairs(number: &str) -> String {
    match number.strip_prefix("+33") {
        Some(rest) if rest.len() == 9 && rest.chars().all(|digit| digit.is_ascii_digit()) => {
            let national: Vec<char> = std::iter::once('0').chain(rest.chars()).collect();
            national.chunks(2).map(String::from_iter).collect::<Vec<_>>().join(" ")
        }
        _ => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{e164, in_pairs};

    #[test]
    fn a_number_is_written_in_pairs_and_sent_with_its_country() {
        assert_eq!(e164("04 65 71 00 01"), "+33465710001");
        assert_eq!(in_pairs("+33465710001"), "04 65 71 00 01");
        for other in ["anonymous", "+14155550100", "3949", ""] {
            assert_eq!((e164(other), in_pairs(other)), (other.to_owned(), other.to_owned()));
        }
    }
}
