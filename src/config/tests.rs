use secrecy::ExposeSecret;

use super::*;

const TOKEN: &str = "jeton-tres-secret-1234";
const PASSWORD: &str = "mot-de-passe-secret";

fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn read_text(text: &str) -> Result<Config, ConfigErrors> {
    Config::from_text(text, "ligne.toml", &env(&[("HOME", "/home/camille")]))
}

fn problems(text: &str) -> Vec<String> {
    read_text(text).unwrap_err().0.iter().map(Problem::to_string).collect()
}

/// A file with every key; `#: ` stands before those that are optional.
const WHOLE: &str = include_str!("../../deploy/ligne.toml");

#[test]
fn without_file_and_environment_the_service_listens_on_this_machine_and_keeps_one_file() {
    let config = read_text("").unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.public("/telephony/twilio/voice"), "http://127.0.0.1:8080/telephony/twilio/voice");
    assert!(!config.server.is_reachable_from_outside());
    assert_eq!(config.database.shown(), "sqlite://ligne.db");
    assert_eq!(config.storage.key_file, Path::new("ligne.db.cle"));
    assert_eq!(config.storage.data_dir, Path::new("ligne.db.donnees"));
    assert!(config.provider.is_none() && config.lines.is_empty() && config.voice_scripts.is_none());
    assert_eq!(config.outbox_delays.len(), 6);
}

#[test]
fn the_outside_contract_is_enough_to_run() {
    let variables = env(&[
        ("LIGNE_LISTEN", "127.0.0.1:9000"),
        ("LIGNE_PUBLIC_URL", "https://ligne.example.org/ville/"),
        ("LIGNE_DATABASE_URL", "postgres://ligne:mot-de-passe-secret@localhost:5433/ligne"),
        ("LIGNE_PROVIDER_ACCOUNT", "AC0123456789abcdef"),
        ("LIGNE_PROVIDER_TOKEN", TOKEN),
        ("LIGNE_PROVIDER_API", "http://127.0.0.1:7000"),
        ("LIGNE_NUMBER", "+33199001234"),
        ("HOME", "/home/camille"),
    ]);
    let config = Config::from_text("[server]\nlisten = \"0.0.0.0:1\"", "ligne.toml", &variables).unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:9000", "the environment wins over the file");
    assert_eq!(config.server.public("/health/live"), "https://ligne.example.org/ville/health/live");
    assert!(config.server.is_reachable_from_outside());
    let provider = config.provider.as_ref().unwrap();
    assert_eq!(provider.tokens().map(ExposeSecret::expose_secret).collect::<Vec<_>>(), [TOKEN]);
    assert_eq!(provider.api.as_str(), "http://127.0.0.1:7000/");
    assert_eq!(config.lines[0].number.national(), "0199001234");
    assert_eq!(config.storage.key_file, Path::new("/home/camille/.local/state/ligne-solidaire/ligne.cle"));
    assert_eq!(config.storage.data_dir, Path::new("/home/camille/.local/state/ligne-solidaire"));
}

#[test]
fn the_example_file_reads_as_it_is_once_the_token_comes_from_outside_and_accepts_no_published_token() {
    let given = env(&[("LIGNE_PROVIDER_TOKEN", TOKEN)]);
    let config = Config::from_text(WHOLE, "deploy/ligne.toml", &given).unwrap();
    let tokens: Vec<_> = config.provider.iter().flat_map(Provider::tokens).map(ExposeSecret::expose_secret).collect();
    assert_eq!((tokens, config.voice_scripts), (vec![TOKEN], None));
    let without = Config::from_text(WHOLE, "deploy/ligne.toml", &env(&[])).unwrap();
    assert!(without.provider.is_none(), "accounts and lists need no token, and nothing else starts");
}

#[test]
fn the_tokens_of_the_example_file_are_refused() {
    let found = problems(&WHOLE.replace("#: ", ""));
    let named = ["token", "token_previous"].map(|key| format!("ligne.toml, [provider] {key} : écrire le jeton"));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(named.iter().zip(&found).all(|(start, found)| found.starts_with(start)), "{found:?}");
}

#[test]
fn the_example_file_says_every_key() {
    let whole = WHOLE.replace("#: ", "").replace("remplacer-", "jeton-");
    let config = Config::from_text(&whole, "deploy/ligne.toml", &env(&[])).unwrap();
    assert_eq!(config.lines.len(), 1);
    let line = &config.lines[0];
    assert_eq!((line.settings.desk.len(), line.settings.on_call.len(), line.settings.voices.len()), (2, 1, 4));
    let mosson = crate::lines::district::of(&line.settings.districts, "34080").unwrap();
    assert_eq!((mosson.name.as_str(), mosson.point), ("Mosson", Some((43.62, 3.82))));
    assert_eq!(line.settings.districts.len(), 2);
    assert_eq!(config.explain().lines().filter(|line| line.contains("(aucun)")).count(), 0, "{}", config.explain());
}

#[test]
fn every_error_is_said_at_once_with_its_place_and_what_to_write() {
    let text = r#"
        bavardage = 1
        [server]
        listen = "partout"
        public_url = "ligne.example.org"
        [databse]
        url = "sqlite://ligne.db"
        [provider]
        account = "AC1"
        [promise]
        default = "demain"
        [[line]]
        number = "0800"
        town = ""
        hours = "le matin"
        desk = ["01 99 00 10 01", "08 99 00 00 00"]
        closed_days = [2026-05-15, "le 16 mai"]
        crowded = "oui"
        recordings_kept_days = 400
        couleur = "vert"
        [[line]]
        town = "Ville"
    "#;
    let found = problems(text).join("\n");
    for expected in [
        "ligne.toml, bavardage : section inconnue",
        "ligne.toml, databse : section inconnue ; les sections possibles sont server, database",
        "ligne.toml, [server] listen : écrire une adresse et un port",
        "ligne.toml, [server] public_url : écrire l'adresse complète",
        "ligne.toml, [promise] default : écrire un délai entre guillemets, de 1m à 168h",
        "ligne.toml, [[line]] n° 1 number : écrire un numéro",
        "ligne.toml, [[line]] n° 1 town : écrire le nom de la ville",
        "ligne.toml, [[line]] n° 1 hours : les horaires « le matin » ne se lisent pas",
        "ligne.toml, [[line]] n° 1 desk : l'élément 2 ne se lit pas",
        "ligne.toml, [[line]] n° 1 closed_days : l'élément 2 ne se lit pas ; écrire des dates",
        "ligne.toml, [[line]] n° 1 crowded : écrire true (oui) ou false (non)",
        "ligne.toml, [[line]] n° 1 recordings_kept_days : écrire un nombre entier de 1 à 180",
        "ligne.toml, [[line]] n° 1 couleur : clé inconnue ; les clés possibles ici sont also, automated_voice",
        "ligne.toml, [[line]] n° 2 number : manque ; écrire un numéro",
    ] {
        assert!(found.contains(expected), "{expected} is not in\n{found}");
    }
    assert_eq!(found.lines().count(), 14, "{found}");
}

#[test]
fn an_error_of_the_environment_names_the_variable() {
    let variables = env(&[("LIGNE_LISTEN", "partout"), ("LIGNE_NUMBER", "15"), ("LIGNE_DATABASE_URL", "mysql://x")]);
    let found = Config::from_text("", "ligne.toml", &variables).unwrap_err().to_string();
    for variable in ["LIGNE_LISTEN : écrire", "LIGNE_NUMBER : écrire", "LIGNE_DATABASE_URL : écrire"] {
        assert!(found.contains(variable), "{found}");
    }
    assert!(found.starts_with("les réglages sont à corriger :\n  - "), "{found}");
}

#[test]
fn no_secret_is_printed_by_debug_by_errors_or_by_the_explanation() {
    let address = format!("postgres://ligne:{PASSWORD}@localhost/ligne?password={PASSWORD}");
    let good = format!(
        "[database]\nurl = \"{address}\"\n[provider]\naccount = \"AC1\"\ntoken = \"{TOKEN}\"\ntoken_previous = \"{TOKEN}\""
    );
    let config = read_text(&good).unwrap();
    for printed in [format!("{config:?}"), format!("{config:#?}"), config.explain()] {
        assert!(!printed.contains(TOKEN) && !printed.contains(PASSWORD), "{printed}");
    }
    assert!(config.explain().contains("provider.token = (donné, non affiché)"));
    let bad = [
        format!("[database]\nurl = \"mysql://ligne:{PASSWORD}@localhost/ligne\""),
        format!("[provider]\naccount = \"AC1\"\ntoken = \"{TOKEN} {PASSWORD}\""),
        format!("[provider]\ntoken = {TOKEN}"),
        format!("[provider]\ntoken = \"{TOKEN}\ntoken = \"{TOKEN}\""),
        format!("[provider]\ntoken = [\"{TOKEN}\"]"),
        format!("[provider]\napi = \"https://user:{PASSWORD}@host\""),
        format!("[server]\npublic_url = \"https://user:{PASSWORD}@host\""),
    ];
    for text in bad {
        let error = read_text(&text).unwrap_err();
        let printed = format!("{error} {error:?}");
        assert!(!printed.contains(TOKEN) && !printed.contains(PASSWORD), "{printed}");
    }
}

#[test]
fn a_file_that_is_not_toml_names_its_line() {
    assert!(problems("[server]\nlisten = partout\n")[0].starts_with("ligne.toml, ligne 2 : "));
    let missing = Config::from_file(Path::new("/nulle/part.toml"), &env(&[])).unwrap_err().to_string();
    assert!(missing.contains("/nulle/part.toml : ce fichier ne peut pas être lu"), "{missing}");
}

#[test]
fn a_line_of_the_file_is_not_doubled_by_the_variable_nor_by_itself() {
    let text = "[[line]]\nnumber = \"01 99 00 12 34\"\ntown = \"Ville\"\nalso = [\"04 65 71 12 34\"]";
    for number in ["0199001234", "+33465711234"] {
        let config = Config::from_text(text, "ligne.toml", &env(&[("LIGNE_NUMBER", number)])).unwrap();
        assert_eq!(config.lines.iter().map(|line| line.settings.town.as_str()).collect::<Vec<_>>(), ["Ville"]);
    }
    let twice = format!("{text}\n{text}");
    assert_eq!(problems(&twice), ["ligne.toml, [[line]] n° 2 number : une autre ligne a déjà ce numéro"]);
}

#[test]
fn a_key_is_not_kept_in_the_folder_it_protects() {
    let found = problems("[storage]\ndata_dir = \"donnees\"\nkey_file = \"donnees/ligne.cle\"");
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("[storage] key_file"), "{found:?}");
}

#[test]
fn telephones_of_persons_are_masked_in_the_explanation() {
    let text = "[[line]]\nnumber = \"01 99 00 12 34\"\non_call = [\"06 39 98 00 12\"]";
    let explained = read_text(text).unwrap().explain();
    assert!(explained.contains("line 01 99 00 12 34 on_call = 06 ** ** ** 12"), "{explained}");
    assert!(!explained.contains("98 00 12"), "{explained}");
}

#[test]
fn delays_and_voices_are_read() {
    let text = r#"
        [promise]
        default = "2h"
        [outbox]
        delays = ["10s", "5 min", "1h"]
        [[line]]
        number = "01 99 00 12 34"
        wait_max = "5min"
        voices = { fr = "Polly.Mathieu" }
    "#;
    let config = read_text(text).unwrap();
    assert_eq!(config.outbox_delays, [10, 300, 3600].map(Duration::from_secs));
    let settings = &config.lines[0].settings;
    assert_eq!(settings.promise_default, Duration::from_hours(2));
    assert_eq!(settings.wait_max, Duration::from_mins(5));
    assert_eq!(settings.voice(crate::lang::Lang::FRENCH), Some("Polly.Mathieu"));
    assert_eq!(settings.voices.len(), 4, "the other languages keep theirs");
}

#[test]
fn a_district_that_cannot_be_told_from_another_one_or_put_on_the_map_is_refused_with_its_place() {
    let line = "[[line]]\nnumber = \"01 99 00 12 34\"\n";
    let district = |more: &str| format!("[[line.district]]\npostal_codes = [\"34000\"]\n{more}\n");
    let (one, same) = (district("name = \"Centre\""), district("name = \"Gares\""));
    let found = problems(&format!("{line}{one}{same}"));
    let expected = "ligne.toml, [[line]] n° 1, district n° 2 postal_codes : 34000 est déjà dans « Centre »";
    assert_eq!(found, [expected]);
    let wrong = [("lat = 100.0", "lat"), ("lon = \"est\"", "lon"), ("latitude = 43.0", "latitude")];
    for (key, named) in wrong {
        let found = problems(&format!("{line}{}", district(&format!("name = \"Centre\"\n{key}"))));
        assert!(found.len() == 1 && found[0].contains(&format!("district n° 1 {named} :")), "{found:?}");
    }
    let found = problems(&format!("{line}{}", district("")));
    assert!(found[0].contains("district n° 1 name : manque"), "{found:?}");
    assert!(problems("[[line]]\nnumber = \"01 99 00 12 34\"\ndistrict = 3")[0].contains("[[line.district]]"));
}
