//! Tables that are downloaded with the buttons of their pages and read back as a spreadsheet would.

use ligne_solidaire::audit::store;
use ligne_solidaire::db::DbError;
use ligne_solidaire::operators::Role;

use super::Seat;
use crate::support::browser::lines;
use crate::support::chromium::Look;
use crate::support::service::LINE;
use crate::support::shopping;

/// What a spreadsheet would run, and how it must arrive.
const HOSTILE: [(&str, &str); 8] = [
    ("=HYPERLINK(\"http://exemple.invalid\";\"Ouvrir\")", "'=HYPERLINK(\"http://exemple.invalid\";\"Ouvrir\")"),
    ("+33 4;cmd", "'+33 4;cmd"),
    ("@SUM(A1:A9)", "'@SUM(A1:A9)"),
    ("-2+3", "'-2+3"),
    ("\t=1+1", "'\t=1+1"),
    ("\r=1+1", "'\r=1+1"),
    ("  =1+1", "'  =1+1"),
    // A telephone number is no formula: it stays one that can be dialled.
    ("+33465710001", "+33465710001"),
];

/// The rows of a file as a French spreadsheet opens it: UTF-8 by its mark, semicolons.
fn read_back(file: &[u8], titles: &[&str]) -> Vec<csv::StringRecord> {
    let text = file.strip_prefix("\u{feff}".as_bytes()).expect("the mark of UTF-8 comes first");
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text);
    assert_eq!(reader.headers().unwrap(), titles);
    reader.records().collect::<Result<_, _>>().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_downloaded_as_a_table_whose_cells_run_nothing() {
    let (name, harmless) = HOSTILE[0];
    let district = format!("[[line.district]]\nname = '{name}'\npostal_codes = [\"34000\"]");
    let seat = Seat::of(&format!("town = \"Montpellier\"\n{district}")).await;
    shopping::to_the_end(&seat.service.exchange, "+33465710001", LINE).await;
    let helene = seat.who("helene", &[Role::Supervisor]).await;
    let page = seat.sits(&helene, "/console/chiffres?pas=jour", Look::default()).await;
    page.shows("Appels reçus").await;
    page.picture("chiffres").await;
    let file = page.downloads("a[href^='/console/chiffres.csv']", "chiffres.csv").await;
    let rows = read_back(&file, &["quoi", "lequel", "combien"]);
    let told = |what: &str, which: &str| {
        let row = rows.iter().find(|row| &row[0] == what && &row[1] == which);
        row.unwrap_or_else(|| panic!("{what}, {which} in {rows:?}"))[2].to_owned()
    };
    assert_eq!(told("chiffre", "Appels reçus"), "1");
    assert_eq!(told("demandes par jour", "2026-04-14"), "1");
    assert_eq!(told("demandes par besoin", "Des courses"), "1");
    assert_eq!(told("demandes par quartier", harmless), "moins de 5, ou non publié");
    page.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journal_is_downloaded_as_a_table_whose_cells_run_nothing() {
    let seat = Seat::ready().await;
    for (name, _) in HOSTILE {
        wrote(&seat, name).await;
    }
    let odile = seat.who("odile", &[Role::DataOfficer]).await;
    let page = seat.sits(&odile, "/console/journal?quoi=callback.claim", Look::default()).await;
    page.shows("a pris un rappel").await;
    page.picture("journal").await;
    let file = page.downloads("a[href^='/console/journal.csv']", "journal.csv").await;
    let rows = read_back(&file, &["date", "qui", "action", "code", "objet"]);
    let mut names: Vec<&str> = rows.iter().map(|row| &row[1]).collect();
    let mut expected = HOSTILE.map(|(_, harmless)| harmless);
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected);
    for row in &rows {
        assert_eq!((&row[0], &row[2], &row[3]), ("2026-04-14 10:00:00", "a pris un rappel", "callback.claim"));
    }
    page.goes(&format!("{}/console/journal", seat.address)).await;
    page.shows("a exporté le journal").await;
    page.close().await;
}

/// Somebody of that name did something on the line.
async fn wrote(seat: &Seat, name: &'static str) {
    let (board, line) = (&seat.service.app.board, lines(&seat.service)[0]);
    let now = board.clock.now();
    let id = board.ids.row(now);
    let writing = board.db.write(move |tx| {
        Box::pin(async move { store::write_of_line(tx, (id, Some(line)), name, "callback.claim", "x", now).await })
    });
    let written: Result<(), DbError> = writing.await;
    written.unwrap();
}
