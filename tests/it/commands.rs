//! The real program, from its command line: what it refuses, and in which words.

use std::fs::Permissions;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use ligne_solidaire::db;
use ligne_solidaire::simulator::exchange::{Exchange, Settings};
use ligne_solidaire::simulator::transport::HttpTransport;
use tokio::net::TcpStream;
use tokio::time::{interval, timeout};

use crate::support::service::{ACCOUNT, LINE, PUBLIC, Service, TOKEN};
use crate::support::shopping;
use crate::support::test_db::{TestDb, number};

/// Longer than this, and it will never come.
const DEADLINE: Duration = Duration::from_mins(1);

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn program(folder: &Path, database: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_ligne-solidaire"));
    program
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("LIGNE_LISTEN", free().to_string())
        .env("LIGNE_PUBLIC_URL", PUBLIC)
        .env("LIGNE_DATABASE_URL", database)
        .env("LIGNE_PROVIDER_ACCOUNT", ACCOUNT)
        .env("LIGNE_PROVIDER_TOKEN", TOKEN)
        .env("LIGNE_PROVIDER_API", "http://127.0.0.1:9")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    program
}

/// The whole output of a program that ends by itself.
async fn ended(mut program: Command) -> (bool, String) {
    let child = program.spawn().unwrap();
    let id = child.id();
    let waiting = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap());
    let Ok(output) = timeout(DEADLINE, waiting).await else {
        drop(Command::new("kill").arg(id.to_string()).status());
        panic!("it does not end");
    };
    let Output { status, stdout, stderr } = output.unwrap();
    (status.success(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

#[tokio::test]
async fn a_service_whose_lines_are_in_a_database_that_is_down_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["serve", "worker"] {
        let mut down = program(folder.path(), &format!("postgres://postgres@{}/ligne", free()));
        down.arg(command);
        let (well, said) = ended(down).await;
        assert!(!well && said.contains("ligne-solidaire : les lignes sont dans la base, qui ne répond pas"), "{said}");
        assert!(said.contains("détail : la base de données ne répond pas"), "{said}");
    }
}

/// Passes connections on to the test server, from now on.
async fn lead(from: SocketAddr, to: SocketAddr) -> io::Result<()> {
    let listener = tokio::net::TcpListener::bind(from).await?;
    loop {
        let (mut caller, _) = listener.accept().await?;
        tokio::spawn(async move {
            let mut server = TcpStream::connect(to).await?;
            tokio::io::copy_bidirectional(&mut caller, &mut server).await
        });
    }
}

#[tokio::test]
async fn a_service_started_without_its_database_ends_when_the_key_turns_out_to_be_another() {
    for command in ["serve", "worker"] {
        let Some(base) = TestDb::postgres().await else { return };
        db::check_key(&base.db, "l'empreinte d'une autre clé".to_owned()).await.unwrap();
        let mut url: url::Url = base.url.parse().unwrap();
        let server = url.socket_addrs(|| Some(5432)).unwrap()[0];
        let door = free();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(door.port())).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut early = program(folder.path(), url.as_str());
        early.arg(command).env("LIGNE_NUMBER", LINE);
        let ending = tokio::spawn(ended(early));
        // The key is made, then the database is looked for.
        let key = folder.path().join(".local/state/ligne-solidaire");
        let mut looks = interval(Duration::from_millis(20));
        timeout(DEADLINE, async {
            while !key.join("carnet").exists() {
                looks.tick().await;
            }
        })
        .await
        .unwrap();
        tokio::spawn(lead(door, server));
        let (well, said) = ending.await.unwrap();
        assert!(!well && said.contains("la clé de chiffrement n'est pas celle de cette base"), "{said}");
        assert_eq!(number(&base.db, "select count(*) from lines").await, 0);
    }
}

#[tokio::test]
async fn lists_want_the_key_of_the_database_and_make_none() {
    let base = TestDb::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    for arguments in [["requests", "list"], ["callbacks", "list"]] {
        let key = folder.path().join("autre.cle");
        let list = || {
            let mut list = program(folder.path(), &base.url);
            list.args(arguments).env("LIGNE_KEY_FILE", &key);
            list
        };
        let (well, said) = ended(list()).await;
        assert!(!well && said.contains("autre.cle n'existe pas") && !key.exists(), "{said}");
        db::check_key(&base.db, "l'empreinte d'une autre clé".to_owned()).await.unwrap();
        ligne_solidaire::secret::load_or_create(&key).unwrap();
        let (well, said) = ended(list()).await;
        assert!(!well && said.contains("n'est pas celle de cette base"), "{said}");
        std::fs::remove_file(&key).unwrap();
    }
}

/// What an agent does at a terminal with what a call left.
#[tokio::test]
async fn an_agent_finds_hears_takes_and_ends_what_a_call_left() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    shopping::to_the_end(&service.exchange, "+33465710001", LINE).await;
    service.work().await;
    let folder = tempfile::tempdir().unwrap();
    let agent = async |arguments: &str| {
        let mut command = program(folder.path(), &base.url);
        command.args(arguments.split(' ')).env("LIGNE_KEY_FILE", service.folder().join("ligne.cle"));
        ended(command).await
    };

    let (well, listed) = agent("callbacks list").await;
    assert!(well && listed.lines().count() == 2, "{listed}");
    assert!(listed.lines().all(|line| line.chars().count() <= 80), "{listed}");
    let name = listed.lines().nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let (well, shown) = agent(&format!("callbacks show {name}")).await;
    let reference = shown.lines().find_map(|line| line.strip_prefix("demande")).unwrap();
    let reference = reference.trim_matches([' ', ':']).to_owned();
    assert!(well && shown.contains("numéro        : 04 ** ** ** 01") && shown.contains("courses"), "{shown}");
    let (well, request) = agent(&format!("requests show {reference}")).await;
    assert!(well && request.contains("réponses"), "{request}");

    let (well, files) = agent(&format!("requests listen {reference} --to messages")).await;
    assert!(well && files.lines().count() == 4 && files.contains("Effacez ces fichiers"), "{files}");
    // Once more, over files that others could read by now.
    for file in files.lines().take(3) {
        std::fs::set_permissions(folder.path().join(file), Permissions::from_mode(0o644)).unwrap();
    }
    assert_eq!(agent(&format!("requests listen {reference} --to messages")).await, (true, files.clone()));
    for file in files.lines().take(3).map(|file| folder.path().join(file)) {
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(std::fs::read(&file).unwrap().starts_with(b"RIFF"), "{}", file.display());
    }
    let (well, same) = agent(&format!("callbacks listen {name} --to messages")).await;
    assert!(well && same.lines().count() == 4, "{same}");

    let silent = service.exchange.call("+33465710002", LINE).await.unwrap();
    service.exchange.keys(silent, "1").await.unwrap();
    service.exchange.hang_up(silent).await.unwrap();
    let (_, other) = agent("callbacks list --format csv --columns id,reason").await;
    let other = other.lines().find_map(|line| line.strip_suffix(",appel interrompu")).unwrap().to_owned();
    let nothing = (true, "Aucun message parlé dans cet appel.\n".to_owned());
    assert_eq!(agent(&format!("callbacks listen {other}")).await, nothing);
    for step in ["claim", "close --disposition SANS_SUITE"] {
        assert!(agent(&format!("callbacks {step} {other} --agent Awa")).await.0);
    }

    let (well, said) = agent(&format!("callbacks claim {name} --agent Awa")).await;
    assert!(well && said.starts_with("Pris pour 15 minutes."), "{said}");
    let (well, said) = agent(&format!("callbacks close {name} --agent Awa --disposition resolu")).await;
    assert!(well && said.starts_with("Terminé."), "{said}");
    assert_eq!(agent("callbacks list").await, (true, "Aucun rappel à faire.\n".to_owned()));
    let (well, said) = agent("callbacks show zzz").await;
    assert!(!well && said.contains("« zzz » ne nomme aucun rappel"), "{said}");
    assert_eq!(number(&base.db, "select count(*) from audit where action like '%listen'").await, 4);
}

/// How the first administrator of a town hall gets in, before the service ever started.
#[tokio::test]
async fn the_first_account_is_opened_at_a_terminal_by_a_link_and_no_password() {
    let (base, folder) = (TestDb::sqlite().await, tempfile::tempdir().unwrap());
    let terminal = async |arguments: &str, more: &[&str]| {
        let mut command = program(folder.path(), &base.url);
        ended({
            command.arg("operators").args(arguments.split(' ')).args(more).env("LIGNE_NUMBER", LINE);
            command
        })
        .await
    };
    let (well, said) = terminal("list", &[]).await;
    assert!(!well && said.contains("n'existe pas"), "no key yet: {said}");
    // Somebody who forgot the settings makes no second house with a key of its own.
    let mut lost = program(folder.path(), "sqlite://ailleurs.db");
    lost.args(["operators", "add", "--login", "odile", "--role", "agent", "--name", "Odile"]);
    let (well, said) = ended(lost).await;
    assert!(!well && std::fs::read_dir(folder.path()).unwrap().next().is_none(), "{said}");
    let (well, said) =
        terminal("add --login Odile --role administrateur --role superviseur --name", &["Odile Martin"]).await;
    let token = said.lines().last().unwrap().strip_prefix(&format!("{PUBLIC}/console/lien/")).unwrap_or_default();
    assert!(well && said.contains("dans les 24 heures") && token.len() == 64, "{said}");
    let (well, listed) = terminal("list", &[]).await;
    assert!(well && listed.contains("odile") && listed.contains("lien à ouvrir"), "{listed}");
    assert!(!listed.contains(token) && listed.lines().all(|line| line.chars().count() <= 80), "{listed}");

    for (wrong, why) in [
        ("add --login odile --role agent --name Autre", "déjà pris"),
        ("add --login awa --role roi --name Awa", "« roi » ne convient pas"),
        ("add --login awa --role agent --name Awa --line 0199009999", "aucune ligne n'a le numéro 0199009999"),
        ("add --login awa --role agent --name Awa --phone 0899700000", "ne peut pas être appelé"),
        ("link --login personne", "aucun compte ne s'appelle « personne »"),
    ] {
        let (well, said) = terminal(wrong, &[]).await;
        assert!(!well && said.contains(why), "{wrong}: {said}");
    }
    let (well, again) = terminal("link --login odile", &[]).await;
    assert!(well && again.contains("/console/lien/") && !again.contains(token), "{again}");
    assert!(terminal("add --login awa --role agent --name Awa --line 0199001234", &[]).await.0);
    assert_eq!(terminal("disable --login awa", &[]).await, (true, "Le compte awa est fermé.\n".to_owned()));
    assert!(terminal("list", &[]).await.1.contains("fermé"));
    assert_eq!(terminal("enable --login awa", &[]).await, (true, "Le compte awa est ouvert.\n".to_owned()));
    let journaled = "select count(*) from audit where action like 'operator.%' and line_id is not null";
    assert_eq!(number(&base.db, journaled).await, 5);
}

/// Three streets of a fictive commune, as the national file writes them.
fn address_file() -> String {
    let header = "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat\n".to_owned();
    let line = |number: u32| {
        let (street, lat) = (number % 3, 43.0 + f64::from(number) / 100_000.0);
        format!("99123_{street:04}_{number:05};{number};;Rue {street};99120;99123;Valmarin;3.25;{lat:.6}\n")
    };
    header + &(1..=2_100).map(line).collect::<String>()
}

#[tokio::test]
async fn addresses_and_districts_are_imported_while_the_service_runs() {
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let folder = tempfile::tempdir().unwrap();
    let command = |arguments: &str| {
        let mut command = program(folder.path(), &base.url);
        command.args(arguments.split(' ')).env("LIGNE_KEY_FILE", service.folder().join("ligne.cle"));
        command.env("LIGNE_NUMBER", LINE);
        command
    };
    let (well, said) = ended(command("addresses status")).await;
    assert!(well && said.contains("Aucune adresse"), "{said}");

    let mut text = address_file();
    text += "99123_0009_00001;1;;Rue;99120;99123;Valmarin;;\n";
    std::fs::write(folder.path().join("bon.csv"), &text).unwrap();
    std::fs::write(folder.path().join("faux.csv"), text.replacen("nom_voie", "voie", 1)).unwrap();
    std::fs::write(folder.path().join("tronque.csv"), &text[..text.len() - 10]).unwrap();
    let (well, said) = ended(command("addresses import faux.csv absent.csv tronque.csv bon.csv")).await;
    assert!(!well && said.contains("faux.csv : il manque la colonne nom_voie"), "{said}");
    assert!(said.contains("absent.csv : le fichier ne s'ouvre pas\n  détail : "), "{said}");
    assert!(said.contains("tronque.csv : le fichier est tronqué"), "{said}");
    let kept = "bon.csv : 2 101 lignes lues, 2 100 adresses gardées, 1 ligne laissée de côté, ";
    assert!(said.contains(kept) && said.contains("  ligne 2102 : sans coordonnées\n"), "{said}");
    // While somebody calls, the same again.
    let again = tokio::spawn(ended(command("addresses import bon.csv")));
    shopping::to_the_end(&service.exchange, "+33465710001", LINE).await;
    assert!(again.await.unwrap().0);
    let (well, said) = ended(command("addresses status")).await;
    assert!(well && said.contains("99123  Valmarin  adresses  3      2 100"), "{said}");
    assert!(said.contains("99120        2 100") && said.lines().all(|line| line.chars().count() <= 80), "{said}");

    let (well, said) = ended(command("districts list")).await;
    assert!(well && said.contains("Aucun sous-quartier"), "{said}");
    std::fs::write(folder.path().join("liste.csv"), "nom;lon;lat\nGare;3,25;43,5\n").unwrap();
    let (well, said) = ended(command("districts import liste.csv")).await;
    assert!(well && said.starts_with("1 sous-quartier pour la ligne 0199001234, dont 0 avec un contour"), "{said}");
    let (well, said) = ended(command("districts list")).await;
    assert!(well && said.contains("Gare") && said.contains("43.50000"), "{said}");
    for (wrong, why) in [
        ("districts import bon.csv", "bon.csv : ligne 2 : pas de nom"),
        ("districts import absent.csv", "absent.csv ne s'ouvre pas"),
        ("districts import liste.csv --line 0199009999", "aucune ligne n'a le numéro 0199009999"),
        ("addresses import", "il manque <FICHIER>..."),
    ] {
        let (well, said) = ended(command(wrong)).await;
        assert!(!well && said.contains(why), "{wrong}: {said}");
    }
}

#[tokio::test]
async fn an_import_that_is_killed_leaves_the_addresses_that_were_there() {
    if !cfg!(feature = "failpoints") {
        return;
    }
    let base = TestDb::sqlite().await;
    let service = Service::on(&base).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("un.csv"), address_file()).unwrap();
    std::fs::write(folder.path().join("deux.csv"), address_file().replace("Valmarin", "Autre")).unwrap();
    let command = |file: &str, fault: &str| {
        let mut command = program(folder.path(), &base.url);
        command.args(["addresses", "import", file]).env("LIGNE_KEY_FILE", service.folder().join("ligne.cle"));
        command.env("FAILPOINTS", fault);
        command
    };
    assert!(ended(command("un.csv", "")).await.0);
    assert!(!ended(command("deux.csv", "places-batch-kept=1*panic")).await.0);
    assert_eq!(number(&base.db, "select count(*) from communes where name = 'Valmarin'").await, 1);
    assert_eq!(number(&base.db, "select count(*) from addresses").await, 4_100);
    assert!(ended(command("deux.csv", "")).await.0);
    assert_eq!(number(&base.db, "select count(*) from communes where name = 'Autre'").await, 1);
}

#[tokio::test]
async fn a_fault_outside_a_turn_is_words_too_and_the_next_caller_is_welcomed() {
    if !cfg!(feature = "failpoints") {
        return;
    }
    let (base, folder, listen) = (TestDb::sqlite().await, tempfile::tempdir().unwrap(), free());
    let mut serve = program(folder.path(), &base.url);
    serve.arg("serve").env("LIGNE_NUMBER", LINE).env("LIGNE_LISTEN", listen.to_string());
    let mut running = serve.env("FAILPOINTS", "turn-committed=1*panic").spawn().unwrap();
    let mut looks = interval(Duration::from_millis(20));
    let there = async {
        while TcpStream::connect(listen).await.is_err() {
            looks.tick().await;
        }
    };
    timeout(DEADLINE, there).await.unwrap();
    let reach = Some(format!("http://{listen}").parse().unwrap());
    let exchange = Exchange::new(Settings::new(PUBLIC, ACCOUNT, TOKEN), HttpTransport::new(reach).unwrap());
    let mut heard = Vec::new();
    for from in ["+33465710001", "+33465710002"] {
        let leg = exchange.call(from, LINE).await.unwrap();
        heard.push(shopping::words(&exchange, leg));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    assert!(heard[0].contains("souci technique"), "{}", heard[0]);
    assert!(heard[1].contains("Bonjour. Ici l'entraide"), "{}", heard[1]);
}

#[tokio::test]
async fn a_telephone_whose_line_is_dead_says_so_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let mut dead = program(folder.path(), "sqlite://inutile.db");
    dead.args(["phone", "--public-url", &format!("http://{}", free())]).stdin(Stdio::null());
    let (well, said) = ended(dead).await;
    assert!(!well && said.contains("rien n'écoute à cette adresse"), "{said}");
}
