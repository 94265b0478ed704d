//! The states that providers report, and which of two reports is the later one.
//!
//! Reports arrive twice and out of order, so whoever keeps a state moves it on only by [`CallStatus::follows`] or
//! [`MessageStatus::follows`]. A word that nobody documented is `Unknown` and follows nothing.

/// One enum per family of words, with the spelling of each.
macro_rules! statuses {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// A word that is not documented.
            Unknown,
        }

        impl $name {
            /// Every documented state.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Reads a provider's word, whatever its case, with `-` or `_`.
            pub fn read(word: &str) -> Self {
                match word.trim().to_ascii_lowercase().replace('_', "-").as_str() {
                    $($word => Self::$variant,)*
                    _ => Self::Unknown,
                }
            }

            /// The provider's word.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Unknown => "unknown",
                }
            }
        }
    };
}

statuses! {
    /// How far a call is.
    CallStatus {
        /// Accepted by the provider, not yet dialled.
        Queued = "queued",
        /// Being dialled.
        Initiated = "initiated",
        /// The telephone rings.
        Ringing = "ringing",
        /// Somebody is on the line.
        InProgress = "in-progress",
        /// It was answered and is over.
        Completed = "completed",
        /// The telephone was busy.
        Busy = "busy",
        /// Nobody answered.
        NoAnswer = "no-answer",
        /// It could not be placed.
        Failed = "failed",
        /// It was given up before an answer.
        Canceled = "canceled",
    }
}

statuses! {
    /// How a `Dial` ended.
    DialStatus {
        /// Answered (perhaps by a voicemail: `bridged` tells).
        Completed = "completed",
        /// Answered by a conference.
        Answered = "answered",
        /// Busy.
        Busy = "busy",
        /// Nobody answered in time.
        NoAnswer = "no-answer",
        /// Could not be rung.
        Failed = "failed",
        /// The caller hung up while it rang.
        Canceled = "canceled",
    }
}

statuses! {
    /// How far a text message is.
    MessageStatus {
        /// Taken by the provider.
        Accepted = "accepted",
        /// Kept for later.
        Scheduled = "scheduled",
        /// Waits its turn.
        Queued = "queued",
        /// On its way to the operator.
        Sending = "sending",
        /// Handed to the operator; the last news where there are no receipts.
        Sent = "sent",
        /// The telephone has it.
        Delivered = "delivered",
        /// The operator could not deliver it.
        Undelivered = "undelivered",
        /// The provider could not send it.
        Failed = "failed",
        /// Withdrawn before it left.
        Canceled = "canceled",
        /// Delivered and opened.
        Read = "read",
        /// Being received by us.
        Receiving = "receiving",
        /// Received by us.
        Received = "received",
        /// Some of its parts arrived.
        PartiallyDelivered = "partially-delivered",
    }
}

statuses! {
    /// How far a recording is.
    RecordingStatus {
        /// Being recorded.
        InProgress = "in-progress",
        /// Suspended.
        Paused = "paused",
        /// Stopped.
        Stopped = "stopped",
        /// Being prepared.
        Processing = "processing",
        /// The audio can be fetched.
        Completed = "completed",
        /// There was nothing to keep.
        Absent = "absent",
        /// It was lost.
        Failed = "failed",
        /// It was erased.
        Deleted = "deleted",
    }
}

impl CallStatus {
    /// Whether the call is over.
    pub fn is_final(self) -> bool {
        self.rank() == 4
    }

    /// Whether this report moves a call on that was in `before`: never back, and never away from its end.
    pub fn follows(self, before: Self) -> bool {
        self.rank() > before.rank()
    }

    fn rank(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Queued | Self::Initiated => 1,
            Self::Ringing => 2,
            Self::InProgress => 3,
            Self::Completed | Self::Busy | Self::NoAnswer | Self::Failed | Self::Canceled => 4,
        }
    }
}

impl MessageStatus {
    /// Whether nothing more will be reported. `Sent` may stay the last word without being final.
    pub fn is_final(self) -> bool {
        self.rank() >= 5
    }

    /// Whether this report moves a message on that was in `before`.
    pub fn follows(self, before: Self) -> bool {
        self.rank() > before.rank()
    }

    fn rank(self) -> u8 {
        match self {
            Self::Unknown | Self::Receiving | Self::Received => 0,
            Self::Accepted | Self::Scheduled => 1,
            Self::Queued => 2,
            Self::Sending => 3,
            Self::Sent | Self::PartiallyDelivered => 4,
            Self::Delivered | Self::Undelivered | Self::Failed | Self::Canceled => 5,
            Self::Read => 6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_read_back_from_its_word() {
        for status in CallStatus::ALL {
            assert_eq!(CallStatus::read(status.word()), *status);
        }
        for status in MessageStatus::ALL {
            assert_eq!(MessageStatus::read(&status.word().to_uppercase().replace('-', "_")), *status);
        }
        assert_eq!(CallStatus::read("answering"), CallStatus::Unknown);
        assert_eq!(DialStatus::read(""), DialStatus::Unknown);
    }

    #[test]
    fn a_late_report_never_moves_a_call_or_a_message_back() {
        for (index, before) in CallStatus::ALL.iter().enumerate() {
            for after in &CallStatus::ALL[..index] {
                assert!(!after.follows(*before), "{after:?} after {before:?}");
            }
        }
        assert!(CallStatus::Completed.follows(CallStatus::Ringing));
        assert!(!CallStatus::Unknown.follows(CallStatus::Unknown));
        assert!(MessageStatus::Delivered.follows(MessageStatus::Sent));
        assert!(!MessageStatus::Sent.follows(MessageStatus::Delivered));
        assert!(!MessageStatus::Delivered.follows(MessageStatus::Undelivered));
    }
}
