//! Safeguarding reports: who may read them, and who is told.

use ligne_solidaire::callbacks::desk::Hand;
use ligne_solidaire::db::DbError;
use ligne_solidaire::lang::Lang;
use ligne_solidaire::operators::store::accounts;
use ligne_solidaire::operators::{Operator, Role};
use ligne_solidaire::signals::report;
use ligne_solidaire::signals::store::Signal;
use ligne_solidaire::signals::{Content, Danger};
use uuid::Uuid;

use crate::support::desk::Desk;
use crate::support::service::{Service, Setup};
use crate::support::test_db::{TestDb, number, on_both};

/// A service whose line sends texts, with three people: Nadia and Awa, agents, and Hélène, a supervisor.
struct Town {
    service: Service,
    desk: Desk,
    nadia: Uuid,
    awa: Uuid,
    helene: Uuid,
}

impl Town {
    async fn on(base: &TestDb) -> Self {
        Self::whose_line_has(base, "sms = \"CCAS\"").await
    }

    async fn whose_line_has(base: &TestDb, settings: &str) -> Self {
        let line = format!("town = \"Montpellier\"\n{settings}");
        let service = Service::with(base, &Setup { line, ..Setup::default() }).await;
        let desk = Desk::on(&service).await;
        let nadia = hired(&service, "Nadia", Role::Agent, "06 39 98 00 01").await;
        let awa = hired(&service, "Awa", Role::Agent, "06 39 98 00 02").await;
        let helene = hired(&service, "Hélène", Role::Supervisor, "06 39 98 00 03").await;
        Self { service, desk, nadia, awa, helene }
    }

    fn hand(&self, operator: Uuid) -> Hand {
        let (board, now) = (&self.service.app.board, self.service.app.board.clock.now());
        Hand { agent: "x".to_owned(), operator: Some(operator), entry: board.ids.row(now), now }
    }

    async fn reports(&self, who: Uuid, about: Uuid, form: Uuid) -> bool {
        let board = &self.service.app.board;
        let hand = self.hand(who);
        report::report(&board.db, &board.keyring, &*board.ids, &hand, (about, form), content()).await.unwrap()
    }

    async fn list(&self, who: Uuid, closed: bool) -> Vec<Signal> {
        let board = &self.service.app.board;
        report::list(&board.db, &board.keyring, who, closed, 9).await.unwrap()
    }

    async fn open(&self, who: Uuid, id: Uuid) -> Option<Signal> {
        let board = &self.service.app.board;
        report::open(&board.db, &board.keyring, &self.hand(who), id).await.unwrap()
    }

    async fn unseen(&self, who: Uuid) -> u32 {
        let board = &self.service.app.board;
        report::unseen(&board.db, &board.keyring, who).await.unwrap().count
    }

    fn form(&self) -> Uuid {
        self.hand(self.nadia).entry
    }

    fn texts(&self) -> Vec<(String, String)> {
        self.service.exchange.texts().into_iter().map(|sms| (sms.to, sms.body)).collect()
    }
}

fn content() -> Content {
    Content::read("oui", "Sa petite-fille", "« Il la tape. »", "").unwrap()
}

async fn hired(service: &Service, name: &str, role: Role, phone: &str) -> Uuid {
    let (board, now) = (&service.app.board, service.app.board.clock.now());
    let id = board.ids.row(now);
    let new = Operator {
        id,
        login: name.to_lowercase(),
        name: name.to_owned(),
        roles: vec![role],
        langs: vec![Lang::FRENCH],
        phone: Some(phone.parse().unwrap()),
        lines: service.app.lines.iter().map(|line| line.id).collect(),
    };
    let keyring = board.keyring.clone();
    let adding = board.db.write(move |tx| Box::pin(async move { accounts::add(tx, &keyring, &new, now).await }));
    let added: Result<bool, DbError> = adding.await;
    assert!(added.unwrap());
    id
}

#[tokio::test]
async fn a_report_is_read_by_its_author_and_by_those_who_answer_for_it() {
    on_both(async |base| {
        let town = Town::on(base).await;
        let (id, about) = (town.form(), town.desk.something().await);
        assert!(town.reports(town.nadia, about, id).await);
        assert!(town.reports(town.nadia, about, id).await, "sent twice");
        assert_eq!(number(&base.db, "select count(*) from signals").await, 1);
        for who in [town.nadia, town.helene] {
            let listed = town.list(who, false).await;
            assert_eq!(listed.len(), 1);
            assert_eq!(listed[0].author, "Nadia");
            assert_eq!(listed[0].content, Some(content()));
            assert_eq!(listed[0].content.as_ref().unwrap().danger, Danger::Now);
            assert!(town.open(who, id).await.is_some());
        }
        assert_eq!(town.list(town.awa, true).await, []);
        assert_eq!(town.open(town.awa, id).await, None);
        assert_eq!((town.unseen(town.helene).await, town.unseen(town.nadia).await), (1, 0));
        assert_eq!(number(&base.db, "select count(*) from audit where action = 'signal.open'").await, 2);
    })
    .await;
}

#[tokio::test]
async fn supervisors_are_told_that_there_is_one_and_nothing_of_it() {
    on_both(async |base| {
        let town = Town::on(base).await;
        let about = town.desk.something().await;
        assert!(town.reports(town.nadia, about, town.form()).await);
        town.service.work().await;
        let told =
            ("+33639980003".to_owned(), "CCAS de Montpellier : un signalement vous attend dans la console.".to_owned());
        assert_eq!(town.texts(), [told]);
        assert!(town.reports(town.helene, about, town.form()).await);
        town.service.work().await;
        assert_eq!(town.texts().len(), 1, "its author knows");
    })
    .await;
}

#[tokio::test]
async fn a_report_of_which_nobody_can_be_told_is_a_failed_job_in_sight() {
    on_both(async |base| {
        let town = Town::whose_line_has(base, "").await;
        let about = town.desk.something().await;
        assert!(town.reports(town.nadia, about, town.form()).await);
        town.service.work().await;
        assert_eq!(town.texts(), []);
        let gone = "select count(*) from outbox where state = 'buried' and last_error like '%could be told by a text%'";
        assert_eq!(number(&base.db, gone).await, 1);
        assert_eq!(town.unseen(town.helene).await, 1, "it waits for her on every page");
    })
    .await;
}

#[tokio::test]
async fn only_those_who_answer_for_it_see_to_a_report_and_close_it() {
    on_both(async |base| {
        let town = Town::on(base).await;
        let (id, about) = (town.form(), town.desk.something().await);
        assert!(town.reports(town.nadia, about, id).await);
        let seen = async |who| report::seen(&base.db, &town.hand(who), id).await.unwrap();
        let close = async |who| report::close(&base.db, &town.hand(who), id).await.unwrap();
        assert!(!seen(town.nadia).await && !close(town.awa).await);
        assert!(seen(town.helene).await && !seen(town.helene).await);
        assert_eq!(town.unseen(town.helene).await, 0);
        town.service.work().await;
        assert_eq!(town.texts(), [], "she has seen to it before the text left");
        assert!(close(town.helene).await && !close(town.helene).await);
        assert_eq!(town.list(town.helene, false).await, []);
        let closed = town.list(town.helene, true).await;
        assert_eq!(closed[0].seen.as_ref().map(|(name, _)| name.as_str()), Some("Hélène"));
        assert!(closed[0].closed_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn what_is_of_another_line_is_neither_reported_nor_read() {
    on_both(async |base| {
        let town = Town::on(base).await;
        let theirs = town.desk.waits_on(town.desk.elsewhere, &town.desk.item(2, -10, 60)).await;
        for about in [theirs, town.form()] {
            assert!(!town.reports(town.helene, about, town.form()).await);
        }
        let (id, ours) = (town.form(), town.desk.something().await);
        assert!(town.reports(town.nadia, ours, id).await);
        let who = crate::support::desk::Who { name: "Zoé", roles: "superviseur", langs: "fr" };
        let zoe = town.desk.operator(&who, town.desk.elsewhere).await;
        assert_eq!(town.open(zoe, id).await, None);
        assert!(!report::close(&base.db, &town.hand(zoe), id).await.unwrap());
        assert_eq!(number(&base.db, "select count(*) from signals").await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_was_said_is_sealed() {
    on_both(async |base| {
        let town = Town::on(base).await;
        let about = town.desk.something().await;
        assert!(town.reports(town.nadia, about, town.form()).await);
        let dump = crate::support::dump::dump(&base.db).await;
        let all = format!("{:?} {:?} {:?}", dump["signals"], dump["outbox"], dump["audit"]);
        assert!(!all.contains("petite-fille") && !all.contains("tape"), "{all}");
    })
    .await;
}
