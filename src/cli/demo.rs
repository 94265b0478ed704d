//! `demo`: the whole service on this machine, without a telephone provider, and a page with a telephone.
//!
//! The provider is the simulator's exchange; it reaches the service by the same signed webhooks as a real one.

mod day;

use std::collections::BTreeMap;
use std::io::{Write, stdout};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use clap::Args;
use secrecy::SecretString;
use uuid::Uuid;

use super::compose::{self, Parts};
use super::serve;
use crate::app::App;
use crate::callbacks::desk::Hand;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::db::DbError;
use crate::http;
use crate::id::RandomIds;
use crate::lang::Lang;
use crate::operators::accounts::{self, AccountError, Refused, Wanted};
use crate::operators::{Role, link, links, store};
use crate::phone::PhoneNumber;
use crate::simulator::exchange::{Exchange, Settings};
use crate::simulator::page::{self, Caller, Demo};
use crate::simulator::provider::SimulatedProvider;
use crate::simulator::transport::HttpTransport;

/// The account of the demonstration.
pub const ACCOUNT: &str = "ACdemonstration";
/// The token that signs its webhooks; it opens nothing but the demonstration of this machine.
pub const TOKEN: &str = "demonstration";
/// The number of the demonstration, reserved for fiction like every number here (F-71).
pub const NUMBER: &str = "01 99 00 12 34";
/// The telephones that the line rings.
const PHONES: [(&str, &str); 3] =
    [("01 99 00 10 01", "bureau 1"), ("01 99 00 10 02", "bureau 2"), ("06 39 98 10 03", "astreinte")];
/// Who one can call as.
const CALLERS: [(&str, &str); 3] =
    [("Odette", "04 65 71 00 01"), ("Marcel", "02 61 91 00 02"), ("Fatima", "06 39 98 00 03")];

/// How the demonstration is shown.
#[derive(Debug, Args)]
pub struct Options {
    /// L'adresse de la page
    #[arg(long, env = "LIGNE_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Le dossier où garder la base de la démonstration
    #[arg(long, default_value = "donnees")]
    pub data: PathBuf,
    /// Essaie la ligne comme la nuit : les bureaux sont fermés
    #[arg(long)]
    pub closed: bool,
}

/// Runs the demonstration until it is asked to stop.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let config = settings(options)?;
    let listener = serve::listen(&config).await?;
    let exchange = exchange(&config)?;
    let app = service(&config, &exchange).await?;
    day::invent(&app).await?;
    invite(options, &enter(&app).await?)?;
    let demo = Demo { exchange, line: NUMBER.to_owned(), name: TOWN.to_owned(), callers: callers() };
    let with_page = move |app| -> Router {
        let home = get(async || Redirect::to("/demo"));
        http::router(app).merge(page::router(demo)).route("/", home)
    };
    serve::run(app, listener, with_page, None).await
}

/// A town that is on no map.
const TOWN: &str = "Valmarin";

/// Its districts: the postal codes are those that the line serves, the places are in the sea.
const DISTRICTS: &str = r#"
[[line.district]]
name = "Le Centre"
postal_codes = ["34000"]
lat = 43.000
lon = 4.500
[[line.district]]
name = "Les Tilleuls"
postal_codes = ["34070"]
lat = 42.986
lon = 4.478
[[line.district]]
name = "La Colline"
postal_codes = ["34080"]
lat = 43.014
lon = 4.470
[[line.district]]
name = "Le Port"
postal_codes = ["34090"]
lat = 42.992
lon = 4.531
"#;

fn settings(options: &Options) -> anyhow::Result<Config> {
    let hours = if options.closed { "off" } else { "24/7" };
    let text = format!(
        "[[line]]\nnumber = \"{NUMBER}\"\ntown = \"{TOWN}\"\nhours = \"{hours}\"\ndesk = [\"{}\", \"{}\"]\n\
         on_call = [\"{}\"]\nsms = \"CCAS\"\n{DISTRICTS}",
        PHONES[0].0, PHONES[1].0, PHONES[2].0,
    );
    let data = options.data.display();
    let env = BTreeMap::from([
        ("LIGNE_LISTEN".to_owned(), options.listen.to_string()),
        ("LIGNE_PUBLIC_URL".to_owned(), format!("http://{}", options.listen)),
        ("LIGNE_DATABASE_URL".to_owned(), format!("sqlite://{data}/demo.db")),
    ]);
    std::fs::create_dir_all(&options.data).with_context(|| format!("le dossier {data} ne peut pas être créé"))?;
    Ok(Config::from_text(&text, "démonstration", &env)?)
}

fn exchange(config: &Config) -> anyhow::Result<Exchange> {
    let public = config.server.public_url.as_str().trim_end_matches('/');
    // A base that was kept knows the calls of before: a provider never gives an id twice.
    let settings = Settings { seed: rand::random(), ..Settings::new(public, ACCOUNT, TOKEN) };
    let exchange = Exchange::new(settings, HttpTransport::new(None)?);
    for (number, name) in PHONES {
        // The service dials numbers as providers write them.
        exchange.register_phone(PhoneNumber::parse(number)?.as_e164(), name);
    }
    Ok(exchange)
}

async fn service(config: &Config, exchange: &Exchange) -> anyhow::Result<Arc<App>> {
    let (db, keyring) = compose::open(config).await?;
    let lines = compose::lines(config, &db, &keyring).await?;
    compose::prepare(&db, &keyring, &lines, &SystemClock).await?;
    let parts = Parts {
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds::from_entropy()),
        provider: Arc::new(SimulatedProvider::new(exchange.clone()).with_strangers()),
        account: ACCOUNT.to_owned(),
        tokens: vec![SecretString::from(TOKEN)],
    };
    let app = compose::app(config, db, keyring, lines, parts)?;
    crate::worker::renew(&app).await?;
    Ok(app)
}

fn callers() -> Vec<Caller> {
    CALLERS.map(|(name, number)| Caller { name: name.to_owned(), number: number.to_owned() }).into()
}

/// Who one works as at the desk of the demonstration; her telephone is that of the first office.
const LOGIN: &str = "camille";

/// A link that serves once, to sign in without a password: only a demonstration makes one.
async fn enter(app: &App) -> anyhow::Result<String> {
    let wanted = Wanted {
        name: "Camille".to_owned(),
        roles: Role::ALL.to_vec(),
        langs: vec![Lang::FRENCH],
        phone: PhoneNumber::parse(PHONES[0].0).ok(),
        lines: app.lines.iter().map(|line| line.id).collect(),
    };
    let now = app.gate.now();
    let hand = Hand { agent: "démonstration".to_owned(), operator: None, entry: app.board.ids.row(now), now };
    let whose = match accounts::add(&app.gate, &hand, LOGIN, &wanted).await {
        Ok(added) => added.id,
        Err(AccountError::Refused(Refused::LoginTaken)) => camille(app).await?,
        Err(cause) => return Err(cause.into()),
    };
    Ok(link::path(&links::to_enter(&app.gate, whose).await?))
}

async fn camille(app: &App) -> anyhow::Result<Uuid> {
    let (keyring, now) = (app.board.keyring.clone(), app.gate.now());
    let all = app.board.db.read(move |tx| Box::pin(async move { store::accounts::all(tx, &keyring, now).await }));
    let all: Result<Vec<_>, DbError> = all.await;
    let found = all?.into_iter().find(|listed| listed.operator.login == LOGIN);
    found.map(|listed| listed.operator.id).context("le compte de la démonstration a disparu")
}

fn invite(options: &Options, link: &str) -> std::io::Result<()> {
    let data = options.data.display();
    let listen = options.listen;
    let program = std::env::args().next().unwrap_or_else(|| "ligne-solidaire".to_owned());
    writeln!(
        stdout(),
        "Le téléphone est là : http://{listen}/demo\n\
         Le bureau des agents, avec un lien qui sert une fois : http://{listen}{link}\n\
         (un lien de plus : arrêtez, puis relancez la même commande ; rien n'est perdu)\n\
         La même chose au terminal : LIGNE_DATABASE_URL=sqlite://{data}/demo.db {program} callbacks list\n\
         Ctrl+C pour arrêter.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_town_has_districts_and_every_one_of_them_needs_something() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { listen: ([127, 0, 0, 1], 0).into(), data: folder.path().to_path_buf(), closed: false };
        let config = settings(&options).unwrap();
        let line = &config.lines[0].settings;
        assert_eq!(crate::lines::map::dots(&line.districts).len(), 4);
        let mut open: BTreeMap<&str, usize> = BTreeMap::new();
        for (code, is_open) in day::where_asked() {
            let district =
                crate::lines::district::of(&line.districts, code).unwrap_or_else(|| panic!("{code} is of no district"));
            *open.entry(district.name.as_str()).or_default() += usize::from(is_open);
        }
        assert!(open.len() == 4 && open.values().all(|count| *count > 0), "{open:?}");
        let mut different: Vec<_> = open.values().collect();
        different.dedup();
        assert!(different.len() > 1, "dots of one size say nothing: {open:?}");
    }
}
