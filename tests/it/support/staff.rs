//! People of the desk of a whole service, with the accounts that they have there.

use ligne_solidaire::db::DbError;
use ligne_solidaire::lang::Lang;
use ligne_solidaire::operators::{Operator, Role, store};
use uuid::Uuid;

use super::service::{LINE, Service};

/// The line of the service.
pub(crate) fn line(service: &Service) -> Uuid {
    service.app.lines.find(LINE).unwrap().id
}

/// An agent of its line.
pub(crate) async fn agent(service: &Service, name: &str) -> Operator {
    operator(service, name, Role::Agent, vec![line(service)]).await
}

/// An agent of a line of another town, whose row is there.
pub(crate) async fn stranger(service: &Service) -> Operator {
    let id = Uuid::from_u128(7_777);
    let row = service.app.board.db.write(move |tx| {
        Box::pin(async move {
            sqlx::query(
                "insert into lines (id, number, created_at) values ($1, '+33199009999', 0) on conflict do nothing",
            )
            .bind(id.to_string())
            .execute(tx.conn())
            .await?;
            Ok::<_, DbError>(())
        })
    });
    row.await.unwrap();
    operator(service, "Ailleurs", Role::Supervisor, vec![id]).await
}

/// Somebody who works there.
pub(crate) async fn operator(service: &Service, name: &str, role: Role, lines: Vec<Uuid>) -> Operator {
    let board = &service.app.board;
    let now = board.clock.now();
    let operator = Operator {
        id: board.ids.row(now),
        login: name.to_lowercase(),
        name: name.to_owned(),
        roles: vec![role],
        langs: vec![Lang::FRENCH],
        phone: None,
        lines,
    };
    let (new, keyring) = (operator.clone(), board.keyring.clone());
    let added = board.db.write(move |tx| Box::pin(async move { store::accounts::add(tx, &keyring, &new, now).await }));
    assert!(added.await.unwrap());
    operator
}
