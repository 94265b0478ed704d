//! Calling back by a click, webhook by webhook: what is dialled, what is not, and what comes twice.

use std::time::Duration;

use ligne_solidaire::callbacks::Disposition;
use ligne_solidaire::callbacks::bridge::{self, Asked};
use ligne_solidaire::callbacks::claims::{self, Claim, Released};
use ligne_solidaire::callbacks::desk::Hand;
use ligne_solidaire::callbacks::dialling::Ended;
use ligne_solidaire::callbacks::finish::{self, Ending, Finish};
use ligne_solidaire::callbacks::store::bridges::{self, Latest, Stage};
use ligne_solidaire::db::DbError;
use ligne_solidaire::lang::Lang;
use ligne_solidaire::operators::store::accounts;
use ligne_solidaire::operators::{Operator, Role};
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::requests;
use uuid::Uuid;

use crate::support::desk::{Desk, write};
use crate::support::dump::dump;
use crate::support::service::{ACCOUNT, LINE, Service, Setup};
use crate::support::test_db::{number, on_both};
use crate::support::webhook::{Reply, Webhook};

const ODETTE: &str = "+33465710001";
const BUREAU: &str = "+33199001001";
const SHOWN: &str = "+33465711111";

/// A service with one agent, and one callback that she holds.
struct Bridging {
    service: Service,
    desk: Desk,
    agent: Uuid,
    callback: Uuid,
}

impl Bridging {
    async fn on(base: &crate::support::test_db::TestDb, resident: &str) -> Self {
        let line = format!("town = \"Montpellier\"\nhuman_callback = \"{SHOWN}\"");
        let service = Service::with(base, &Setup { line, ..Setup::default() }).await;
        service.exchange.register_phone(BUREAU, "bureau 1");
        let desk = Desk::on(&service).await;
        let callback = desk.something().await;
        let mut bridging = Self { agent: hired(&service, Some(BUREAU)).await, service, desk, callback };
        bridging.takes(callback, resident).await;
        bridging
    }

    /// She takes another callback, of somebody who is reached at that number.
    async fn takes(&mut self, callback: Uuid, resident: &str) {
        self.callback = callback;
        self.reachable_at(resident).await;
        let claimed = claims::claim(&self.desk.db, &self.hand(), callback).await.unwrap();
        assert_eq!(claimed, Claim::Taken);
    }

    fn hand(&self) -> Hand {
        let (board, now) = (&self.service.app.board, self.service.app.board.clock.now());
        Hand { agent: "Nadia".to_owned(), operator: Some(self.agent), entry: board.ids.row(now), now }
    }

    async fn reachable_at(&self, resident: &str) {
        let (board, resident, callback) =
            (&self.service.app.board, resident.parse::<PhoneNumber>().unwrap(), self.callback);
        let (keyring, now) = (board.keyring.clone(), board.clock.now());
        let fresh = board.ids.row(now);
        let storing = board.db.write(move |tx| {
            Box::pin(async move { requests::store::caller(tx, &keyring, fresh, &resident, now).await })
        });
        let contact: Result<Uuid, DbError> = storing.await;
        let contact = contact.unwrap().to_string();
        write(&board.db, move |query| {
            query("update callbacks set contact_id = $1 where id = $2").bind(contact).bind(callback.to_string())
        })
        .await;
    }

    async fn clicks(&self) -> Asked {
        bridge::ask(&self.service.app.board, &self.hand(), self.callback).await.unwrap()
    }

    /// She clicks, and her telephone rings: the address of its document.
    async fn rings(&self) -> String {
        assert_eq!(self.clicks().await, Asked::Rings);
        self.service.work().await;
        let reading = self.service.app.board.db.read(|tx| {
            Box::pin(async move {
                let text = "select token from bridges where state = 'ringing'";
                Ok::<String, DbError>(sqlx::query_scalar(text).fetch_one(tx.conn()).await?)
            })
        });
        format!("/telephony/twilio/bridge/{}", reading.await.unwrap())
    }

    async fn post(&self, path: &str, more: &[(&str, &str)]) -> Reply {
        Webhook::of_call(path, "CA-agent", LINE, more).post(&self.service.router).await
    }

    /// The provider tells that the agent's own call is over.
    async fn over(&self, path: &str) -> Reply {
        let form = format!("AccountSid={ACCOUNT}&CallSid=CA-agent&To=%2B33199001001&CallStatus=completed");
        Webhook::signed(&format!("{path}/status"), form).post(&self.service.router).await
    }

    async fn stage(&self) -> Stage {
        self.latest().await.stage
    }

    async fn latest(&self) -> Latest {
        let (agent, callback, now) = (self.agent, self.callback, self.service.app.board.clock.now());
        let read = self
            .service
            .app
            .board
            .db
            .read(move |tx| Box::pin(async move { bridges::latest(tx, agent, callback, now).await }));
        read.await.unwrap().unwrap()
    }

    async fn ends(&self, code: &str) -> Finish {
        let board = &self.service.app.board;
        let disposition = Disposition::of_code(code).unwrap();
        let form = board.ids.row(board.clock.now());
        let ending = Ending { form, disposition, date: None, reference: None, lang: None, note: None };
        let lines = &self.service.app.lines;
        finish::finish(&board.db, &board.keyring, &board.ids, lines, &self.hand(), self.callback, ending).await.unwrap()
    }
}

/// Somebody of the desk.
async fn hired(service: &Service, phone: Option<&str>) -> Uuid {
    let (board, now) = (&service.app.board, service.app.board.clock.now());
    let id = board.ids.row(now);
    let new = Operator {
        id,
        login: format!("agent-{id}"),
        name: "Nadia".to_owned(),
        roles: vec![Role::Agent],
        langs: vec![Lang::FRENCH],
        phone: phone.map(|phone| phone.parse().unwrap()),
        lines: service.app.lines.iter().map(|line| line.id).collect(),
    };
    let keyring = board.keyring.clone();
    let adding = board.db.write(move |tx| Box::pin(async move { accounts::add(tx, &keyring, &new, now).await }));
    let added: Result<bool, DbError> = adding.await;
    assert!(added.unwrap());
    id
}

#[tokio::test]
async fn the_resident_sees_the_number_that_agents_show() {
    on_both(async |base| {
        let odette = Bridging::on(base, ODETTE).await;
        let path = odette.rings().await;
        let greeting = odette.post(&path, &[]).await;
        assert!(greeting.is_voice() && greeting.body.contains("tapez 1"), "{greeting:?}");
        let dialling = odette.post(&format!("{path}/key"), &[("Digits", "1")]).await;
        assert!(dialling.is_voice(), "{dialling:?}");
        assert!(dialling.body.contains(&format!("callerId=\"{SHOWN}\"")) && dialling.body.contains(ODETTE));
        assert_eq!(odette.stage().await, Stage::Dialled);
    })
    .await;
}

#[tokio::test]
async fn a_number_that_is_not_dialled_rings_nobody() {
    on_both(async |base| {
        let odette = Bridging::on(base, ODETTE).await;
        for refused in ["0899 00 00 00", "+44 20 7946 0000", "0825 00 00 00", "+262 262 00 00 00"] {
            odette.reachable_at(refused).await;
            assert_eq!(odette.clicks().await, Asked::NotDialable, "{refused}");
        }
        write(&base.db, |query| query("update callbacks set contact_id = null")).await;
        assert_eq!(odette.clicks().await, Asked::NoNumber);
        assert_eq!(number(&base.db, "select count(*) from outbox where kind = 'call_agent'").await, 0);
        assert_eq!(number(&base.db, "select count(*) from bridges").await, 0);
        // Not even where it changed after the click.
        odette.reachable_at(ODETTE).await;
        let path = odette.rings().await;
        odette.reachable_at("0899 00 00 00").await;
        let dialling = odette.post(&format!("{path}/key"), &[("Digits", "1")]).await;
        assert!(dialling.is_voice() && !dialling.body.contains("<Dial"), "{dialling:?}");
        assert_eq!(number(&base.db, "select count(*) from attempts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn only_whoever_holds_it_with_a_telephone_of_hers_calls_back() {
    on_both(async |base| {
        let odette = Bridging::on(base, ODETTE).await;
        let other = hired(&odette.service, None).await;
        let hand = |operator| Hand { operator: Some(operator), ..odette.hand() };
        let board = &odette.service.app.board;
        assert_eq!(bridge::ask(board, &hand(other), odette.callback).await.unwrap(), Asked::NotHeld);
        let unknown = board.ids.row(board.clock.now());
        assert_eq!(bridge::ask(board, &odette.hand(), unknown).await.unwrap(), Asked::Unknown);
        write(&base.db, |query| query("update operators set phone = null")).await;
        assert_eq!(odette.clicks().await, Asked::NoPhone);
        odette.service.clock.advance(Duration::from_mins(16));
        assert_eq!(odette.clicks().await, Asked::NotHeld, "the lease lapsed");
        assert_eq!(number(&base.db, "select count(*) from bridges").await, 0);
    })
    .await;
}

#[tokio::test]
async fn clicking_twice_rings_once_and_a_webhook_that_comes_twice_changes_nothing() {
    on_both(async |base| {
        let odette = Bridging::on(base, ODETTE).await;
        let path = odette.rings().await;
        assert_eq!(odette.clicks().await, Asked::Rings);
        odette.service.work().await;
        assert_eq!(number(&base.db, "select count(*) from bridges").await, 1);
        assert_eq!(number(&base.db, "select count(*) from outbox where kind = 'call_agent'").await, 1);
        let (key, end) = (format!("{path}/key"), format!("{path}/end"));
        let busy = [("DialCallStatus", "busy"), ("DialCallSid", "CA-odette")];
        let steps: [(&str, &[(&str, &str)]); 3] = [(&path, &[]), (&key, &[("Digits", "1")]), (&end, &busy)];
        for (at, form) in steps {
            let first = odette.post(at, form).await;
            let before = dump(&base.db).await;
            odette.service.clock.advance(Duration::from_secs(1));
            assert_eq!(odette.post(at, form).await, first, "{at}");
            let after = dump(&base.db).await;
            let kept =
                |dump: &crate::support::dump::Dump| ["attempts", "bridges", "outbox"].map(|table| dump[table].clone());
            assert_eq!(kept(&after), kept(&before), "{at}");
        }
        assert_eq!(odette.stage().await, Stage::Ended(Ended::Busy));
        assert_eq!(number(&base.db, "select attempts from callbacks").await, 1);
        // Late, and out of order.
        odette.over(&path).await;
        for (at, form) in [(&key, &[("Digits", "1")][..]), (&path, &[]), (&format!("{path}/silence"), &[])] {
            assert!(!odette.post(at, form).await.body.contains("<Dial"));
        }
        assert_eq!(odette.stage().await, Stage::Ended(Ended::Busy));
    })
    .await;
}

#[tokio::test]
async fn what_the_provider_said_is_the_try_that_the_agent_ends() {
    on_both(async |base| {
        let odette = Bridging::on(base, ODETTE).await;
        let path = odette.rings().await;
        odette.post(&format!("{path}/key"), &[("Digits", "1")]).await;
        odette.post(&format!("{path}/end"), &[("DialCallStatus", "no-answer")]).await;
        assert!(matches!(odette.ends("SONNE").await, Finish::Again { .. }));
        assert_eq!(number(&base.db, "select count(*) from attempts where way = 'line'").await, 1);
        assert_eq!(number(&base.db, "select count(*) from attempts").await, 1);
        assert_eq!(number(&base.db, "select attempts from callbacks").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_agent_who_reached_her_by_hand_after_a_busy_line_has_tried_twice() {
    on_both(async |base| {
        let odette = Bridging::on(base, ODETTE).await;
        let path = odette.rings().await;
        odette.post(&format!("{path}/key"), &[("Digits", "1")]).await;
        odette.post(&format!("{path}/end"), &[("DialCallStatus", "busy")]).await;
        assert_eq!(odette.ends("RESOLU").await, Finish::Closed);
        let tries = "select count(*) from attempts where (way = 'line' and disposition = 'OCCUPE') \
                     or (way = 'hand' and disposition = 'RESOLU')";
        assert_eq!(number(&base.db, tries).await, 2);
        assert_eq!(number(&base.db, "select attempts from callbacks").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_long_talk_keeps_the_callback_hers_until_she_wrote_what_came_of_it() {
    on_both(async |base| {
        let odette = Bridging::on(base, ODETTE).await;
        let path = odette.rings().await;
        odette.post(&format!("{path}/key"), &[("Digits", "1")]).await;
        odette.service.clock.advance(Duration::from_mins(40));
        odette.post(&format!("{path}/end"), &[("DialCallStatus", "completed"), ("DialCallDuration", "2390")]).await;
        assert_eq!(odette.stage().await, Stage::Ended(Ended::Reached));
        odette.service.clock.advance(Duration::from_mins(14));
        assert_eq!(odette.ends("RESOLU").await, Finish::Closed);
        assert_eq!(number(&base.db, "select count(*) from attempts where disposition = 'RESOLU'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn only_a_number_that_the_provider_does_not_know_is_a_wrong_one() {
    on_both(async |base| {
        let mut odette = Bridging::on(base, ODETTE).await;
        for (reply, expected, tries) in [("404", Ended::WrongNumber, 1), ("503", Ended::Failed, 0)] {
            let path = odette.rings().await;
            odette.post(&format!("{path}/key"), &[("Digits", "1")]).await;
            let failed = [("DialCallStatus", "failed"), ("DialSipResponseCode", reply)];
            odette.post(&format!("{path}/end"), &failed).await;
            assert_eq!(odette.stage().await, Stage::Ended(expected));
            assert_eq!(number(&base.db, "select attempts from callbacks where state = 'claimed'").await, tries);
            assert_eq!(number(&base.db, "select count(*) from attempts").await, 1, "{reply}");
            odette.service.exchange.refuse(BUREAU).await.unwrap();
            assert_eq!(odette.desk.release(&odette.hand(), odette.callback).await, Released::Free);
            let other = odette.desk.something().await;
            odette.takes(other, ODETTE).await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_agent_from_whom_it_was_taken_over_dials_nobody() {
    on_both(async |base| {
        let odette = Bridging::on(base, ODETTE).await;
        let path = odette.rings().await;
        assert_eq!(odette.desk.release(&odette.hand(), odette.callback).await, Released::Free);
        let dialling = odette.post(&format!("{path}/key"), &[("Digits", "1")]).await;
        assert!(dialling.is_voice() && !dialling.body.contains("<Dial"), "{dialling:?}");
        odette.over(&path).await;
        assert_eq!(odette.stage().await, Stage::Ended(Ended::AgentSilent));
        assert_eq!(number(&base.db, "select count(*) from attempts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_before_the_provider_told_how_it_ended_leaves_the_try_to_be_told() {
    on_both(async |base| {
        let odette = Bridging::on(base, ODETTE).await;
        let path = odette.rings().await;
        odette.post(&format!("{path}/key"), &[("Digits", "1")]).await;
        odette.over(&path).await;
        assert_eq!(odette.stage().await, Stage::Ended(Ended::Left));
        assert_eq!(number(&base.db, "select attempts from callbacks").await, 1);
        odette.post(&format!("{path}/end"), &[("DialCallStatus", "canceled")]).await;
        assert_eq!(odette.stage().await, Stage::Ended(Ended::GivenUp));
        assert_eq!(number(&base.db, "select attempts from callbacks").await, 0);
        assert_eq!(number(&base.db, "select count(*) from attempts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_telephone_that_could_not_be_rung_in_time_is_told_and_may_be_tried_again() {
    on_both(async |base| {
        let odette = Bridging::on(base, ODETTE).await;
        assert_eq!(odette.clicks().await, Asked::Rings);
        odette.service.clock.advance(Duration::from_mins(3));
        odette.service.work().await;
        assert_eq!(odette.stage().await, Stage::Ended(Ended::NotPlaced));
        assert_eq!(odette.service.exchange.delivered().len(), 0, "nobody's telephone rang");
        odette.rings().await;
        assert_eq!(number(&base.db, "select count(*) from bridges").await, 2);
    })
    .await;
}

#[tokio::test]
async fn how_the_call_of_another_claim_ended_fills_in_nothing() {
    on_both(async |base| {
        let bridging = Bridging::on(base, ODETTE).await;
        let path = bridging.rings().await;
        bridging.post(&format!("{path}/key"), &[("Digits", "1")]).await;
        bridging.over(&path).await;
        assert!(bridging.latest().await.of_this_claim);
        assert_eq!(bridging.desk.release(&bridging.hand(), bridging.callback).await, Released::Free);
        assert!(!bridging.latest().await.of_this_claim, "nobody has it");
        bridging.service.clock.advance(Duration::from_hours(24));
        assert_eq!(claims::claim(&bridging.desk.db, &bridging.hand(), bridging.callback).await.unwrap(), Claim::Taken);
        assert!(!bridging.latest().await.of_this_claim, "that was yesterday");
    })
    .await;
}
