//! Many agents at one queue, on two instances: one owner for each callback, and nobody is told that nothing waits while
//! something does.
//!
//! Short in an ordinary run; `LIGNE_CAMPAIGN_RACES=500` makes it long on each database (docs/campaigns.md).

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use ligne_solidaire::callbacks::Disposition;
use ligne_solidaire::callbacks::claims::{self, Claim, Next};
use ligne_solidaire::callbacks::desk::Hand;
use ligne_solidaire::callbacks::finish::{self, Ending, Finish};
use ligne_solidaire::db::{Db, DbError};
use ligne_solidaire::id::Ids;
use tokio::sync::Barrier;
use uuid::Uuid;

use crate::support::campaign::races;
use crate::support::desk::{Desk, Who, now, write};
use crate::support::test_db::{TestDb, number};

/// Agents who press at the same instant.
const AGENTS: usize = 12;
/// Of these, the last so many click twice, in two windows.
const IMPATIENT: usize = 4;
/// How many things wait in a round, compared to the agents.
const WAITING: [usize; 3] = [AGENTS, AGENTS + 5, AGENTS - 3];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_of_races_on_sqlite_gives_each_callback_one_owner() {
    let base = TestDb::sqlite().await;
    run("SQLite", &base.db, &base.db, races(15)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_of_races_on_two_instances_gives_each_callback_one_owner() {
    let Some(base) = TestDb::postgres().await else { return };
    let other = base.second_instance().await;
    run("PostgreSQL, deux instances", &base.db, &other, races(15)).await;
    other.close().await;
}

/// What was tried; a fault ends the campaign.
#[derive(Default)]
struct Tried {
    presses: usize,
    taken: usize,
    empty: usize,
    same: usize,
    late: usize,
    saved_before_taken_over: usize,
    taken_over: usize,
    doubles: usize,
}

async fn run(name: &str, one: &Db, other: &Db, rounds: u64) {
    let desk = Desk::in_db(one).await;
    let mut agents = Vec::new();
    for index in 0..AGENTS {
        agents.push(desk.agent(&format!("Agent {index}")).await);
    }
    let who = Who { name: "Hélène", roles: "superviseur", langs: "fr" };
    let supervisor = desk.operator(&who, desk.line).await;
    let race = Race { desk: Arc::new(desk), doors: [one.clone(), other.clone()], agents, supervisor };
    let mut tried = Tried::default();
    for round in 0..rounds {
        let waiting = WAITING[usize::try_from(round).unwrap() % WAITING.len()];
        race.everybody_asks_for_the_next_one(waiting, &mut tried).await;
        race.everybody_wants_the_same_one(&mut tried).await;
        race.a_late_save_meets_whoever_takes_it(&mut tried).await;
        race.a_save_meets_a_supervisor(&mut tried).await;
        race.a_form_is_sent_twice(&mut tried).await;
    }
    eprintln!(
        "| {name} | {rounds} | {} | {} | {} | {} | {} | {} + {} | {} | 0 |",
        tried.presses,
        tried.taken,
        tried.empty,
        tried.same,
        tried.late,
        tried.saved_before_taken_over,
        tried.taken_over,
        tried.doubles
    );
}

struct Race {
    desk: Arc<Desk>,
    doors: [Db; 2],
    agents: Vec<Uuid>,
    supervisor: Uuid,
}

/// An operator who acts so many minutes from now.
type Actor = (Uuid, i64);

impl Race {
    /// Everybody acts at one instant, on the two instances in turn. The answers come in the order of the actors.
    async fn at_once<T: Send + 'static>(
        &self,
        actors: &[Actor],
        act: impl Fn(usize, Db, Hand) -> BoxFuture<'static, Result<T, DbError>>,
    ) -> Vec<T> {
        let ready = Arc::new(Barrier::new(actors.len()));
        let mut acting = Vec::new();
        for (index, (who, later)) in actors.iter().enumerate() {
            let doing = act(index, self.doors[index % 2].clone(), self.desk.hand((*who, "Agent"), *later));
            let ready = ready.clone();
            acting.push(tokio::spawn(async move {
                ready.wait().await;
                doing.await
            }));
        }
        let mut answers = Vec::new();
        for act in acting {
            answers.push(act.await.unwrap().unwrap());
        }
        answers
    }

    /// Twelve agents press « Suivante », four of them twice. Each has one of her own, as long as there are enough.
    async fn everybody_asks_for_the_next_one(&self, waiting: usize, tried: &mut Tried) {
        for index in 0..waiting {
            let id = self.desk.waits(&self.desk.item(u8::try_from(index % 4).unwrap(), -60, 30)).await;
            if index % 3 == 0 {
                self.left_behind(id, index / 3).await;
            }
        }
        let mut actors: Vec<Actor> = self.agents.iter().map(|who| (*who, 0)).collect();
        actors.extend_from_within(AGENTS - IMPATIENT..);
        let answers =
            self.at_once(&actors, |_, db, hand| Box::pin(async move { claims::next(&db, &hand).await })).await;
        let (mut owners, mut empty) = (BTreeMap::<Uuid, Uuid>::new(), 0);
        for ((who, _), answer) in actors.iter().zip(&answers) {
            match answer {
                Next::Taken(id) | Next::Holding(id) => {
                    assert_eq!(*owners.entry(*id).or_insert(*who), *who, "two owners");
                }
                Next::Empty => empty += 1,
            }
        }
        let served = waiting.min(AGENTS);
        assert_eq!(owners.len(), served, "{waiting} waited, {answers:?}");
        assert!(waiting < AGENTS || empty == 0, "told that nothing waits: {answers:?}");
        let taken = answers.iter().filter(|answer| matches!(answer, Next::Taken(_))).count();
        assert_eq!(taken, served, "{answers:?}");
        let held = "select count(*) from callbacks where state = 'claimed' and lease_until > 1";
        assert_eq!(number(&self.doors[0], held).await, i64::try_from(served).unwrap());
        tried.presses += actors.len();
        tried.taken += taken;
        tried.empty += empty;
        self.clear().await;
    }

    /// One that its owner left, long ago, without a word.
    async fn left_behind(&self, id: Uuid, index: usize) {
        let owner = self.agents[index];
        write(&self.doors[0], move |query| {
            query("update callbacks set state = 'claimed', claimed_by = 'x', operator_id = $1, lease_until = 1 where id = $2")
                .bind(owner.to_string())
                .bind(id.to_string())
        })
        .await;
    }

    async fn everybody_wants_the_same_one(&self, tried: &mut Tried) {
        let id = self.desk.something().await;
        let actors: Vec<Actor> = self.agents.iter().map(|who| (*who, 0)).collect();
        let answers =
            self.at_once(&actors, |_, db, hand| Box::pin(async move { claims::claim(&db, &hand, id).await })).await;
        let taken = answers.iter().filter(|answer| **answer == Claim::Taken).count();
        let refused = answers.iter().filter(|answer| matches!(answer, Claim::HeldBy { .. })).count();
        assert_eq!((taken, refused), (1, AGENTS - 1), "{answers:?}");
        tried.same += answers.len();
        self.clear().await;
    }

    /// Her lease ended a minute ago: she saves, another takes it by its page, a third by « Suivante ».
    async fn a_late_save_meets_whoever_takes_it(&self, tried: &mut Tried) {
        let id = self.desk.something().await;
        let [late, other, third, ..] = self.agents[..] else { panic!("too few agents") };
        let claimed = claims::claim(&self.doors[0], &self.desk.hand((late, "Agent"), 0), id).await;
        assert_eq!(claimed.unwrap(), Claim::Taken);
        let form = self.ending();
        let act = |index, db, hand| self.act(index, db, hand, id, &form);
        let answers = self.at_once(&[(late, 16), (other, 16), (third, 16)], act).await;
        assert!(matches!(answers[0], Done::Saved(Finish::Lapsed(_))), "a late save was kept: {answers:?}");
        let owners = answers[1..].iter().filter(|answer| answer.is_hers()).count();
        assert_eq!(owners, 1, "{answers:?}");
        assert_eq!(number(&self.doors[1], "select count(*) from attempts").await, 0);
        tried.late += 1;
        self.clear().await;
    }

    /// Either she saved before, and it is closed, or the supervisor has it, and the save is refused.
    async fn a_save_meets_a_supervisor(&self, tried: &mut Tried) {
        let id = self.desk.something().await;
        let owner = self.agents[0];
        let claimed = claims::claim(&self.doors[0], &self.desk.hand((owner, "Agent"), 0), id).await;
        assert_eq!(claimed.unwrap(), Claim::Taken);
        let form = self.ending();
        let answers = self
            .at_once(&[(owner, 1), (self.supervisor, 1)], |index, db, hand| match index {
                0 => self.act(0, db, hand, id, &form),
                _ => Box::pin(async move { claims::take_over(&db, &hand, id).await.map(Done::Claimed) }),
            })
            .await;
        match &answers[..] {
            [Done::Saved(Finish::Closed), Done::Claimed(Claim::Closed)] => tried.saved_before_taken_over += 1,
            [Done::Saved(Finish::Lapsed(_)), Done::Claimed(Claim::Taken)] => tried.taken_over += 1,
            both => panic!("{both:?}"),
        }
        self.clear().await;
    }

    async fn a_form_is_sent_twice(&self, tried: &mut Tried) {
        let id = self.desk.something().await;
        let owner = self.agents[0];
        let claimed = claims::claim(&self.doors[0], &self.desk.hand((owner, "Agent"), 0), id).await;
        assert_eq!(claimed.unwrap(), Claim::Taken);
        let form = self.ending();
        let answers = self.at_once(&[(owner, 1); 3], |_, db, hand| self.act(0, db, hand, id, &form)).await;
        assert!(answers.iter().all(|answer| *answer == Done::Saved(Finish::Closed)), "{answers:?}");
        assert_eq!(number(&self.doors[1], "select count(*) from attempts").await, 1);
        assert_eq!(number(&self.doors[1], "select count(*) from notes").await, 1);
        tried.doubles += 1;
        self.clear().await;
    }

    fn ending(&self) -> Ending {
        let disposition = Disposition::of_code("RESOLU").unwrap();
        let note = Some("Servie.".to_owned());
        Ending { form: self.desk.ids.row(now()), disposition, date: None, reference: None, lang: None, note }
    }

    /// The first saves, the second takes that one, any other asks for the next one.
    fn act(
        &self,
        index: usize,
        db: Db,
        hand: Hand,
        id: Uuid,
        form: &Ending,
    ) -> BoxFuture<'static, Result<Done, DbError>> {
        let (keyring, lines, form) = (self.desk.keyring.clone(), self.desk.lines(), form.clone());
        Box::pin(async move {
            match index {
                0 => finish::finish(&db, &keyring, &Desk::chance(), &lines, &hand, id, form).await.map(Done::Saved),
                1 => claims::claim(&db, &hand, id).await.map(Done::Claimed),
                _ => claims::next(&db, &hand).await.map(Done::Asked),
            }
        })
    }

    async fn clear(&self) {
        for table in ["delete from notes", "delete from attempts", "delete from callbacks"] {
            write(&self.doors[0], move |query| query(table)).await;
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Done {
    Saved(Finish),
    Claimed(Claim),
    Asked(Next),
}

impl Done {
    fn is_hers(&self) -> bool {
        matches!(self, Self::Claimed(Claim::Taken) | Self::Asked(Next::Taken(_)))
    }
}
