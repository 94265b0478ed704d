//! Operators who exist: with a password that they chose by a link, and a telephone that shows codes.

use std::sync::Arc;

use jiff::Timestamp;
use ligne_solidaire::callbacks::desk::Hand;
use ligne_solidaire::clock::SetClock;
use ligne_solidaire::db::{Db, DbError};
use ligne_solidaire::id::RandomIds;
use ligne_solidaire::lang::Lang;
use ligne_solidaire::lines::{self, Line, LineSettings};
use ligne_solidaire::operators::accounts::{self, AccountError, Added, Refused, Wanted};
use ligne_solidaire::operators::links::{self, Chosen};
use ligne_solidaire::operators::second_factor::Secret;
use ligne_solidaire::operators::sign_in::{self, Attempt, Opened, SignIn};
use ligne_solidaire::operators::store::sessions;
use ligne_solidaire::operators::{Gate, Role, SignedIn, enrol, session};
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::secret::Keyring;
use totp_rs::{Algorithm, Builder};
use uuid::Uuid;

use super::service::Service;

/// A password that nobody guesses.
pub(crate) const PASSWORD: &str = "tortue bleue sous la guitare";

/// A town hall with two lines, at ten on a Tuesday in Paris.
pub(crate) struct TownHall {
    pub(crate) gate: Gate,
    pub(crate) clock: Arc<SetClock>,
}

/// Its lines.
pub(crate) const ONE: Uuid = Uuid::from_u128(1);
pub(crate) const OTHER: Uuid = Uuid::from_u128(2);

/// Somebody who can sign in.
pub(crate) struct Person {
    pub(crate) id: Uuid,
    pub(crate) login: String,
    pub(crate) telephone: Secret,
}

impl TownHall {
    pub(crate) async fn on(db: &Db) -> Self {
        let clock = Arc::new(SetClock::new("2026-04-14T08:00:00Z".parse().unwrap()));
        let hall = Self::beside(db.clone(), clock);
        let line = |id, number: &str| Line {
            id,
            number: PhoneNumber::parse(number).unwrap(),
            settings: LineSettings::default().into(),
        };
        let (both, now) = ([line(ONE, "01 99 00 12 34"), line(OTHER, "02 61 91 12 34")], hall.gate.now());
        db.write(move |tx| Box::pin(async move { lines::store::keep(tx, &both, now).await })).await.unwrap();
        hall
    }

    /// The town hall of a service.
    pub(crate) fn of(service: &Service) -> Self {
        Self { gate: service.app.gate.clone(), clock: service.clock.clone() }
    }

    /// Another instance of the service.
    pub(crate) fn beside(db: Db, clock: Arc<SetClock>) -> Self {
        let ids = Arc::new(RandomIds::from_entropy());
        Self { gate: Gate::new(db, Keyring::from_master(&[7; 32]), clock.clone(), ids), clock }
    }

    /// What the terminal does.
    pub(crate) fn terminal(&self) -> Hand {
        self.hand_of(None)
    }

    /// What that operator does.
    pub(crate) fn hand_of(&self, operator: Option<Uuid>) -> Hand {
        let agent = operator.map_or("terminal".to_owned(), |id| id.to_string());
        Hand { agent, operator, entry: Uuid::now_v7(), now: self.gate.now() }
    }

    /// An account that the terminal opens.
    pub(crate) async fn add(&self, login: &str, roles: &[Role], lines: &[Uuid]) -> Added {
        accounts::add(&self.gate, &self.terminal(), login, &wanted(login, roles, lines)).await.unwrap()
    }

    /// An account whose operator chose a password and set up her telephone.
    pub(crate) async fn person(&self, login: &str, roles: &[Role], lines: &[Uuid]) -> Person {
        let added = self.add(login, roles, lines).await;
        let Chosen::In(limited) = self.choose(&added.link, PASSWORD).await else { panic!("the link is fresh") };
        let id = session::id_of(&limited.token);
        let telephone = enrol::offer(&self.gate, &id).await.unwrap().unwrap().secret;
        let code = self.code(&telephone);
        enrol::confirm(&self.gate, &id, &code, "Firefox sur Linux").await.unwrap().unwrap();
        // The code served: the next one is shown half a minute later.
        self.clock.advance(std::time::Duration::from_secs(30));
        Person { id: added.id, login: login.to_owned(), telephone }
    }

    pub(crate) async fn choose(&self, link: &str, password: &str) -> Chosen {
        let towns = vec!["Montpellier".to_owned()];
        links::choose(&self.gate, link, password.to_owned(), towns, "Firefox sur Linux").await.unwrap()
    }

    /// What a telephone shows now.
    pub(crate) fn code(&self, telephone: &Secret) -> String {
        code_at(telephone, self.gate.now())
    }

    /// Tries to sign in from that address.
    pub(crate) async fn try_in(&self, login: &str, password: &str, code: &str, address: &str) -> SignIn {
        let text = str::to_owned;
        let attempt = Attempt {
            login: text(login),
            password: text(password),
            code: text(code),
            address: text(address),
            browser: text("Firefox sur Linux"),
        };
        sign_in::sign_in(&self.gate, attempt).await.unwrap()
    }

    /// Signs in from the town hall.
    pub(crate) async fn sign_in(&self, who: &Person) -> Opened {
        match self.try_in(&who.login, PASSWORD, &self.code(&who.telephone), "198.51.100.7").await {
            SignIn::In(opened) => opened,
            other => panic!("{other:?}"),
        }
    }

    /// Whoever that token stands for.
    pub(crate) async fn who(&self, opened: &Opened) -> Option<SignedIn> {
        let (keyring, id, now) = (self.gate.keyring.clone(), session::id_of(&opened.token), self.gate.now());
        let looking =
            self.gate.db.read(move |tx| Box::pin(async move { sessions::signed_in(tx, &keyring, &id, now).await }));
        let found: Result<_, DbError> = looking.await;
        found.unwrap()
    }
}

/// What a telephone shows at that instant.
pub(crate) fn code_at(telephone: &Secret, now: Timestamp) -> String {
    let secret = totp_rs::Secret::try_from_base32(telephone.text().replace(' ', "")).unwrap();
    let totp = Builder::new().with_algorithm(Algorithm::SHA1).with_secret(secret).build().unwrap();
    format!("{}", totp.generate(u64::try_from(now.as_second()).unwrap()))
}

/// An account as it is asked for.
pub(crate) fn wanted(login: &str, roles: &[Role], lines: &[Uuid]) -> Wanted {
    Wanted {
        name: format!("{login} de la mairie"),
        roles: roles.to_vec(),
        langs: vec![Lang::FRENCH],
        phone: Some(PhoneNumber::parse("01 99 00 10 01").unwrap()),
        lines: lines.to_vec(),
    }
}

/// By which rule an act was refused.
pub(crate) fn refused<T: std::fmt::Debug>(done: Result<T, AccountError>) -> Refused {
    match done {
        Err(AccountError::Refused(refused)) => refused,
        other => panic!("{other:?}"),
    }
}
