//! How long a robot or a frightened caller who does nothing stays on a line that the town pays (T1).

use std::time::Duration;

use ligne_solidaire::simulator::exchange::Expect;

use crate::support::service::{LINE, Service};
use crate::support::test_db::on_both;

#[tokio::test]
async fn a_silent_caller_is_let_go_within_a_minute_after_three_prompts() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let leg = service.exchange.call("+33465710001", LINE).await.unwrap();
        let mut prompts = 1;
        while service.exchange.silence(leg).await.unwrap() != Expect::Ended {
            prompts += 1;
        }
        let lasted = service.exchange.elapsed(leg);
        assert!(prompts <= 3, "{prompts} questions");
        assert!(lasted <= Duration::from_secs(60), "{lasted:?}");
    })
    .await;
}
