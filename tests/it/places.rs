//! Places: the address file and its traps, imported on both databases while others read; the sub-districts of a line.

use std::io::{Cursor, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use ligne_solidaire::clock::SetClock;
use ligne_solidaire::db::{Db, DbError};
use ligne_solidaire::geo::{Point, Spot};
use ligne_solidaire::lines::{Line, LineSettings};
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::places::import::{Failure, Imported, import};
use ligne_solidaire::places::store::{self, Commune, PostalCode};
use ligne_solidaire::places::{Flaw, Refusal, divide, map_file, sub_district_of};
use tokio::time::{interval, timeout};
use uuid::Uuid;

use crate::support::test_db::{TestDb, number, on_both, run};

const HEADER: &str = "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;x;y;lon;lat;type_position\n";
const LOCALITIES: &str = "id;nom_lieu_dit;code_postal;code_insee;nom_commune;lon;lat\n";
/// A number that comes to nobody's mind: so much later, whatever stood still is dead.
const LATER: Duration = Duration::from_mins(16);

fn clock() -> SetClock {
    SetClock::new("2026-04-14T08:00:00Z".parse().unwrap())
}

/// A street of a commune whose numbers stand 0.001° (111 m) one north of the other, from a latitude on.
fn street(commune: &str, street: &str, postal_code: &str, numbers: u32, lat: f64) -> String {
    let line = |number: u32| {
        let lat = lat + f64::from(number) / 1_000.0;
        format!(
            "{commune}_{street}_{number:05};{commune}_{street};{number};;Rue {street};{postal_code};{commune};Valmarin;\
             1;2;3.250000;{lat:.6};entrée\n"
        )
    };
    (1..=numbers).map(line).collect()
}

fn file(parts: &[String]) -> Vec<u8> {
    [HEADER, &parts.concat()].concat().into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

async fn imported(db: &Db, bytes: Vec<u8>) -> Result<Imported, Failure> {
    import(db, &clock(), "adresses.csv", Cursor::new(bytes)).await
}

async fn of_postal_code(db: &Db, code: &'static str) -> Option<Spot> {
    db.read(move |tx| Box::pin(async move { store::spot_of_postal_code(tx, code).await })).await.unwrap()
}

async fn of_street(db: &Db, id: &'static str) -> Option<Spot> {
    db.read(move |tx| Box::pin(async move { store::spot_of_street(tx, id).await })).await.unwrap()
}

async fn status(db: &Db) -> (Vec<Commune>, Vec<PostalCode>) {
    let read = db.read(|tx| {
        Box::pin(async move { Ok::<_, DbError>((store::communes(tx).await?, store::postal_codes(tx).await?)) })
    });
    read.await.unwrap()
}

/// Rows that stand in the tables, seen or not.
async fn rows(db: &Db) -> [i64; 3] {
    [
        number(db, "select count(*) from addresses").await,
        number(db, "select count(*) from streets").await,
        number(db, "select count(*) from place_leftovers").await,
    ]
}

fn spot(lat: f64, within_m: u32) -> Option<Spot> {
    Point::new(lat, 3.25).map(|point| Spot { point, within_m })
}

#[tokio::test]
async fn a_street_and_a_postal_code_are_as_sure_as_their_addresses_are_close() {
    on_both(async |base| {
        let short = street("99123", "0010", "99120", 3, 43.0);
        let long = street("99123", "0020", "99120", 11, 43.5);
        let done = imported(&base.db, file(&[short, long, street("99123", "0030", "", 1, 43.0)])).await.unwrap();
        assert_eq!((done.tally.read, done.twice, done.communes.len()), (15, 0, 1));
        // Numbers 1 to 3: the middle is 2, 111 m from both others.
        assert_eq!(of_street(&base.db, "99123_0010").await, spot(43.002, 111));
        // Numbers 1 to 11: eight of them within 444 m of the sixth.
        assert_eq!(of_street(&base.db, "99123_0020").await, spot(43.506, 445));
        assert_eq!(of_street(&base.db, "99123_0030").await, spot(43.001, 30), "one number is not the whole street");
        assert_eq!(of_street(&base.db, "99123_0099").await, None);
        // Three of fourteen are 55 km away: they move it little.
        assert_eq!(of_postal_code(&base.db, "99120").await, spot(43.5045, 612));
        assert_eq!(of_postal_code(&base.db, "99999").await, None);
        let (communes, codes) = status(&base.db).await;
        assert_eq!((communes[0].streets, communes[0].addresses, communes[0].name.as_str()), (3, 15, "Valmarin"));
        assert_eq!((codes.len(), codes[0].addresses), (1, 14));
    })
    .await;
}

#[tokio::test]
async fn every_trap_of_the_file_is_told_or_understood() {
    on_both(async |base| {
        let line = |id: &str, number: &str, rep: &str, code: &str, point: &str| {
            format!("99123_{id};;{number};{rep};Chemin « de l'Œuf »;{code};99123;L'Haÿ;;;{point};segment\r\n")
        };
        let good = "3.250000;43.500000";
        let lines = [
            line("0010_00012", "12", "", "99120", good),
            line("0010_00012_bis", "12", "BIS", "99120", good),
            line("w4ld4h_00006", "6", "", "99120", good),
            line("0020_09999", "9999", "", "99120", good),
            line("0030_00000", "0", "", "", good),
            line("0040_00001", "1", "", "99120", ";"),
            line("0040_00002", "2B", "", "99120", good),
            line("0040_00003", "3", "", "99120", "3,25;43,5"),
            line("0010_00012", "12", "", "99120", "3.250000;43.600000"),
            "99123_0050;\"x\n".to_owned(),
        ];
        let text = [HEADER, &lines.concat()].concat();
        let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes(), b"99123_0060_00001;;1;;Rue \xe9;;;;;;;;\n"].concat();
        let done = imported(&base.db, gzip(&marked)).await.unwrap();
        let flaws =
            vec![(7, Flaw::NoPoint), (8, Flaw::Number), (9, Flaw::Point), (11, Flaw::Quote), (12, Flaw::NotText)];
        assert_eq!((done.tally.first, done.tally.read, done.twice), (flaws, 11, 1));
        assert_eq!(rows(&base.db).await, [5, 4, 0]);
        let last = "select count(*) from addresses where id = '99123_0010_00012' and lat = 43600000 and number = 12";
        assert_eq!(number(&base.db, last).await, 1);
        let bis = "select count(*) from addresses where repetition = 'bis' and street_id = '99123_0010'";
        assert_eq!(number(&base.db, bis).await, 1);
        assert_eq!(number(&base.db, "select count(*) from addresses where number is null").await, 2);
        let named = "select count(*) from streets where name = 'Chemin « de l''Œuf »' and numbers > 0";
        assert_eq!(number(&base.db, named).await, 4);
    })
    .await;
}

#[tokio::test]
async fn the_same_file_again_changes_nothing_and_leaves_nothing_behind() {
    on_both(async |base| {
        let text = file(&[street("99123", "0010", "99120", 2_500, 40.0), street("99123", "0020", "99130", 40, 41.0)]);
        imported(&base.db, text.clone()).await.unwrap();
        let before = (status(&base.db).await, rows(&base.db).await, of_street(&base.db, "99123_0010").await);
        assert_eq!(before.1, [2_540, 2, 0]);
        let again = imported(&base.db, text).await.unwrap();
        assert_eq!(again.twice, 0);
        assert_eq!((status(&base.db).await, rows(&base.db).await, of_street(&base.db, "99123_0010").await), before);
    })
    .await;
}

#[tokio::test]
async fn a_newer_file_replaces_its_own_communes_and_the_postal_codes_that_they_share() {
    on_both(async |base| {
        let north = street("99001", "0010", "99120", 10, 44.0);
        imported(&base.db, file(&[north, street("99002", "0010", "99120", 20, 43.0)])).await.unwrap();
        let both = of_postal_code(&base.db, "99120").await.unwrap();
        assert_eq!(status(&base.db).await.1[0].addresses, 30);
        // The commune in the south gets another code, one street more, and its old street goes.
        let south = [street("99002", "0020", "99130", 4, 43.0), street("99002", "0030", "99130", 1, 43.0)];
        imported(&base.db, file(&south)).await.unwrap();
        let (communes, codes) = status(&base.db).await;
        let told: Vec<_> = codes.iter().map(|code| (code.code.as_str(), code.addresses)).collect();
        assert_eq!(told, [("99120", 10), ("99130", 5)]);
        assert_eq!(communes.iter().map(|one| one.addresses).collect::<Vec<_>>(), [10, 5]);
        assert_eq!(of_postal_code(&base.db, "99120").await, spot(44.0055, 389));
        assert_ne!(of_postal_code(&base.db, "99120").await, Some(both));
        assert_eq!((of_street(&base.db, "99002_0010").await, rows(&base.db).await), (None, [15, 3, 0]));
        // A code that nobody has any more is not answered from memory.
        imported(&base.db, file(&[street("99001", "0010", "99140", 10, 44.0)])).await.unwrap();
        assert_eq!(of_postal_code(&base.db, "99120").await, None);
    })
    .await;
}

#[tokio::test]
async fn localities_stand_beside_addresses_and_numbers_know_better() {
    on_both(async |base| {
        let line = |id: &str, lat: &str| format!("99123_{id};Le Mas {id};99120;99123;Valmarin;3.25;{lat}\n");
        let text = [LOCALITIES, &line("b010", "43.7"), &line("0010", "43.8"), &line("b011", "")].concat();
        imported(&base.db, file(&[street("99123", "0010", "99120", 3, 43.0)])).await.unwrap();
        let done = imported(&base.db, text.clone().into_bytes()).await.unwrap();
        assert_eq!((done.tally.understood, done.communes[0].streets), (2, 2));
        assert_eq!(of_street(&base.db, "99123_b010").await, spot(43.7, 300));
        assert_eq!(of_street(&base.db, "99123_0010").await, spot(43.002, 111));
        assert_eq!(status(&base.db).await.0.len(), 2);
        imported(&base.db, text.replace("43.7", "43.71").into_bytes()).await.unwrap();
        assert_eq!(of_street(&base.db, "99123_b010").await, spot(43.71, 300));
        assert_eq!(of_postal_code(&base.db, "99120").await, spot(43.002, 111), "localities are nobody's address");
        assert_eq!(rows(&base.db).await, [3, 3, 0]);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_cut_or_wrong_leaves_everything_as_it_was() {
    on_both(async |base| {
        imported(&base.db, file(&[street("99123", "0010", "99120", 10, 43.0)])).await.unwrap();
        let before = (status(&base.db).await, rows(&base.db).await);
        let large = file(&[street("99123", "0020", "99130", 5_000, 43.0)]);
        let packed = gzip(&large);
        let cut = imported(&base.db, packed[..packed.len() - 9].to_vec()).await;
        assert!(matches!(cut, Err(Failure::Refused(Refusal::Truncated))), "{cut:?}");
        let cut = imported(&base.db, large[..large.len() - 30].to_vec()).await;
        assert!(matches!(cut, Err(Failure::Refused(Refusal::Truncated))), "{cut:?}");
        let broken = [file(&[street("99123", "0020", "99130", 2, 43.0)]), b"a;b\n".repeat(3)].concat();
        let broken = imported(&base.db, broken).await;
        assert!(matches!(broken, Err(Failure::Refused(Refusal::MostlyBroken(_)))), "{broken:?}");
        let without = imported(&base.db, b"id;numero\n1;2\n".to_vec()).await.unwrap_err().to_string();
        assert!(without.starts_with("il manque les colonnes nom_voie, "), "{without}");
        assert!(imported(&base.db, Vec::new()).await.unwrap_err().to_string().contains("vide"));
        assert_eq!((status(&base.db).await, rows(&base.db).await), before);
        assert_eq!(number(&base.db, "select count(*) from place_imports").await, 1);
    })
    .await;
}

/// A file whose second half comes when somebody lets it.
struct Halves {
    first: Cursor<Vec<u8>>,
    gate: Option<Receiver<()>>,
    second: Cursor<Vec<u8>>,
}

impl Halves {
    fn of(bytes: &[u8]) -> (Self, Sender<()>) {
        let (open, gate) = channel();
        let (first, second) = bytes.split_at(bytes.len() * 9 / 10);
        (Self { first: Cursor::new(first.to_vec()), gate: Some(gate), second: Cursor::new(second.to_vec()) }, open)
    }
}

impl Read for Halves {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.first.read(buffer)? {
            0 => {
                if let Some(gate) = self.gate.take() {
                    // Opened, or its keeper is gone.
                    let _ = gate.recv();
                }
                self.second.read(buffer)
            }
            read => Ok(read),
        }
    }
}

type Running = (tokio::task::JoinHandle<Result<Imported, Failure>>, Sender<()>);

/// An import of a long street that has written its first batches and waits for the rest of its file.
async fn waiting(db: &Db, numbers: u32) -> Running {
    let written = "select count(*) from addresses where street_id = '99123_0020'";
    waiting_for(db, &file(&[street("99123", "0020", "99130", numbers, 40.0)]), written).await
}

/// An import that waits for the rest of its file, some two thousand of its rows being written.
async fn waiting_for(db: &Db, bytes: &[u8], written: &'static str) -> Running {
    let (source, open) = Halves::of(bytes);
    let mine = db.clone();
    let running = tokio::spawn(async move { import(&mine, &clock(), "adresses.csv", source).await });
    let mut looks = interval(Duration::from_millis(5));
    let written = async {
        while number(db, written).await < 2_000 {
            looks.tick().await;
        }
    };
    timeout(Duration::from_mins(1), written).await.unwrap();
    (running, open)
}

#[tokio::test]
async fn nobody_sees_an_import_before_its_end() {
    on_both(async |base| {
        imported(&base.db, file(&[street("99123", "0020", "99120", 10, 43.0)])).await.unwrap();
        let before = (status(&base.db).await, of_street(&base.db, "99123_0020").await);
        let (running, open) = waiting(&base.db, 5_000).await;
        assert_eq!((status(&base.db).await, of_street(&base.db, "99123_0020").await), before);
        open.send(()).unwrap();
        running.await.unwrap().unwrap();
        assert_eq!(status(&base.db).await.0[0].addresses, 5_000);
        assert_eq!((of_postal_code(&base.db, "99120").await, rows(&base.db).await), (None, [5_000, 1, 0]));
        // A locality has its point from its first line on.
        let line = |id: u32| format!("99123_b{id:04};Le Mas {id};99120;99123;Valmarin;3.25;43.7\n");
        let text = LOCALITIES.to_owned() + &(1..5_000).map(line).collect::<String>();
        let written = "select count(*) from streets where id like '99123_b%'";
        let (running, open) = waiting_for(&base.db, text.as_bytes(), written).await;
        assert_eq!(of_street(&base.db, "99123_b0001").await, None);
        open.send(()).unwrap();
        running.await.unwrap().unwrap();
        assert_eq!(of_street(&base.db, "99123_b0001").await, spot(43.7, 300));
    })
    .await;
}

#[tokio::test]
async fn what_a_killed_import_left_goes_with_the_next_one_and_it_can_write_no_more() {
    on_both(async |base| {
        let (running, open) = waiting(&base.db, 5_000).await;
        let little = || file(&[street("99123", "0010", "99120", 3, 43.0)]);
        imported(&base.db, little()).await.unwrap();
        assert!(rows(&base.db).await[0] >= 2_003, "it may still be alive");
        let late = clock();
        late.set("2026-04-14T08:00:00Z".parse::<jiff::Timestamp>().unwrap().checked_add(LATER).unwrap());
        import(&base.db, &late, "adresses.csv", Cursor::new(little())).await.unwrap();
        assert_eq!(rows(&base.db).await, [3, 1, 0]);
        open.send(()).unwrap();
        assert!(matches!(running.await.unwrap(), Err(Failure::Overtaken)));
        assert_eq!((rows(&base.db).await, status(&base.db).await.0[0].addresses), ([3, 1, 0], 3));
    })
    .await;
}

#[tokio::test]
async fn two_imports_at_once_of_the_same_commune_leave_one_whole_and_of_two_communes_both() {
    on_both(async |base| {
        let other = base.second_instance().await;
        for _ in 0..5 {
            let one = file(&[street("99123", "0010", "99120", 3_000, 43.0)]);
            let two = file(&[street("99123", "0020", "99120", 2_500, 43.0)]);
            let (one, two) = tokio::join!(imported(&base.db, one), imported(&other, two));
            assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
            let (communes, codes) = status(&base.db).await;
            let [addresses, streets, leftovers] = rows(&base.db).await;
            assert!([3_000, 2_500].contains(&communes[0].addresses), "{communes:?}");
            assert_eq!((addresses, codes[0].addresses), (communes[0].addresses, addresses));
            assert_eq!((streets, leftovers), (1, 0));
        }
        // Many postal codes that both communes share: each import looks at them for a while before it ends.
        let town = |commune: &str| {
            let one = |id: u32| street(commune, &format!("{id:04}"), &(98_000 + id).to_string(), 2, 43.0);
            file(&(1..200).map(one).collect::<Vec<_>>())
        };
        let (north, south) = tokio::join!(imported(&base.db, town("99001")), imported(&other, town("99002")));
        assert!(north.is_ok() && south.is_ok(), "{north:?} {south:?}");
        let (_, codes) = status(&base.db).await;
        let shared: Vec<_> = codes.iter().filter(|code| code.code.starts_with("98")).collect();
        assert_eq!(shared.len(), 199);
        assert!(shared.iter().all(|code| code.addresses == 4), "each of them saw the other: {shared:?}");
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn others_write_while_a_file_is_imported() {
    on_both(async |base| {
        run(&base.db, "create table things (id bigint primary key)").await;
        // Another process, with the patience of a call.
        let calls = Arc::new(Db::open(&base.url, ligne_solidaire::db::Options::default()).await.unwrap());
        // A long street, and a town of many: each commune is measured in one statement.
        let many: Vec<_> = (1..3_000).map(|id| street("99123", &format!("1{id:04}"), "99120", 1, 43.0)).collect();
        let large = file(&[many, vec![street("99123", "0010", "99120", 9_000, 20.0)]].concat());
        imported(&base.db, large.clone()).await.unwrap();
        let importing = imported(&base.db, large);
        let answering = async {
            for id in 0_i64..40 {
                let insert = calls.write(move |tx| {
                    Box::pin(async move {
                        sqlx::query("insert into things (id) values ($1)").bind(id).execute(tx.conn()).await?;
                        Ok::<_, DbError>(())
                    })
                });
                insert.await.unwrap();
            }
        };
        let (done, ()) = tokio::join!(importing, answering);
        assert_eq!(done.unwrap().communes[0].addresses, 11_999);
        assert_eq!(number(&base.db, "select count(*) from things").await, 40);
        calls.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_sub_districts_of_a_line_are_replaced_whole_and_found_by_a_point() {
    on_both(async |base: &TestDb| {
        let line = |id: u128, number: &str| Line {
            id: Uuid::from_u128(id),
            number: PhoneNumber::parse(number).unwrap(),
            settings: Arc::new(LineSettings::default()),
        };
        let (ours, theirs) = (line(1, "0199001234"), line(2, "0199005678"));
        let map = "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"nom\":\"L'Œuf\",\
                   \"quartier\":\"CENTRE\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[3.2,43.5],[3.3,43.5],\
                   [3.3,43.6],[3.2,43.5]]]}}]}";
        let now = "2026-04-14T08:00:00Z".parse().unwrap();
        let contour = map_file::read(map.as_bytes(), None).unwrap();
        let middles = map_file::read(b"nom;lon;lat\nNord;3.25;43.9\nSud;3.25;43.1\n", None).unwrap();
        divide::divide(&base.db, &theirs, middles.clone(), now).await.unwrap();
        divide::divide(&base.db, &ours, middles, now).await.unwrap();
        divide::divide(&base.db, &ours, contour.clone(), now).await.unwrap();
        let of_line = async |id: Uuid| {
            let read = base.db.read(move |tx| Box::pin(async move { store::sub_districts::of_line(tx, id).await }));
            read.await.unwrap()
        };
        let (ours, theirs) = (of_line(ours.id).await, of_line(theirs.id).await);
        assert_eq!(ours, contour);
        let at = |lat, lon| Point::new(lat, lon).unwrap();
        assert_eq!(sub_district_of(&ours, at(43.52, 3.28)).map(|one| one.name.as_str()), Some("L'Œuf"));
        assert_eq!(sub_district_of(&ours, at(43.58, 3.22)), None);
        assert_eq!(sub_district_of(&theirs, at(43.4, 3.25)).map(|one| one.name.as_str()), Some("Sud"));
    })
    .await;
}
