//! Volunteers of a line, for tests: who comes, and what a referent does with her.

use std::collections::BTreeSet;

use jiff::Timestamp;
use ligne_solidaire::db::{Db, DbError};
use ligne_solidaire::geo::{Point, Spot};
use ligne_solidaire::lang::Lang;
use ligne_solidaire::lines::{Line, LineSettings};
use ligne_solidaire::operators::Role;
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::requests;
use ligne_solidaire::secret::Keyring;
use ligne_solidaire::volunteers::event::Act;
use ligne_solidaire::volunteers::profile::Profile;
use ligne_solidaire::volunteers::referent::{self, Deed, Hand, Refused};
use ligne_solidaire::volunteers::register::{self, Application, Registered};
use ligne_solidaire::volunteers::vetting::Kind;
use ligne_solidaire::volunteers::{CameBy, Way};
use uuid::Uuid;

use super::people::{ONE, TownHall};
use super::service::Service;

/// A line with a referent.
pub(crate) struct Registry {
    pub(crate) db: Db,
    pub(crate) keyring: Keyring,
    pub(crate) line: Line,
    pub(crate) referent: Uuid,
    pub(crate) now: Timestamp,
}

impl Registry {
    /// At ten on a Tuesday in Paris.
    pub(crate) async fn on(db: &Db) -> Self {
        let hall = TownHall::on(db).await;
        let referent = hall.add("rosa", &[Role::Referent], &[ONE]).await.id;
        let settings = LineSettings { town: "Montpellier".to_owned(), ..LineSettings::default() };
        let number = PhoneNumber::parse("01 99 00 12 34").unwrap();
        let line = Line { id: ONE, number, settings: settings.into() };
        Self { db: db.clone(), keyring: hall.gate.keyring.clone(), line, referent, now: hall.gate.now() }
    }

    /// The first line of a service, with a referent.
    pub(crate) async fn of(service: &Service) -> Self {
        let (app, hall) = (&service.app, TownHall::of(service));
        let line = app.lines.iter().next().unwrap();
        let referent = hall.add("rosa", &[Role::Referent], &[line.id]).await.id;
        let keyring = app.board.keyring.clone();
        Self { db: app.board.db.clone(), keyring, line, referent, now: hall.gate.now() }
    }

    /// Somebody with that number who offers help by that way, a few metres from the Comédie.
    pub(crate) fn application(&self, contact_id: Uuid, came_by: CameBy) -> Application {
        let zone = self.line.settings.hours.zone();
        let application = Application::of(contact_id, came_by, Way::Text, zone).unwrap();
        Application {
            profile: Profile { first_name: "Zoé".to_owned(), last_name: "Martin".to_owned(), ..Profile::default() },
            spot: Some(Spot { point: Point::new(43.608, 3.879).unwrap(), within_m: 0 }),
            skills: BTreeSet::from(["courses".to_owned(), "enfants".to_owned()]),
            langs: BTreeSet::from([Lang::FRENCH]),
            ..application
        }
    }

    /// The row of a number.
    pub(crate) async fn contact(&self, number: &str) -> Uuid {
        let (keyring, now, number) = (self.keyring.clone(), self.now, PhoneNumber::parse(number).unwrap());
        let keeping = self.db.write(move |tx| {
            Box::pin(async move { requests::store::caller(tx, &keyring, Uuid::now_v7(), &number, now).await })
        });
        let kept: Result<Uuid, DbError> = keeping.await;
        kept.unwrap()
    }

    /// She comes.
    pub(crate) async fn comes(&self, application: Application) -> Registered {
        let (keyring, line, now) = (self.keyring.clone(), self.line.clone(), self.now);
        let coming = self.db.write(move |tx| {
            Box::pin(async move {
                let act = Act { event: Uuid::now_v7(), actor: "elle-même", now };
                let zone = line.settings.hours.zone();
                register::register(tx, &keyring, line.id, zone, application, (Uuid::now_v7(), &act)).await
            })
        });
        let come: Result<Registered, DbError> = coming.await;
        come.unwrap()
    }

    /// The referent does something.
    pub(crate) async fn does(&self, id: Uuid, deed: Deed) -> Result<(), Refused> {
        let (keyring, line) = (self.keyring.clone(), self.line.clone());
        let hand = Hand {
            operator_id: self.referent,
            name: "Rosa".to_owned(),
            entry: Uuid::now_v7(),
            event: Uuid::now_v7(),
            now: self.now,
        };
        let doing = self
            .db
            .write(move |tx| Box::pin(async move { referent::perform(tx, &keyring, &line, id, &deed, &hand).await }));
        doing.await
    }

    /// A volunteer who may be asked.
    pub(crate) async fn accepted(&self, application: Application) -> Uuid {
        let Registered::New(id) = self.comes(application).await else { panic!("she is new") };
        for deed in [Deed::See(Kind::Identity), Deed::See(Kind::Charter), Deed::Accept] {
            self.does(id, deed).await.unwrap();
        }
        id
    }
}
