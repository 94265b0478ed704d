//! A simulated city in memory: what the tables hold in the service, and the same rules above it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::frame::{Frame, Metres};
use super::grid::Grid;
use super::protocol::{self, Answer, Init, Said, Volunteer};
use crate::matching::pace::{Caps, Pace, Urgency};
use crate::matching::rank::{Candidate, Ranked, Record};
use crate::matching::rate::{self, Asked, LATEST, Learned, SILENCE_MIN, Tally};
use crate::matching::suitable::{Contact, Hands, Skill, Standing, Vetting};
use crate::matching::wave::{self, Progress, Sent, Step};

/// Milliseconds in a minute.
const MINUTE_MS: f64 = 60_000.0;
/// A request lives for a day.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// What a mission takes, in minutes: so long she is asked nothing else, and so much of her month it uses.
const MISSION_MIN: u32 = 60;
/// The minutes that a volunteer means to give a month (F-35).
const BUDGET_MIN: u32 = 120;
/// What was learned serves for five minutes.
const LEARNS: SignedDuration = SignedDuration::from_mins(5);
/// Nobody is texted from nine in the evening to eight, unless the city says otherwise.
const QUIET: (f64, f64) = (21.0, 8.0);

/// A city.
#[derive(Debug)]
pub struct City {
    pace: Pace,
    quiet: Quiet,
    now: Timestamp,
    frame: Frame,
    grid: Grid,
    categories: Categories,
    people: Vec<Person>,
    person_by_id: HashMap<String, u32>,
    requests: Vec<Request>,
    request_by_id: HashMap<String, u32>,
    log: Vec<Offer>,
    learned: Learned,
    learned_at: Option<Timestamp>,
    due: BinaryHeap<Reverse<(Timestamp, u32)>>,
    woken_at: Option<Timestamp>,
    repeated: bool,
    send: Vec<(Value, Value)>,
}

#[derive(Debug)]
struct Person {
    id: Value,
    at: Option<Metres>,
    categories: Vec<u32>,
    verified: bool,
    stopped: bool,
    /// Places in the log.
    offers: Vec<usize>,
}

#[derive(Debug)]
struct Request {
    id: Value,
    at: Option<Metres>,
    category: Option<u32>,
    opened_at: Timestamp,
    open: bool,
    /// When to look again.
    due: Option<Timestamp>,
    /// Places in the log.
    offers: Vec<usize>,
}

#[derive(Debug)]
struct Offer {
    request: u32,
    person: u32,
    asked: Asked,
    chance: f64,
    /// Hers is the request.
    won: bool,
}

/// The kinds of help, each with a number.
#[derive(Debug, Default)]
struct Categories(HashMap<String, u32>);

/// Hours of the day without texts.
#[derive(Debug, Clone, Copy)]
struct Quiet {
    from_ms: i64,
    to_ms: i64,
}

impl City {
    /// A city of nobody.
    pub fn empty() -> Self {
        Self {
            pace: Pace::of(Urgency::Today),
            quiet: Quiet::of(QUIET),
            now: Timestamp::MIN,
            frame: Frame::default(),
            grid: Grid::default(),
            categories: Categories::default(),
            people: Vec::new(),
            person_by_id: HashMap::new(),
            requests: Vec::new(),
            request_by_id: HashMap::new(),
            log: Vec::new(),
            learned: Learned::nothing(),
            learned_at: None,
            due: BinaryHeap::new(),
            woken_at: None,
            repeated: false,
            send: Vec::new(),
        }
    }

    /// The city of the first message.
    pub fn new(init: &Init, remarks: &mut Vec<String>) -> Self {
        let read = |value: &Value| serde_json::from_value::<Volunteer>(value.clone());
        let volunteers: Vec<_> = init.volunteers.iter().filter_map(|value| read(value).ok()).collect();
        if volunteers.len() < init.volunteers.len() {
            remarks.push(format!("{} bénévoles illisibles, laissés de côté", init.volunteers.len() - volunteers.len()));
        }
        let frame = Frame::of(&volunteers.iter().map(|one| one.place).collect::<Vec<_>>());
        let mut categories = Categories::default();
        let people: Vec<_> = volunteers.into_iter().map(|one| Person::new(one, &frame, &mut categories)).collect();
        let grid = Grid::of(&people.iter().map(|person| person.at).collect::<Vec<_>>());
        let person_by_id = (0..).zip(&people).map(|(place, person)| (person.id.to_string(), place)).collect();
        let quiet = Quiet::of(init.quiet.unwrap_or(QUIET));
        let mut city = Self { quiet, frame, grid, categories, people, person_by_id, ..Self::empty() };
        city.advance(init.t, remarks);
        city
    }

    /// Somebody needs help.
    pub fn request(&mut self, new: &protocol::Request, remarks: &mut Vec<String>) {
        self.advance(new.t, remarks);
        let place = index(self.requests.len());
        if self.request_by_id.contains_key(&new.id.to_string()) {
            return remarks.push(format!("demande {} déjà connue, laissée de côté", new.id));
        }
        let at = self.frame.locate(&new.place);
        if at.is_none() {
            remarks.push(format!("demande {} sans lieu : personne n'est près d'elle", new.id));
        }
        let category = (!new.category.is_null()).then(|| self.categories.number(&new.category));
        let (id, opened_at) = (new.id.clone(), self.now);
        self.request_by_id.insert(id.to_string(), place);
        self.requests.push(Request { id, at, category, opened_at, open: true, due: None, offers: Vec::new() });
        self.look_again(place, Some(self.now));
    }

    /// A volunteer answered.
    pub fn reply(&mut self, reply: &protocol::Reply, remarks: &mut Vec<String>) {
        self.advance(reply.t, remarks);
        let person = self.person_by_id.get(&reply.volunteer.to_string()).copied();
        let request = self.request_by_id.get(&reply.request.to_string()).copied();
        let (Some(person), Some(request)) = (person, request) else {
            return remarks.push("réponse d'une personne ou pour une demande inconnue, laissée de côté".to_owned());
        };
        self.people[person as usize].stopped |= reply.answer == Said::Stop;
        self.note(request, person, reply.answer);
        let asked = &mut self.requests[request as usize];
        asked.open &= reply.answer != Said::Claimed;
        self.look_again(request, Some(self.now));
    }

    /// What she said, in the log: the first word counts.
    fn note(&mut self, request: u32, person: u32, said: Said) {
        let offers = &self.requests[request as usize].offers;
        let Some(place) = offers.iter().copied().find(|place| self.log[*place].person == person) else { return };
        let answer = match said {
            Said::Claimed | Said::Late => rate::Answer::Yes,
            Said::No | Said::Stop => rate::Answer::No,
        };
        let offer = &mut self.log[place];
        offer.asked.answered.get_or_insert((self.now, answer));
        offer.won |= said == Said::Claimed;
    }

    /// Nobody may be asked for a request any more.
    pub fn expired(&mut self, t: f64, request: &Value, remarks: &mut Vec<String>) {
        self.advance(t, remarks);
        match self.request_by_id.get(&request.to_string()) {
            Some(place) => self.requests[*place as usize].open = false,
            None => remarks.push(format!("demande {request} inconnue, laissée de côté")),
        }
    }

    /// An hour has come.
    pub fn wake(&mut self, t: f64, remarks: &mut Vec<String>) {
        self.advance(t, remarks);
        // Whoever adds every wake of ours to a list sends the same hour many times: one of them is answered in full.
        self.repeated = self.woken_at == Some(self.now);
        self.woken_at = Some(self.now);
    }

    /// Time only goes forward; an hour of the past is now.
    fn advance(&mut self, t: f64, remarks: &mut Vec<String>) {
        self.repeated = false;
        match instant(t) {
            Some(at) => self.now = self.now.max(at),
            None => remarks.push(format!("heure {t} hors du calendrier")),
        }
    }

    /// Everything that is due, done; and what leaves.
    pub fn step(&mut self) -> Answer {
        while let Some(Reverse((at, request))) = self.due.peek().copied().filter(|Reverse((at, _))| *at <= self.now) {
            self.due.pop();
            if self.requests[request as usize].due == Some(at) {
                self.look(request);
            }
        }
        let stale =
            |Reverse((at, request)): &Reverse<(Timestamp, u32)>| self.requests[*request as usize].due != Some(*at);
        while self.due.peek().is_some_and(stale) {
            self.due.pop();
        }
        let wake = self.due.peek().filter(|_| !self.repeated).map(|Reverse((at, _))| minutes(*at));
        Answer { send: std::mem::take(&mut self.send), wake }
    }

    /// The next step of one request.
    fn look(&mut self, place: u32) {
        self.requests[place as usize].due = None;
        if !self.requests[place as usize].open {
            return;
        }
        self.learn();
        let pool = self.pool(&self.requests[place as usize]);
        let Step { ask, again, .. } = self.decide(&self.requests[place as usize], &pool);
        for one in ask {
            self.offer(place, &pool[one]);
        }
        self.look_again(place, again);
    }

    fn decide(&self, request: &Request, pool: &[Ranked<u32>]) -> Step {
        let sent: Vec<_> = request.offers.iter().map(|place| self.log[*place].sent()).collect();
        let progress = Progress { sent: &sent, deadline: request.opened_at + LIFE };
        let chances: Vec<_> = pool.iter().map(|one| one.chance).collect();
        let hours = |at| self.quiet.next(at);
        wave::next(&self.pace, &progress, &chances, self.learned.delays(), &hours, self.now)
    }

    /// The cheapest who may be asked, found ring by ring: no further ring can beat them once it is further than their dearest.
    fn pool(&self, request: &Request) -> Vec<Ranked<u32>> {
        let Some(from) = request.at else { return Vec::new() };
        let most = self.pace.total as usize;
        let mut best: Vec<Ranked<u32>> = Vec::new();
        for (nearest, people) in self.grid.rings(from, f64::from(self.pace.radius_m)) {
            if best.get(most - 1).is_some_and(|dearest| dearest.cost < nearest) {
                break;
            }
            let fit = people.into_iter().filter_map(|person| self.candidate(request, from, person));
            best.extend(fit.map(|candidate| candidate.ranked(&self.learned, self.now)));
            best.sort_by(Ranked::order);
            best.truncate(most);
        }
        best
    }

    /// Somebody, if she may be asked.
    fn candidate(&self, request: &Request, from: Metres, place: u32) -> Option<Candidate<u32>> {
        let person = &self.people[place as usize];
        // What an index of the database holds is looked at first: most people are not concerned.
        if !person.verified || person.stopped || !person.does(request) {
            return None;
        }
        let metres = whole(person.at.map(|at| (at.0 - from.0).hypot(at.1 - from.1))?);
        let standing = self.standing(request, place, metres);
        standing.suitable(&self.pace.caps, self.pace.radius_m, self.now).ok()?;
        Some(Candidate { id: place, metres, record: self.record(person) })
    }

    fn standing(&self, request: &Request, place: u32, metres: u32) -> Standing {
        let person = &self.people[place as usize];
        Standing {
            contact: if person.stopped { Contact::Stopped } else { Contact::Open },
            vetting: if person.verified { Vetting::Lasting } else { Vetting::Missing },
            skill: if person.does(request) { Skill::Has } else { Skill::Lacks },
            speaks: true,
            free: true,
            hands: self.hands(person),
            asked_before: request.offers.iter().any(|offer| self.log[*offer].person == place),
            offers: Caps { day: self.count(person, 1), week: self.count(person, 7), month: self.count(person, 30) },
            metres,
        }
    }

    fn hands(&self, person: &Person) -> Hands {
        let mission = SignedDuration::from_mins(MISSION_MIN.into());
        let open = SignedDuration::from_mins(self.pace.open_min.into());
        let offers = || person.offers.iter().map(|place| &self.log[*place]);
        let since = |at: Timestamp| self.now.duration_since(at);
        if offers().any(|offer| offer.won && offer.asked.answered.is_some_and(|(at, _)| since(at) < mission)) {
            return Hands::Mission;
        }
        let awaited = |offer: &Offer| offer.asked.answered.is_none() && self.requests[offer.request as usize].open;
        let waits = offers().any(|offer| awaited(offer) && since(offer.asked.at) < open);
        if waits { Hands::Offer } else { Hands::Empty }
    }

    /// Offers to somebody in so many days.
    fn count(&self, person: &Person, days: i64) -> u32 {
        let since = self.now - SignedDuration::from_hours(24 * days);
        let before = person.offers.partition_point(|place| self.log[*place].asked.at <= since);
        index(person.offers.len() - before)
    }

    fn record(&self, person: &Person) -> Record {
        let missions = person.offers.iter().filter(|place| self.log[**place].won).count();
        Record {
            asked_last: person.offers.last().map(|place| self.log[*place].asked.at),
            offers_7d: self.count(person, 7),
            offers_30d: self.count(person, 30),
            tally: self.tally(person),
            given_min: index(missions) * MISSION_MIN,
            budget_min: Some(BUDGET_MIN),
        }
    }

    fn tally(&self, person: &Person) -> Tally {
        let silent = self.now - SignedDuration::from_mins(SILENCE_MIN);
        let offers = person.offers.iter().map(|place| &self.log[*place].asked);
        offers.filter(|asked| asked.answered.is_some() || asked.at < silent).fold(Tally::default(), |tally, asked| {
            Tally {
                asked: tally.asked + 1,
                answered: tally.answered + u32::from(asked.answered.is_some()),
                yes: tally.yes + u32::from(asked.answered.is_some_and(|(_, answer)| answer == rate::Answer::Yes)),
            }
        })
    }

    /// Learns from the latest offers, every five minutes.
    fn learn(&mut self) {
        if self.learned_at.is_some_and(|at| self.now.duration_since(at) < LEARNS) {
            return;
        }
        let latest = &self.log[self.log.len().saturating_sub(LATEST)..];
        let latest: Vec<_> = latest.iter().map(|offer| offer.asked).collect();
        self.learned = Learned::from_log(&latest, self.now);
        self.learned_at = Some(self.now);
    }

    fn offer(&mut self, request: u32, to: &Ranked<u32>) {
        let place = self.log.len();
        let asked = Asked { at: self.now, metres: to.metres, answered: None };
        self.log.push(Offer { request, person: to.id, asked, chance: to.chance, won: false });
        let (asking, person) = (&mut self.requests[request as usize], &mut self.people[to.id as usize]);
        asking.offers.push(place);
        person.offers.push(place);
        self.send.push((asking.id.clone(), person.id.clone()));
    }

    fn look_again(&mut self, request: u32, at: Option<Timestamp>) {
        let asking = &mut self.requests[request as usize];
        asking.due = at.filter(|_| asking.open);
        self.due.extend(asking.due.map(|at| Reverse((at, request))));
    }
}

impl Person {
    fn new(volunteer: Volunteer, frame: &Frame, categories: &mut Categories) -> Self {
        Self {
            at: frame.locate(&volunteer.place),
            categories: volunteer.categories.iter().map(|category| categories.number(category)).collect(),
            verified: volunteer.verified,
            id: volunteer.id,
            stopped: false,
            offers: Vec::new(),
        }
    }

    /// Whether she helps with what is asked.
    fn does(&self, request: &Request) -> bool {
        request.category.is_none_or(|category| self.categories.contains(&category))
    }
}

impl Categories {
    /// The number of a category, however it is named.
    fn number(&mut self, name: &Value) -> u32 {
        let next = index(self.0.len());
        *self.0.entry(name.to_string()).or_insert(next)
    }
}

impl Offer {
    fn sent(&self) -> Sent {
        Sent { at: self.asked.at, chance: self.chance, answer: self.asked.answered.map(|(_, answer)| answer) }
    }
}

impl Quiet {
    const DAY_MS: i64 = 86_400_000;

    fn of((from, to): (f64, f64)) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "hours of a day")]
        let ms = |hour: f64| (hour.clamp(0.0, 24.0) * 60.0 * MINUTE_MS) as i64 % Self::DAY_MS;
        Self { from_ms: ms(from), to_ms: ms(to) }
    }

    /// The first instant from this one on at which a text may leave.
    fn next(self, at: Timestamp) -> Option<Timestamp> {
        let of_day = at.as_millisecond().rem_euclid(Self::DAY_MS);
        // Both are counted from the beginning of the quiet, which may lie before midnight.
        let since = (of_day - self.from_ms).rem_euclid(Self::DAY_MS);
        let lasts = (self.to_ms - self.from_ms).rem_euclid(Self::DAY_MS);
        let wait = if since < lasts { lasts - since } else { 0 };
        Timestamp::from_millisecond(at.as_millisecond() + wait).ok()
    }
}

/// The instant of so many minutes after midnight of day 0: never later than they say, so that nothing leaves too early.
fn instant(minutes: f64) -> Option<Timestamp> {
    // A wake of ours that comes back is the same instant: what a division lost is less than a millionth of a second.
    #[expect(clippy::cast_possible_truncation, reason = "out of the calendar is refused below")]
    let ms = (minutes * MINUTE_MS + 0.001).floor() as i64;
    Timestamp::from_millisecond(ms).ok().filter(|_| minutes.abs() < 1e9)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries are exact in a double")]
fn minutes(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / MINUTE_MS
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "metres of a plan, or beyond every radius")]
fn whole(metres: f64) -> u32 {
    metres.round() as u32
}

/// A place in a list; no city has more people than that.
fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
