//! The error codes of the family, by what they ask of us.
//!
//! The same table serves the answer to a request and the report of a text message. A code that is not listed is
//! [`Meaning::Other`]: it is shown and never retried.

/// What an error code asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The person answered STOP, or her operator blocks us: never text that number again.
    OptedOut,
    /// The number receives no text message: call instead.
    NoSms,
    /// The number does not exist: ask for another.
    BadNumber,
    /// Something in the provider's account or in our configuration: an operator must mend it.
    Settings,
    /// We sent something malformed.
    OurMistake,
    /// The call is over already: nothing to do.
    CallOver,
    /// The telephone is off or out of reach: once more later.
    Unreachable,
    /// Too much at once: wait, then the same again.
    Overloaded,
    /// It may have happened: look before repeating.
    Ambiguous,
    /// Anything else.
    Other,
}

/// What `code` asks for.
pub fn meaning(code: u32) -> Meaning {
    match code {
        21610 | 30004 | 40300 => Meaning::OptedOut,
        21614 | 30006 => Meaning::NoSms,
        21211 | 21214 | 21217 | 21216 | 30005 => Meaning::BadNumber,
        20003 | 20404 | 21408 | 21215 | 21203 | 13227 | 21601 | 21603 | 21606 | 21612 | 21212 | 21210 | 21213
        | 21608 | 21219 | 30002 | 30007 | 30024 => Meaning::Settings,
        20001 | 21201 | 21205 | 21602 | 21604 | 21617 | 21619 | 21626 => Meaning::OurMistake,
        21220 => Meaning::CallOver,
        30003 | 30008 => Meaning::Unreachable,
        20429 | 21611 | 30001 => Meaning::Overloaded,
        20500 | 20503 | 30410 => Meaning::Ambiguous,
        _ => Meaning::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_landline_is_called_and_a_stop_is_final() {
        assert_eq!(meaning(21614), Meaning::NoSms);
        assert_eq!(meaning(21610), Meaning::OptedOut);
        assert_eq!(meaning(20429), Meaning::Overloaded);
        assert_eq!(meaning(0), Meaning::Other);
    }
}
