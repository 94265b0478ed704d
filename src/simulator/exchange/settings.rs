//! How one exchange behaves: who it is for the service, and the differences between the providers of the family that a
//! test turns on one by one.

/// Everything an exchange is told once.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one difference between providers, turned on alone")]
pub struct Settings {
    /// The service's public address, without a path: `https://ligne.example.org`. Signatures are made over it.
    pub public_url: String,
    /// The account whose calls these are.
    pub account: String,
    /// The token that signs them.
    pub token: String,
    /// Where ids come from: the same seed gives the same ids.
    pub seed: u64,
    /// Where the provider's REST interface pretends to be; recording addresses start with it.
    pub api: String,
    /// What `From` holds when somebody hides the number.
    pub withheld: String,
    /// What `ForwardedFrom` holds, when the operator of the green number fills it.
    pub forwarded_from: Option<String>,
    /// The address of the fall-back document, asked for when a document fails; without it the call drops.
    pub fallback: Option<String>,
    /// How often each webhook is delivered.
    pub delivery: Delivery,
    /// How keys that never came are told.
    pub empty_result: EmptyResult,
    /// What comes after a recording in which nobody spoke.
    pub empty_record: EmptyRecord,
    /// Whether Record's action says which key ended it and gives the recording's id (one provider gives neither).
    pub record_keys: bool,
    /// When the recording's own callback comes.
    pub recording_notice: RecordingNotice,
    /// Whether the `url` of a Number is fetched before the two are put through; otherwise it is ignored.
    pub number_url: bool,
    /// Whether Dial's action carries `DialBridged`.
    pub dial_bridged: bool,
    /// Whether the end of a call is told; the event may never come.
    pub end_notices: bool,
    /// Whether the list of messages can be read.
    pub lists_messages: bool,
}

impl Settings {
    /// A well-meaning provider for the service that is public at `public_url` (no path, no final slash).
    pub fn new(public_url: &str, account: &str, token: &str) -> Self {
        Self {
            public_url: public_url.trim_end_matches('/').to_owned(),
            account: account.to_owned(),
            token: token.to_owned(),
            seed: 1,
            api: "https://api.twilio.com".to_owned(),
            withheld: "anonymous".to_owned(),
            forwarded_from: None,
            fallback: None,
            delivery: Delivery::Once,
            empty_result: EmptyResult::FallsThrough,
            empty_record: EmptyRecord::Action,
            record_keys: true,
            recording_notice: RecordingNotice::After,
            number_url: true,
            dial_bridged: true,
            end_notices: true,
            lists_messages: true,
        }
    }

    /// The address of the service's `path` under `/telephony/twilio/`.
    pub(super) fn endpoint(&self, path: &str) -> String {
        format!("{}/telephony/twilio/{path}", self.public_url)
    }
}

/// How often each webhook is delivered; answers that differ by a byte are an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Once.
    Once,
    /// Again, after the first answer.
    TwiceInTurn,
    /// Twice at the same instant.
    TwiceAtOnce,
}

/// How a Gather without any key is told; nobody agrees in the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyResult {
    /// Not at all: the next verb runs.
    FallsThrough,
    /// The action is requested without `Digits`.
    ActionWithoutDigits,
    /// The action is requested with an empty `Digits`.
    ActionWithEmptyDigits,
}

/// What comes after a recording in which nobody spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyRecord {
    /// The action, with a recording of silence.
    Action,
    /// The next verb, and no recording.
    FallsThrough,
}

/// When the callback that says that the sound is ready comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingNotice {
    /// Before the action.
    Before,
    /// After the action.
    After,
    /// Never.
    Never,
}

/// What befalls a text that the service hands over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// It is taken, and the answer is lost: a timeout, a broken connection, a page of garbage.
    AnswerLost,
    /// It is not taken, and no answer says so: a server error.
    NothingDone,
    /// Too much at once: come back, perhaps after so many seconds.
    Busy(Option<u64>),
    /// It is refused with that error code.
    Refused(u32),
}
