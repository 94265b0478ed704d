//! What a town decides of its line while it is running: in force at once here, soon on every instance, never a broken one.

use std::path::Path;
use std::time::Duration;

use ligne_solidaire::lines::change::{self, Changed};
use ligne_solidaire::lines::overrides::Setting;
use ligne_solidaire::operators::{Operator, Role};
use ligne_solidaire::voice;
use ligne_solidaire::worker;

use crate::scripts::files;
use crate::support::service::{LINE, Service, Setup};
use crate::support::shopping;
use crate::support::staff::{line, operator, stranger};
use crate::support::test_db::{TestDb, number, on_both};

const ODETTE: &str = "+33465710001";

/// Eight in the evening in Paris: the line is closed.
fn evening() -> Setup {
    Setup { now: "2026-04-14T18:00:00Z".to_owned(), ..Setup::default() }
}

/// The same, whose ids and calls are others.
fn again(setup: &Setup) -> Setup {
    let mut other = Setup { seed: setup.seed + 1, ..setup.clone() };
    other.exchange.seed += 1;
    other
}

async fn supervisor(service: &Service) -> Operator {
    operator(service, "Nadia", Role::Supervisor, vec![line(service)]).await
}

async fn decide(service: &Service, by: &Operator, setting: Setting, typed: &str) -> Changed {
    let app = &service.app;
    change::change(&app.board, &app.lines, by, line(service), setting, typed).await.unwrap()
}

async fn welcome(service: &Service) -> String {
    let leg = service.exchange.call(ODETTE, LINE).await.unwrap();
    let words = shopping::words(&service.exchange, leg);
    service.exchange.hang_up(leg).await.unwrap();
    words
}

#[tokio::test]
async fn what_is_decided_is_heard_at_the_next_call_and_soon_on_every_instance() {
    on_both(async |base| {
        let service = Service::with(base, &evening()).await;
        let other = service.beside(base.second_instance().await, &again(&evening())).await;
        let nadia = supervisor(&service).await;
        let message = "Fermé demain pour travaux.";
        assert!(!welcome(&service).await.contains(message) && !welcome(&other).await.contains(message));
        assert_eq!(decide(&service, &nadia, Setting::ClosingMessage, message).await, Changed::Done);
        assert!(welcome(&service).await.contains(message), "in the same minute");
        other.work().await;
        assert!(welcome(&other).await.contains(message));
        assert_eq!(decide(&service, &nadia, Setting::Hours, "24/7").await, Changed::Done);
        let open = welcome(&service).await;
        assert!(open.contains("Appel gratuit") && !open.contains(message), "{open}");
        assert_eq!(decide(&service, &nadia, Setting::Crowded, "oui").await, Changed::Done);
        assert!(welcome(&service).await.contains("Beaucoup d'appels"));
        assert_eq!(decide(&service, &nadia, Setting::Crowded, "oui").await, Changed::Same);
        assert_eq!(number(&base.db, "select count(*) from audit where action = 'line.change'").await, 3);
    })
    .await;
}

#[tokio::test]
async fn another_instance_hears_of_it_without_waiting_for_the_schedule() {
    on_both(async |base| {
        let service = Service::with(base, &evening()).await;
        let nadia = supervisor(&service).await;
        let mut watch = base.db.watch();
        // On a server the watch begins with « anything may have changed » once it listens.
        if base.db.kind() == ligne_solidaire::db::Kind::Postgres {
            watch.next().await.unwrap();
        }
        decide(&service, &nadia, Setting::Crowded, "oui").await;
        let told = tokio::time::timeout(Duration::from_mins(1), watch.next()).await.unwrap();
        assert_eq!(told, Some(ligne_solidaire::db::Change::Line(line(&service))));
    })
    .await;
}

#[tokio::test]
async fn what_does_not_read_is_refused_with_what_to_write_and_changes_nothing() {
    on_both(async |base| {
        let service = Service::with(base, &evening()).await;
        let nadia = supervisor(&service).await;
        let before = welcome(&service).await;
        let wrong = [
            (Setting::Hours, "tous les jours"),
            (Setting::ClosedDays, "demain"),
            (Setting::ClosingMessage, "<b>fermé</b>"),
            (Setting::Crowded, "1"),
            (Setting::Desk, "08 99 00 10 01"),
            (Setting::OnCall, "+44 20 7946 0000"),
        ];
        for (setting, typed) in wrong {
            let refused = decide(&service, &nadia, setting, typed).await;
            assert!(matches!(&refused, Changed::Refused(advice) if advice.contains("écrire")), "{refused:?}");
        }
        assert_eq!(decide(&service, &nadia, Setting::Crowded, "non").await, Changed::Same, "as the file says");
        assert_eq!(welcome(&service).await, before);
        assert_eq!(number(&base.db, "select count(*) from line_settings").await, 0);
        assert_eq!(number(&base.db, "select count(*) from audit where action = 'line.change'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_value_that_a_row_holds_and_that_does_not_read_leaves_the_last_good_one() {
    on_both(async |base| {
        let service = Service::with(base, &evening()).await;
        let nadia = supervisor(&service).await;
        decide(&service, &nadia, Setting::ClosingMessage, "Fermé demain.").await;
        broken(base, &service, "closing_message").await;
        broken(base, &service, "of_another_version").await;
        service.work().await;
        assert!(welcome(&service).await.contains("Fermé demain."));
        // After a restart the last good one is that of the file.
        let restarted = service.restarted(base.db.clone(), &again(&evening())).await;
        assert!(!welcome(&restarted).await.contains("Fermé demain."));
    })
    .await;
}

/// Writes a value that another version may have understood.
async fn broken(base: &TestDb, service: &Service, name: &'static str) {
    let (line, keyring) = (line(service).to_string(), &service.app.board.keyring);
    let sealed = keyring.seal("line_settings.value", &format!("{line}/{name}"), b"{ <break/> }");
    crate::support::desk::write(&base.db, move |query| {
        query(
            "insert into line_settings (line_id, name, value, changed_at, changed_by) select $1, $2, $3, 1, id from operators \
             where true limit 1 on conflict (line_id, name) do update set value = $3",
        )
        .bind(line)
        .bind(name)
        .bind(sealed)
    })
    .await;
}

#[tokio::test]
async fn nothing_written_goes_back_to_the_file_and_a_restart_forgets_nothing() {
    on_both(async |base| {
        let setup =
            Setup { line: "town = \"Montpellier\"\nclosing_message = \"Bonnes fêtes.\"".to_owned(), ..evening() };
        let service = Service::with(base, &setup).await;
        let nadia = supervisor(&service).await;
        assert!(welcome(&service).await.contains("Bonnes fêtes."));
        decide(&service, &nadia, Setting::ClosingMessage, "Fermé demain.").await;
        let restarted = service.restarted(base.db.clone(), &again(&setup)).await;
        assert!(welcome(&restarted).await.contains("Fermé demain."));
        assert_eq!(decide(&service, &nadia, Setting::ClosingMessage, "aucun").await, Changed::Done);
        let silent = welcome(&service).await;
        assert!(!silent.contains("Fermé demain.") && !silent.contains("Bonnes fêtes."));
        assert_eq!(decide(&service, &nadia, Setting::ClosingMessage, "").await, Changed::Done);
        assert!(welcome(&service).await.contains("Bonnes fêtes."));
        let decided = change::decided(&service.app.board, &nadia, line(&service)).await.unwrap().unwrap();
        assert!(decided.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_telephone_that_is_added_rings_and_the_journal_does_not_tell_its_number() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let nadia = supervisor(&service).await;
        service.exchange.register_phone("+33199001009", "renfort");
        decide(&service, &nadia, Setting::Desk, "01 99 00 10 09").await;
        let leg = service.exchange.call(ODETTE, LINE).await.unwrap();
        service.exchange.keys(leg, "0").await.unwrap();
        service.exchange.answer("+33199001009").await.unwrap();
        assert_eq!(number(&base.db, "select count(*) from audit where subject like '%1009%'").await, 0);
        assert_eq!(number(&base.db, "select count(*) from audit where subject like 'desk%'").await, 1);
        let rows = crate::support::dump::dump(&base.db).await;
        assert!(!rows["line_settings"][0].contains("10 09"), "it is sealed");
    })
    .await;
}

#[tokio::test]
async fn of_another_line_nothing_can_be_decided_nor_read() {
    on_both(async |base| {
        let service = Service::on(base).await;
        let other = stranger(&service).await;
        assert_eq!(decide(&service, &other, Setting::Crowded, "oui").await, Changed::Unknown);
        let app = &service.app;
        assert_eq!(change::decided(&app.board, &other, line(&service)).await.unwrap(), None);
        assert!(!change::ask_for_scripts(&app.board, &other, line(&service)).await.unwrap());
        let nowhere = change::change(&app.board, &app.lines, &other, uuid::Uuid::nil(), Setting::Crowded, "oui");
        assert_eq!(nowhere.await.unwrap(), Changed::Unknown);
        assert!(!welcome(&service).await.contains("Beaucoup d'appels"));
        assert_eq!(number(&base.db, "select count(*) from line_settings").await, 0);
    })
    .await;
}

/// Writes the scripts of the house to a folder, with one change.
fn write_scripts(folder: &Path, from: &str, to: &str) {
    for (name, text) in files() {
        let path = folder.join(&name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, if name == "fr/voice.ftl" { text.replace(from, to) } else { text }).unwrap();
    }
}

#[tokio::test]
async fn scripts_that_are_read_again_are_heard_and_broken_ones_leave_the_last_good_ones() {
    on_both(async |base| {
        let folder = tempfile::tempdir().unwrap();
        write_scripts(folder.path(), "", "");
        let scripts = Some(folder.path().display().to_string());
        let setup = Setup { scripts, ..Setup::default() };
        let service = Service::with(base, &setup).await;
        let other = service.beside(base.second_instance().await, &again(&setup)).await;
        let nadia = supervisor(&service).await;
        let (old, new) = ("Ici l'entraide entre voisins", "Ici la solidarité entre voisins");
        write_scripts(folder.path(), old, new);
        assert!(welcome(&service).await.contains(old), "nobody asked for it yet");
        voice::reload(&service.app).await.unwrap();
        assert!(welcome(&service).await.contains(new));
        service.clock.advance(Duration::from_secs(1));
        assert!(change::ask_for_scripts(&service.app.board, &nadia, line(&service)).await.unwrap());
        worker::renew(&other.app).await.unwrap();
        assert!(welcome(&other).await.contains(new), "another instance reads its own folder");
        write_scripts(folder.path(), "touche-2 = ", "touche-deux = ");
        let problems = voice::reload(&service.app).await.unwrap_err();
        assert!(problems.iter().any(|problem| problem.contains("« touche-2 »")), "{problems:?}");
        assert!(welcome(&service).await.contains(new), "the last good ones");
        std::fs::remove_dir_all(folder.path()).unwrap();
        assert!(voice::reload(&service.app).await.is_err());
        assert!(welcome(&service).await.contains(new));
    })
    .await;
}
