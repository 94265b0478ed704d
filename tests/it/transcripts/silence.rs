//! How long a robot, or a frightened caller who does nothing, stays on a line that the town pays (T1).

use std::time::Duration;

use ligne_solidaire::simulator::exchange::{Event, Expect, LegId};

use crate::support::service::{LINE, Service, Setup};
use crate::support::test_db::on_both;

/// The longest that a menu may keep somebody who does nothing.
const LONGEST: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_silent_caller_is_let_go_within_a_minute_after_three_prompts() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let leg = service.exchange.call("+33465710001", LINE).await.unwrap();
        let prompts = 1 + silences(&service, leg).await;
        assert!(prompts <= 3, "{prompts} prompts");
        let lasted = service.exchange.elapsed(leg);
        assert!(lasted <= LONGEST, "{lasted:?}");
    })
    .await;
}

/// At night the welcome says more; the menu itself keeps to its minute.
#[tokio::test]
async fn a_silent_caller_at_night_is_let_go_a_minute_after_the_welcome() {
    on_both(async |base| {
        let setup = Setup { now: "2026-04-14T20:00:00Z".to_owned(), ..Setup::default() };
        let service = Service::with(base, &setup).await;
        let leg = service.exchange.call("+33465710001", LINE).await.unwrap();
        let welcome: Duration = service.exchange.events_since(0).0.iter().take(5).map(lasts).sum();
        assert!(silences(&service, leg).await < 3);
        let lasted = service.exchange.elapsed(leg).saturating_sub(welcome);
        assert!(lasted <= LONGEST, "{lasted:?} after {welcome:?}");
    })
    .await;
}

/// How often the caller does nothing until the line lets her go.
async fn silences(service: &Service, leg: LegId) -> usize {
    let mut silences = 1;
    while service.exchange.silence(leg).await.unwrap() != Expect::Ended {
        silences += 1;
    }
    silences
}

fn lasts(event: &Event) -> Duration {
    match event {
        Event::Heard(_, heard) => heard.lasts(),
        _ => Duration::ZERO,
    }
}
