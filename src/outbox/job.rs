//! What can be asked of the worker: a kind and ids, never personal data.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// A thing to do outside the building. A new kind goes here, in [`Job::KINDS`] and in the worker's table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "ids", rename_all = "snake_case")]
pub enum Job {
    /// Fetches a caller's recording from the provider, and keeps it sealed.
    FetchRecording {
        /// The row of the recording.
        #[serde(with = "as_text")]
        recording_id: Uuid,
    },
    /// Deletes a recording at the provider.
    DeleteRecording {
        /// The row of the recording.
        #[serde(with = "as_text")]
        recording_id: Uuid,
    },
    /// Alerts whoever is on call that a person in danger waits for somebody to claim her callback.
    AlertOnCall {
        /// The row of the callback.
        #[serde(with = "as_text")]
        callback_id: Uuid,
        /// 1 for the first round of alerts; it repeats until the callback is claimed.
        round: u32,
    },
    /// Rings the telephone of an agent who calls somebody back by a click.
    CallAgent {
        /// The row of the call back.
        #[serde(with = "as_text")]
        bridge_id: Uuid,
    },
    /// Tells supervisors that a safeguarding report waits.
    TellSignal {
        /// The row of the report.
        #[serde(with = "as_text")]
        signal_id: Uuid,
    },
    /// Tells somebody by a text that nobody could reach her.
    TellTried {
        /// The row of the callback.
        #[serde(with = "as_text")]
        callback_id: Uuid,
    },
    /// Hands a text to the provider.
    SendText {
        /// The row of the message.
        #[serde(with = "as_text")]
        message_id: Uuid,
    },
}

/// A row of the outbox that this version does not understand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a job of kind {kind} cannot be read")]
pub struct JobError {
    /// The kind that its row says.
    pub kind: String,
}

impl Job {
    /// Every kind that this version knows. An older instance beside a newer one leaves the newer kinds to it.
    pub const KINDS: [&str; 7] = [
        "fetch_recording",
        "delete_recording",
        "alert_on_call",
        "call_agent",
        "tell_signal",
        "tell_tried",
        "send_text",
    ];

    /// The kind that is taken before all others: somebody is in danger.
    pub const URGENT: &str = Self::KINDS[2];

    /// The kind, as its row says it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::FetchRecording { .. } => Self::KINDS[0],
            Self::DeleteRecording { .. } => Self::KINDS[1],
            Self::AlertOnCall { .. } => Self::KINDS[2],
            Self::CallAgent { .. } => Self::KINDS[3],
            Self::TellSignal { .. } => Self::KINDS[4],
            Self::TellTried { .. } => Self::KINDS[5],
            Self::SendText { .. } => Self::KINDS[6],
        }
    }

    /// The ids, as JSON.
    pub(super) fn payload(&self) -> String {
        serde_json::to_value(self).map_or(Value::Null, |mut job| job["ids"].take()).to_string()
    }

    /// The job that a row holds.
    pub(super) fn read(kind: &str, payload: &str) -> Result<Self, JobError> {
        let ids: Value = serde_json::from_str(payload).unwrap_or(Value::Null);
        serde_json::from_value(json!({ "kind": kind, "ids": ids })).map_err(|_| JobError { kind: kind.to_owned() })
    }
}

mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use uuid::Uuid;

    pub(super) fn serialize<S: Serializer>(id: &Uuid, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(id)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Uuid, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_is_read_back_from_its_row() {
        let id = Uuid::from_u128(7);
        let jobs = [
            Job::FetchRecording { recording_id: id },
            Job::DeleteRecording { recording_id: id },
            Job::AlertOnCall { callback_id: id, round: 2 },
            Job::CallAgent { bridge_id: id },
            Job::TellSignal { signal_id: id },
            Job::TellTried { callback_id: id },
        ];
        for (job, kind) in jobs.iter().zip(Job::KINDS) {
            assert_eq!(job.kind(), kind);
            assert_eq!(Job::read(kind, &job.payload()).as_ref(), Ok(job));
        }
        assert_eq!(jobs[2].payload(), r#"{"callback_id":"00000000-0000-0000-0000-000000000007","round":2}"#);
    }

    #[test]
    fn a_row_of_another_version_is_an_error_that_names_its_kind() {
        for (kind, payload) in [("send_fax", "{}"), ("fetch_recording", "{}"), ("fetch_recording", "not json")] {
            assert_eq!(Job::read(kind, payload), Err(JobError { kind: kind.into() }));
        }
    }
}
