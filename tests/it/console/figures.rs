//! Figures and the map, after one call.

use axum::http::StatusCode;
use ligne_solidaire::operators::Role;

use crate::support::browser::{lines, signed_in};
use crate::support::service::{LINE, Service};
use crate::support::shopping;
use crate::support::test_db::{number, on_both};

#[tokio::test]
async fn a_supervisor_reads_what_each_figure_counts_and_takes_them_to_a_spreadsheet() {
    on_both(async |base| {
        let service = Service::on(base).await;
        shopping::to_the_end(&service.exchange, "+33465710001", LINE).await;
        let boss = signed_in(&service, "Inès", &[Role::Supervisor], &lines(&service)).await;
        let page = boss.get("/console/chiffres?pas=jour&jour=2026-04-14").await.body;
        for told in ["Appels reçus", "14 avril 2026", "Des courses", "français", "formule d'Erlang C"] {
            assert!(page.contains(told), "{told} in {page}");
        }
        let file = boss.get("/console/chiffres.csv?pas=jour&jour=2026-04-14").await;
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        let text = file.body.trim_start_matches('\u{feff}');
        let written = "select count(*) from audit where action = 'figures.export' and line_id is not null";
        assert_eq!(number(&base.db, written).await, 1);
        let mut rows = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        let calls = rows.iter().find(|row| &row[1] == "Appels reçus").unwrap();
        assert_eq!(&calls[2], "1");
        let harmless = |cell: &str| !cell.starts_with(['=', '+', '-', '@']);
        assert!(rows.iter().all(|row| row.iter().all(harmless)), "{rows:?}");
        let sheet = boss.get("/console/chiffres/feuille?jour=2026-04-14").await.body;
        assert!(sheet.contains("moins de 5, ou non publié") && sheet.contains("avril 2026"), "{sheet}");
        assert_eq!(
            boss.get("/console/chiffres?ligne=00000000-0000-0000-0000-000000000001").await.status,
            StatusCode::NOT_FOUND
        );
    })
    .await;
}

#[tokio::test]
async fn the_map_says_where_needs_are_open_and_leads_to_them() {
    on_both(async |base| {
        let service = Service::on(base).await;
        shopping::to_the_end(&service.exchange, "+33465710001", LINE).await;
        let awa = super::agent(&service, "Awa").await;
        let page = awa.get("/console/carte").await.body;
        assert!(page.contains("34000") && page.contains("Des courses (1)"), "{page}");
        let address = page.split("/console/demandes?").nth(1).unwrap().split('"').next().unwrap();
        let found = awa.get(&format!("/console/demandes?{}", address.replace("&#38;", "&"))).await.body;
        assert!(found.contains("04 ** ** ** 01"), "{found}");
    })
    .await;
}
