//! The people behind the telephones of a transcript: accounts of the console, each with her telephone.

use ligne_solidaire::db::DbError;
use ligne_solidaire::id::{Ids, RandomIds};
use ligne_solidaire::lang::Lang;
use ligne_solidaire::operators::store::accounts;
use ligne_solidaire::operators::{Operator, Role};
use ligne_solidaire::simulator::transcript::Transcript;

use crate::support::service::Service;

/// What the settings call them, and what they do.
const STAFF: [(&str, Role); 2] = [("bureau", Role::Agent), ("superviseur", Role::Supervisor)];

/// Makes an account for each telephone of the desk and of the supervisors; her login is the name of her telephone.
pub(crate) async fn hired(service: &Service, transcript: &Transcript) {
    let (board, ids) = (service.app.board.clone(), RandomIds::from_seed(51));
    let now = board.clock.now();
    let lines: Vec<_> = service.app.lines.iter().map(|line| line.id).collect();
    for (name, role) in STAFF {
        for (index, number) in transcript.numbers(name).iter().enumerate() {
            let login = format!("{name} {}", index + 1);
            let new = Operator {
                id: ids.row(now),
                name: login.clone(),
                login,
                roles: vec![role],
                langs: vec![Lang::FRENCH],
                phone: Some(number.parse().unwrap()),
                lines: lines.clone(),
            };
            let keyring = board.keyring.clone();
            let adding = board.db.write(move |tx| {
                Box::pin(async move { Ok::<_, DbError>(accounts::add(tx, &keyring, &new, now).await?) })
            });
            assert!(adding.await.unwrap());
        }
    }
}
