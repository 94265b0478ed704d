//! A provider behind the limits of the house: composed once around whatever adapter there is, so that nothing leaves
//! beside it.
//!
//! Each text and call is counted before it leaves, in the database that instances share; what did not leave is taken off
//! again. So what is counted is never less than what left.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::rules::{Limit, Limits, PREFIX, Weight, may_call, may_text};
use super::store;
use crate::clock::Clock;
use crate::db::{Db, DbError};
use crate::phone::PhoneNumber;
use crate::secret::Keyring;
use crate::sms::outbound::store::stops;
use crate::sms::segments::measure;
use crate::telemetry;
use crate::telephony::provider::{
    Capabilities, Leave, Listed, Lost, OutgoingCall, OutgoingMessage, Provider, ProviderError, RecordingRef, Sent,
};

/// The code by which providers say that a number asked for no more texts.
const STOPPED: u32 = 21610;
/// A wait of the provider at least that long is one of its whole queue: the other texts wait too.
const LONG_WAIT: Duration = Duration::from_mins(15);

/// A provider behind the limits of the house.
pub struct Guarded {
    inner: Arc<dyn Provider>,
    db: Db,
    keyring: Keyring,
    clock: Arc<dyn Clock>,
    zone: TimeZone,
    limits: Limits,
    /// Until when the provider's queue is full, in milliseconds.
    paused_till: AtomicI64,
}

/// Why something may not leave.
enum Refused {
    /// A limit is reached.
    Limit(Limit),
    /// The number asked for no more texts.
    Stopped,
    /// Nobody can say.
    Db(DbError),
}

impl From<DbError> for Refused {
    fn from(cause: DbError) -> Self {
        Self::Db(cause)
    }
}

/// What was counted, to be taken off again if it does not leave.
struct Counted {
    day: String,
    number: String,
    what: Weight,
}

impl Guarded {
    /// Puts the limits around a provider. A day is one of `zone`.
    pub fn around(
        inner: Arc<dyn Provider>,
        (db, keyring): (Db, Keyring),
        clock: Arc<dyn Clock>,
        zone: TimeZone,
        limits: Limits,
    ) -> Self {
        Self { inner, db, keyring, clock, zone, limits, paused_till: AtomicI64::new(0) }
    }

    /// Counts what is about to leave, unless it may not.
    async fn count(&self, to: &PhoneNumber, what: Weight, leave: Leave) -> Result<Option<Counted>, ProviderError> {
        let now = self.clock.now();
        let day = self.zone.to_datetime(now).date().to_string();
        let number = self.keyring.index("callers.number", to.as_e164());
        let (limits, counted) = (self.limits, Counted { day: day.clone(), number: number.clone(), what });
        let counting = self.db.write(move |tx| {
            Box::pin(async move {
                if what.texts > 0 && leave != Leave::AfterStop && stops::of(tx, &number).await?.is_some() {
                    return Err(Refused::Stopped);
                }
                let (of_number, of_house) = store::count(tx, &day, &number, what).await?;
                match limits.beyond(what, of_number, of_house).filter(|_| leave == Leave::Limited) {
                    Some(limit) => Err(Refused::Limit(limit)),
                    None => Ok(of_house),
                }
            })
        });
        match counting.await {
            Ok(of_house) => {
                self.tell(what, of_house);
                Ok(Some(counted))
            }
            Err(Refused::Stopped) => Err(ProviderError::Never {
                code: Some(STOPPED),
                text: "ce numéro a demandé à ne plus rien recevoir".to_owned(),
            }),
            Err(Refused::Limit(limit)) => {
                self.tell_reached(limit, counted.day).await;
                Err(ProviderError::Retry { after: Some(self.until_tomorrow(now)), cause: limit.cause().to_owned() })
            }
            // An alert leaves whatever is down.
            Err(Refused::Db(_)) if leave == Leave::Always => Ok(None),
            Err(Refused::Db(cause)) => Err(ProviderError::retry(telemetry::chain(&cause))),
        }
    }

    /// Takes off what did not leave. What may have left stays counted.
    async fn settle<T>(&self, counted: Option<Counted>, result: &Result<T, ProviderError>) {
        let never_left = matches!(result, Err(ProviderError::Retry { .. } | ProviderError::Never { .. }));
        let Some(Counted { day, number, what }) = counted.filter(|_| never_left) else { return };
        let off = Weight { texts: -what.texts, calls: -what.calls, cost: -what.cost };
        let taking = self.db.write(move |tx| Box::pin(async move { store::count(tx, &day, &number, off).await }));
        let taken: Result<_, DbError> = taking.await;
        if let Err(cause) = taken {
            tracing::warn!(cause = %telemetry::chain(&cause), "what did not leave stays counted");
        }
    }

    fn tell(&self, what: Weight, of_house: Weight) {
        for share in [80, 100] {
            if self.limits.just_passed(share, what, of_house) {
                tracing::error!(
                    share,
                    "the texts and calls of today have cost that share, in hundredths, of their limit"
                );
            }
        }
    }

    /// Once a day for each limit; but for the limit of one number, which concerns nobody else.
    async fn tell_reached(&self, limit: Limit, day: String) {
        let marking = self.db.write(move |tx| Box::pin(async move { store::first_time(tx, &day, limit.mark()).await }));
        let first: Result<bool, DbError> = marking.await;
        if first.unwrap_or(true) {
            tracing::error!(
                limit = limit.cause(),
                "texts or calls wait until tomorrow: a limit of [limits] is reached"
            );
        }
    }

    /// To the next local midnight.
    fn until_tomorrow(&self, now: Timestamp) -> Duration {
        let tomorrow = self.zone.to_datetime(now).date().checked_add(1.day());
        let midnight = tomorrow.ok().and_then(|day| self.zone.to_timestamp(day.at(0, 0, 0, 0)).ok());
        midnight.and_then(|at| at.duration_since(now).try_into().ok()).unwrap_or(Duration::from_hours(24))
    }

    /// How long the provider's queue is still full.
    fn pause(&self) -> Option<Duration> {
        let left = self.paused_till.load(Ordering::Relaxed) - self.clock.now().as_millisecond();
        u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_millis)
    }

    fn hear<T>(&self, result: &Result<T, ProviderError>) {
        if let Err(ProviderError::Retry { after: Some(after), .. }) = result
            && *after >= LONG_WAIT
        {
            let till = self.clock.now().checked_add(*after).unwrap_or(Timestamp::MAX);
            self.paused_till.store(till.as_millisecond(), Ordering::Relaxed);
            tracing::error!("the provider's queue of texts is full: ordinary texts wait");
        }
    }
}

#[async_trait]
impl Provider for Guarded {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn send_sms(&self, message: &OutgoingMessage) -> Result<Sent, ProviderError> {
        let to = message.to.number();
        if !may_text(to.as_e164()) {
            return Err(ProviderError::never(PREFIX));
        }
        if let Some(after) = self.pause().filter(|_| message.leave == Leave::Limited) {
            return Err(ProviderError::Retry {
                after: Some(after),
                cause: "la file du fournisseur est pleine".to_owned(),
            });
        }
        let what = self.limits.text(measure(&message.body).segments);
        let counted = self.count(to, what, message.leave).await?;
        let result = self.inner.send_sms(message).await;
        self.hear(&result);
        self.settle(counted, &result).await;
        result
    }

    async fn find_messages(&self, lost: &Lost) -> Result<Vec<Sent>, ProviderError> {
        self.inner.find_messages(lost).await
    }

    async fn list_inbound(&self, to: &str, since: Timestamp) -> Result<Vec<Listed>, ProviderError> {
        self.inner.list_inbound(to, since).await
    }

    async fn start_call(&self, call: &OutgoingCall) -> Result<Sent, ProviderError> {
        let to = call.to.number();
        if !may_call(to.as_e164()) {
            return Err(ProviderError::never(PREFIX));
        }
        let counted = self.count(to, self.limits.call(call.time_limit_s), call.leave).await?;
        let result = self.inner.start_call(call).await;
        self.settle(counted, &result).await;
        result
    }

    async fn fetch_recording(&self, recording: &RecordingRef) -> Result<Vec<u8>, ProviderError> {
        self.inner.fetch_recording(recording).await
    }

    async fn delete_recording(&self, recording: &RecordingRef) -> Result<(), ProviderError> {
        self.inner.delete_recording(recording).await
    }
}
