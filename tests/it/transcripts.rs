//! Calls written as plain text that a social worker can read (`tests/transcripts/*.txt`), each played on both databases.
//!
//! A new transcript is a file with its title, its date and what people do, and a line in the list below; `BLESS=1` writes
//! what is heard and what is kept. The heading « Réglages » takes, separated by semicolons: `bureau`, `astreinte` and
//! `superviseur` with their numbers (those of the desk and the supervisors have accounts of the console), `bloqué` with a
//! number and `créneau` with its hours and « pour » a number (plans, F-23),
//! `chez` with the name of a caller and her telephone, on which she is called back, `secteur` with its postal codes, `textes` with the sender of texts, `rappel` with the number that
//! agents show, `horaires` in the language of OpenStreetMap, `affluence`, `sans filtrage` (the provider cannot screen who picks up), `fin jamais dite` (the end of
//! calls is not told) and `en double` (each webhook comes twice).

mod hang_ups;
mod remains;
mod silence;
mod staff;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use ligne_solidaire::simulator::exchange::Delivery;
use ligne_solidaire::simulator::player::{self, Player};
use ligne_solidaire::simulator::transcript::Transcript;

use crate::support::service::{LINE, Service, Setup};
use crate::support::test_db::{TestDb, on_both};

/// One test for each file.
macro_rules! transcripts {
    ($($test:ident: $file:literal,)+) => {
        $(#[tokio::test]
        async fn $test() {
            play($file).await;
        })+

        /// Every file that is played.
        const PLAYED: &[&str] = &[$($file),+];
    };
}

transcripts! {
    affluence: "affluence",
    anglais: "anglais",
    anglais_suivi: "anglais-suivi",
    appel_amical: "appel-amical",
    appel_en_double: "appel-en-double",
    appel_trop_long: "appel-trop-long",
    appel_trop_long_masque: "appel-trop-long-masque",
    arabe: "arabe",
    arabe_personne: "arabe-personne",
    arabe_silence: "arabe-silence",
    attente_dix_minutes: "attente-dix-minutes",
    attente_rappel: "attente-rappel",
    attente_rappel_masque: "attente-rappel-masque",
    autre_chose: "autre-chose",
    autre_numero: "autre-numero",
    autre_numero_trois_faux: "autre-numero-trois-faux",
    benevolat: "benevolat",
    changer_tout: "changer-tout",
    code_postal_faux: "code-postal-faux",
    code_postal_inconnu: "code-postal-inconnu",
    corriger: "corriger",
    courses_les_deux: "courses-les-deux",
    courses_medicaments: "courses-medicaments",
    courses_nourriture: "courses-nourriture",
    danger_bureau_absent: "danger-bureau-absent",
    danger_bureau_repond: "danger-bureau-repond",
    danger_longue_conversation: "danger-longue-conversation",
    danger_jour_sans_bureau: "danger-jour-sans-bureau",
    danger_jour_superviseur: "danger-jour-superviseur",
    danger_nuit_alerte: "danger-nuit-alerte",
    danger_nuit_astreinte_repond: "danger-nuit-astreinte-repond",
    danger_nuit_masque: "danger-nuit-masque",
    danger_nuit_masque_donne: "danger-nuit-masque-donne",
    danger_nuit_sans_astreinte: "danger-nuit-sans-astreinte",
    danger_nuit_superviseur: "danger-nuit-superviseur",
    danger_numero_dit: "danger-numero-dit",
    danger_numero_recommence: "danger-numero-recommence",
    danger_raccroche: "danger-raccroche",
    danger_zero: "danger-zero",
    deuxieme_demande: "deuxieme-demande",
    diese_tardif: "diese-tardif",
    donnees: "donnees",
    enfant_seul_jour: "enfant-seul-jour",
    enfant_seul_nuit: "enfant-seul-nuit",
    enfant_seul_nuit_sans_astreinte: "enfant-seul-nuit-sans-astreinte",
    espagnol: "espagnol",
    espagnol_masque: "espagnol-masque",
    etoile: "etoile",
    ferme_ferie: "ferme-ferie",
    ferme_nuit: "ferme-nuit",
    ferme_personne: "ferme-personne",
    ferme_personne_masque: "ferme-personne-masque",
    ferme_silence: "ferme-silence",
    fin_jamais_dite: "fin-jamais-dite",
    garde_enfant: "garde-enfant",
    hors_secteur: "hors-secteur",
    inquietude: "inquietude",
    inquietude_sans_telephone: "inquietude-sans-telephone",
    jamais_ouvert: "jamais-ouvert",
    kit: "kit",
    mauvaises_touches: "mauvaises-touches",
    mauvaises_touches_sans_bureau: "mauvaises-touches-sans-bureau",
    message_vide: "message-vide",
    message_vide_puis_dit: "message-vide-puis-dit",
    numero_etranger: "numero-etranger",
    numero_etranger_muet: "numero-etranger-muet",
    numero_etranger_personne: "numero-etranger-personne",
    numero_masque_donne: "numero-masque-donne",
    numero_masque_refuse: "numero-masque-refuse",
    numero_masque_trois_faux: "numero-masque-trois-faux",
    numero_surtaxe: "numero-surtaxe",
    papier_attestation: "papier-attestation",
    papier_autre: "papier-autre",
    pause_de_midi: "pause-de-midi",
    personne_raccroche_pendant_la_sonnerie: "personne-raccroche-pendant-la-sonnerie",
    personne_raccroche_trop_tard: "personne-raccroche-trop-tard",
    personne_refuse: "personne-refuse",
    personne_refuse_masque: "personne-refuse-masque",
    personne_repond: "personne-repond",
    personne_repond_puis_raccroche: "personne-repond-puis-raccroche",
    personne_repondeur: "personne-repondeur",
    personne_sans_bureau: "personne-sans-bureau",
    personne_sans_filtrage: "personne-sans-filtrage",
    plan_bloque: "plan-bloque",
    plan_creneau: "plan-creneau",
    plan_creneau_danger: "plan-creneau-danger",
    pour_autre_avec_accord: "pour-autre-avec-accord",
    pour_autre_numero_faux: "pour-autre-numero-faux",
    pour_autre_sans_accord: "pour-autre-sans-accord",
    pris_pour_fini: "pris-pour-fini",
    pris_pour_fini_masque: "pris-pour-fini-masque",
    raccroche_pendant_le_message: "raccroche-pendant-le-message",
    raccroche_sans_rien_choisir: "raccroche-sans-rien-choisir",
    rappel_clic_agent_absent: "rappel-clic-agent-absent",
    rappel_clic_agent_muet: "rappel-clic-agent-muet",
    rappel_clic_joint: "rappel-clic-joint",
    rappel_clic_occupe: "rappel-clic-occupe",
    rappel_clic_sonne: "rappel-clic-sonne",
    reouverture_lointaine: "reouverture-lointaine",
    reouverture_lointaine_anglais: "reouverture-lointaine-anglais",
    silence: "silence",
    silence_apres_un_choix: "silence-apres-un-choix",
    silence_au_milieu: "silence-au-milieu",
    silence_masque: "silence-masque",
    sms_danger: "sms-danger",
    sms_danger_nuit: "sms-danger-nuit",
    sms_deux_fois: "sms-deux-fois",
    sms_ordinaire: "sms-ordinaire",
    suivi_ajout: "suivi-ajout",
    suivi_annulation: "suivi-annulation",
    suivi_annulation_refusee: "suivi-annulation-refusee",
    suivi_etat: "suivi-etat",
    suivi_lent: "suivi-lent",
    suivi_sans_numero: "suivi-sans-numero",
    suivi_sans_numero_masque: "suivi-sans-numero-masque",
    suivi_trois_numeros_faux: "suivi-trois-numeros-faux",
    suivi_trois_numeros_faux_masque: "suivi-trois-numeros-faux-masque",
    trois_appels_deux_telephones: "trois-appels-deux-telephones",
    troisieme_appel: "troisieme-appel",
    visite: "visite",
    zero_dans_les_chiffres: "zero-dans-les-chiffres",
    zero_pendant_le_message: "zero-pendant-le-message",
}

#[test]
fn every_transcript_of_the_folder_is_played() {
    let names = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let written: BTreeSet<_> = names.filter_map(|name| name.strip_suffix(".txt").map(str::to_owned)).collect();
    let played: BTreeSet<_> = PLAYED.iter().chain(&[hang_ups::FILE]).map(|name| (*name).to_owned()).collect();
    assert_eq!(written, played);
}

/// The folder of the transcripts.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts")
}

/// Plays one transcript on both databases: the same text comes out, and it is the one of the file.
async fn play(name: &str) {
    let file = folder().join(format!("{name}.txt"));
    let transcript = Transcript::parse(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let first: RefCell<Option<String>> = RefCell::new(None);
    on_both(async |base| {
        let played = played_on(base, &transcript).await;
        if first.borrow().is_none() {
            player::agree(&file, &played).unwrap_or_else(|difference| panic!("{difference}"));
            *first.borrow_mut() = Some(played);
        } else {
            assert_eq!(first.borrow().as_deref(), Some(played.as_str()), "the databases differ");
        }
    })
    .await;
}

async fn played_on(base: &TestDb, transcript: &Transcript) -> String {
    let service = Arc::new(Service::with(base, &setup(transcript)).await);
    staff::hired(&service, transcript).await;
    staff::planned(&service, transcript).await;
    let (working, calling) = (service.clone(), service.clone());
    let player = Player::new(service.exchange.clone(), LINE, service.clock.clone())
        .between_lines(move || {
            let service = working.clone();
            Box::pin(async move { service.work().await })
        })
        .with_console(move |actor, reference| {
            let service = calling.clone();
            Box::pin(async move { staff::calls_back(&service, &actor, &reference).await })
        });
    let whole = player.play(transcript, async || remains::remains(&service).await).await;
    whole.unwrap_or_else(|error| panic!("{error}"))
}

/// The service that the headings of a transcript describe.
fn setup(transcript: &Transcript) -> Setup {
    let mut setup = Setup::default();
    if let Some(start) = transcript.start().unwrap() {
        setup.now = start.to_string();
    }
    let quoted = |numbers: Vec<String>| numbers.iter().map(|one| format!("{one:?}")).collect::<Vec<_>>().join(", ");
    for (key, name) in [("desk", "bureau"), ("on_call", "astreinte"), ("postal_codes", "secteur")] {
        writeln!(setup.line, "\n{key} = [{}]", quoted(transcript.numbers(name))).unwrap();
    }
    for (key, name) in [("sms", "textes"), ("human_callback", "rappel"), ("hours", "horaires")] {
        if let Some(value) = transcript.setting(name) {
            writeln!(setup.line, "{key} = {value:?}").unwrap();
        }
    }
    writeln!(setup.line, "crowded = {}", transcript.setting("affluence").is_some()).unwrap();
    setup.exchange.number_url = transcript.setting("sans filtrage").is_none();
    setup.exchange.end_notices = transcript.setting("fin jamais dite").is_none();
    if transcript.setting("en double").is_some() {
        setup.exchange.delivery = Delivery::TwiceInTurn;
    }
    setup
}
