//! The adapters, one file per dialect of the REST interface, and the list of providers they serve.
//!
//! To add a provider of the family: a line in [`Family`], its capabilities, and fixtures of its requests in the tests.

mod address;
mod answer;
mod list;
pub mod twilio;

use std::str::FromStr;

use super::provider::Capabilities;

/// A provider whose documents, webhooks and signatures this room understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Twilio.
    Twilio,
    /// `SignalWire`, with its compatibility interface.
    SignalWire,
    /// Somleng, which a town can run itself.
    Somleng,
}

/// A name that is not in [`Family::ALL`].
#[derive(Debug, thiserror::Error)]
#[error("fournisseur « {0} » inconnu : twilio, signalwire ou somleng")]
pub struct UnknownFamily(String);

impl Family {
    /// Every provider served.
    pub const ALL: [Self; 3] = [Self::Twilio, Self::SignalWire, Self::Somleng];

    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::SignalWire => "signalwire",
            Self::Somleng => "somleng",
        }
    }

    /// What it can do. Whether replies to our text messages arrive depends on the sender that the town has bought
    /// (in France a short code, not a word), so that is off until the configuration turns it on.
    pub fn capabilities(self) -> Capabilities {
        let rich = self != Self::Somleng;
        Capabilities {
            number_url: rich,
            record_keys: rich,
            recording_ids: rich,
            two_way_sms: false,
            speech: rich,
            delete_recordings: rich,
            ssml: rich,
            lists_messages: rich,
        }
    }
}

impl FromStr for Family {
    type Err = UnknownFamily;

    fn from_str(name: &str) -> Result<Self, UnknownFamily> {
        let known = Self::ALL.into_iter().find(|family| family.name().eq_ignore_ascii_case(name.trim()));
        known.ok_or_else(|| UnknownFamily(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_provider_is_found_by_its_name() {
        for family in Family::ALL {
            assert_eq!(family.name().to_uppercase().parse::<Family>().unwrap(), family);
        }
        assert!("plivo".parse::<Family>().is_err());
    }
}
