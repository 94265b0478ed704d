//! The worker beside everything that can hold it up: a provider that dawdles, a row that cannot be moved on, a stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use ligne_solidaire::app::App;
use ligne_solidaire::http::refusals::Refusals;
use ligne_solidaire::simulator::exchange::LegId;
use ligne_solidaire::spool::SpoolEntry;
use ligne_solidaire::telephony::provider::{
    Capabilities, OutgoingCall, OutgoingMessage, Provider, ProviderError, RecordingRef, Sent,
};
use ligne_solidaire::telephony::signature::Verifier;
use ligne_solidaire::worker;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{interval, timeout};

use crate::support::service::{LINE, Service};
use crate::support::shopping;
use crate::support::test_db::{TestDb, number, on_both, run};

const ODETTE: &str = "+33465710001";
const KEPT: &str = "select count(*) from recordings where state = 'kept'";
const ENDED: &str = "select count(*) from calls where state = 'ended'";
/// Longer than this, and it will never come.
const DEADLINE: Duration = Duration::from_mins(1);

/// The provider of a service, of which the first recordings asked for come never, or are refused for now.
struct Dawdling {
    real: Arc<dyn Provider>,
    never: usize,
    refuses: bool,
    asked: AtomicUsize,
}

#[async_trait]
impl Provider for Dawdling {
    fn capabilities(&self) -> Capabilities {
        self.real.capabilities()
    }

    async fn send_sms(&self, message: &OutgoingMessage) -> Result<Sent, ProviderError> {
        self.real.send_sms(message).await
    }

    async fn start_call(&self, call: &OutgoingCall) -> Result<Sent, ProviderError> {
        self.real.start_call(call).await
    }

    async fn fetch_recording(&self, recording: &RecordingRef) -> Result<Vec<u8>, ProviderError> {
        if self.asked.fetch_add(1, Ordering::SeqCst) < self.never {
            std::future::pending::<()>().await;
        }
        if self.refuses {
            return Err(ProviderError::retry("503"));
        }
        self.real.fetch_recording(recording).await
    }

    async fn delete_recording(&self, recording: &RecordingRef) -> Result<(), ProviderError> {
        self.real.delete_recording(recording).await
    }
}

/// The same service as its worker sees it, with that provider and no second try.
fn behind(service: &Service, never: usize, refuses: bool) -> Arc<App> {
    let app = &service.app;
    let provider = Dawdling { real: app.provider.clone(), never, refuses, asked: AtomicUsize::new(0) };
    Arc::new(App {
        board: app.board.clone(),
        lines: app.lines.clone(),
        scripts: app.scripts.clone(),
        gate: app.gate.clone(),
        provider: Arc::new(provider),
        verifier: Verifier::new(Vec::new()),
        account: app.account.clone(),
        refusals: Refusals::in_file(service.folder().join("refus.json")),
        outbox_delays: Vec::new(),
        prepared: AtomicBool::new(true),
        look: app.look.clone(),
        overviews: app.overviews.clone(),
        stopping: app.stopping.clone(),
    })
}

/// Leaves three messages.
async fn leaves_messages(service: &Service) -> LegId {
    let odette = service.exchange.call(ODETTE, LINE).await.unwrap();
    shopping::answers(&service.exchange, odette, shopping::UP_TO_THE_NAME).await;
    odette
}

/// A call in which a choice was made, left without an end.
async fn falls_silent(service: &Service, from: &str) -> String {
    let leg = service.exchange.call(from, LINE).await.unwrap();
    for key in ["1", "1"] {
        service.exchange.keys(leg, key).await.unwrap();
    }
    let delivered = service.exchange.delivered();
    let form =
        &delivered.iter().rev().find(|webhook| webhook.form.iter().any(|(_, value)| value == from)).unwrap().form;
    form.iter().find(|(name, _)| *name == "CallSid").unwrap().1.clone()
}

fn works(app: &Arc<App>, grace: Duration) -> (watch::Sender<bool>, JoinHandle<()>) {
    let (stop, stopping) = watch::channel(false);
    (stop, tokio::spawn(worker::run(app.clone(), stopping, grace)))
}

async fn until(what: &str, is: impl AsyncFn() -> bool) {
    let mut looks = interval(Duration::from_millis(20));
    let waiting = async {
        while !is().await {
            looks.tick().await;
        }
    };
    timeout(DEADLINE, waiting).await.unwrap_or_else(|_| panic!("{what}: never"));
}

#[tokio::test]
async fn a_recording_that_does_not_come_holds_up_neither_the_others_nor_the_schedule_nor_the_stop() {
    on_both(async |base| {
        let service = Service::on(base).await;
        leaves_messages(&service).await;
        falls_silent(&service, "+33261910002").await;
        service.clock.advance(Duration::from_mins(11));
        let app = behind(&service, 1, false);
        let (stop, working) = works(&app, Duration::ZERO);
        until("the others are kept", async || number(&base.db, KEPT).await == 2).await;
        until("the schedule ran", async || number(&base.db, ENDED).await > 0).await;
        stop.send_replace(true);
        timeout(DEADLINE, working).await.unwrap().unwrap();
        assert_eq!(number(&base.db, KEPT).await, 2);
        service.work().await;
        assert_eq!(number(&base.db, KEPT).await, 2, "its lease runs");
        service.clock.advance(Duration::from_mins(3));
        service.work().await;
        assert_eq!(number(&base.db, KEPT).await, 3, "a job that was cut runs again after its lease");
    })
    .await;
}

#[tokio::test]
async fn a_job_that_runs_at_the_stop_is_finished() {
    on_both(async |base| {
        let service = Service::on(base).await;
        leaves_messages(&service).await;
        let (stop, working) = works(&behind(&service, 0, false), DEADLINE);
        until("something runs", async || {
            number(&base.db, "select count(*) from outbox where state <> 'queued'").await > 0
        })
        .await;
        stop.send_replace(true);
        timeout(DEADLINE, working).await.unwrap().unwrap();
        assert_eq!(number(&base.db, "select count(*) from outbox where state = 'leased'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_is_given_up_is_said_to_be_absent() {
    const ABSENT: &str = "select count(*) from recordings where state = 'absent'";
    on_both(async |base| {
        let service = Service::on(base).await;
        leaves_messages(&service).await;
        let app = behind(&service, 1, true);
        let (stop, working) = works(&app, Duration::ZERO);
        until("two are refused", async || number(&base.db, ABSENT).await == 2).await;
        stop.send_replace(true);
        working.await.unwrap();
        service.clock.advance(Duration::from_mins(3));
        worker::work(&app).await.unwrap();
        assert_eq!(number(&base.db, ABSENT).await, 3, "also the one whose worker was cut at its last try");
        assert_eq!(number(&base.db, "select count(*) from outbox where state = 'buried'").await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_call_of_a_line_that_is_not_configured_any_more_ends_and_is_called_back() {
    on_both(async |base| {
        let service = Service::on(base).await;
        falls_silent(&service, ODETTE).await;
        run(
            &base.db,
            "insert into lines (id, number, created_at) values ('00000000-0000-0000-0000-000000000001', '+33261911234', 0); \
             update calls set line_id = '00000000-0000-0000-0000-000000000001'",
        )
        .await;
        service.clock.advance(Duration::from_mins(11));
        worker::tick(&service.app).await.unwrap();
        assert_eq!(number(&base.db, ENDED).await, 1);
        let there = "select count(*) from callbacks where line_id = '00000000-0000-0000-0000-000000000001'";
        assert_eq!(number(&base.db, there).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_call_or_a_note_that_cannot_be_moved_on_keeps_no_other_from_its_turn() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    falls_silent(&service, ODETTE).await;
    falls_silent(&service, "+33261910002").await;
    run(
        &base.db,
        "create table poison (id text); insert into poison select id from calls order by seen_at, id limit 1; \
         create trigger poisoned_call before update of state on calls when old.id in (select id from poison) \
         begin select raise(abort, 'poison'); end; \
         create trigger poisoned_note before insert on callbacks when new.spool_id = 'CA-1' \
         begin select raise(abort, 'poison'); end;",
    )
    .await;
    service.clock.advance(Duration::from_mins(11));
    for n in 1..=2 {
        let entry = SpoolEntry {
            id: format!("CA-{n}"),
            at_ms: n,
            line_number: LINE.to_owned(),
            caller: "+33639980003".to_owned(),
            call_sid: format!("CA-{n}"),
            step: None,
        };
        service.app.board.spool.note(&entry).await.unwrap();
    }
    worker::tick(&service.app).await.unwrap();
    assert_eq!(number(&base.db, ENDED).await, 1);
    assert_eq!(number(&base.db, "select count(*) from callbacks where spool_id = 'CA-2'").await, 1);
    let left: Vec<_> = service.app.board.spool.entries().await.unwrap().into_iter().map(|entry| entry.id).collect();
    assert_eq!(left, ["CA-1"], "it is tried again");
}
