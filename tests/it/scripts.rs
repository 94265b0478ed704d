//! The voice-scripts of the house keep their promises, and `check-scripts` refuses the ones that do not: each with the
//! file, the line and a sentence that somebody who is no programmer can act on.

mod dog;

use std::path::Path;

use ligne_solidaire::dialog::{About, Files, Problem, Report, Scripts, check, draw, read};
use proptest::prelude::*;

pub(crate) use dog::with_dog_walking;

const ABOUT: About<'_> = About { town: "Saint-Jean-de-Védas", two_way_sms: false };

/// The files of `voice-scripts/`, as they are.
pub(crate) fn files() -> Files {
    let mut files = Files::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("voice-scripts");
    gather(&root, &root, &mut files);
    files
}

fn gather(root: &Path, folder: &Path, files: &mut Files) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, files);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            files.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), text);
        }
    }
}

fn change(files: &mut Files, file: &str, from: &str, to: &str) {
    let text = files.get_mut(file).unwrap_or_else(|| panic!("no file {file}"));
    assert!(text.contains(from), "{file} no longer contains {from}");
    *text = text.replacen(from, to, 1);
}

fn report(files: &Files) -> Report {
    read(files, &ABOUT).1
}

/// The line of `file` on which `needle` stands, from 1.
fn line(files: &Files, file: &str, needle: &str) -> usize {
    files[file].lines().position(|line| line.contains(needle)).unwrap_or_else(|| panic!("{file} has no {needle}")) + 1
}

/// Changes one file and expects one complaint about the line on which `needle` then stands, with all the words.
#[track_caller]
fn refused(file: &str, from: &str, to: &str, needle: (&str, &str), words: &[&str]) -> Vec<Problem> {
    let mut files = files();
    change(&mut files, file, from, to);
    let problems = report(&files).problems;
    let at = line(&files, needle.0, needle.1);
    let told = problems.iter().any(|problem| {
        problem.file == needle.0 && problem.line == at && words.iter().all(|word| problem.sentence.contains(word))
    });
    let list: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(told, "expected {}, ligne {at} : … {words:?}; got:\n{}", needle.0, list.join("\n"));
    problems
}

#[test]
fn the_scripts_of_the_house_have_no_fault() {
    for town in ["Montpellier", "Saint-Jean-de-Védas"] {
        let (_, report) = read(&files(), &About { town, two_way_sms: false });
        let list: Vec<_> = report.problems.iter().map(ToString::to_string).collect();
        assert!(list.is_empty(), "{}", list.join("\n"));
    }
}

#[test]
fn a_caller_hears_the_first_choice_within_25_seconds_and_shops_within_150() {
    let timings = report(&files()).timings;
    let starting = |words: &str| timings.iter().filter(|timing| timing.what.starts_with(words)).collect::<Vec<_>>();
    let (choices, shopping) = (starting("De la sonnerie"), starting("Une demande de courses"));
    assert_eq!((choices.len(), shopping.len()), (4, 3));
    assert!(choices.iter().all(|timing| (10..=25).contains(&timing.takes.as_secs()) && !timing.is_too_long()));
    assert!(shopping.iter().all(|timing| (60..=150).contains(&timing.takes.as_secs()) && !timing.is_too_long()));
}

#[test]
fn a_new_category_needs_no_change_outside_the_voice_scripts() {
    let files = with_dog_walking(files());
    let list: Vec<_> = report(&files).problems.iter().map(ToString::to_string).collect();
    assert!(list.is_empty(), "{}", list.join("\n"));
}

#[test]
fn a_new_category_without_its_english_words_is_refused() {
    let mut files = with_dog_walking(files());
    change(&mut files, "en/voice.ftl", "besoin-chien = Walking the dog\n", "");
    let problems = report(&files).problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].file, "en/voice.ftl");
    assert!(problems[0].sentence.contains("besoin-chien"));
}

#[test]
fn a_dead_end_is_refused() {
    let from = "<prompt id=\"courses-ordonnance\" once=\"yes\"/>\n    <goto next=\"lieu\"/>";
    let to = "<prompt id=\"courses-ordonnance\" once=\"yes\"/>";
    let place = ("flows/courses.xml", "<block id=\"courses-ordonnance\"");
    refused("flows/courses.xml", from, to, place, &["courses-ordonnance", "ne mène nulle part", "<goto>"]);
}

#[test]
fn a_part_of_the_dialog_without_a_way_out_is_refused() {
    let from = "<prompt id=\"fin-au-revoir\"/>\n    <disconnect/>\n  </block>\n</flow>";
    let to = "<prompt id=\"fin-au-revoir\"/>\n    <goto next=\"fin-adieu\"/>\n  </block>\n</flow>";
    let place = ("flows/fin.xml", "<block id=\"fin-adieu\"");
    let words = ["fin-adieu", "ne peut plus finir", "<disconnect/>"];
    refused("flows/fin.xml", from, to, place, &words);
    refused("flows/fin.xml", from, to, place, &["sans rien demander"]);
}

#[test]
fn a_circle_of_known_answers_is_refused() {
    let from = "<clear namelist=\"code_postal code_postal_juste\"/>\n    <goto next=\"code-postal\"/>";
    let to = "<goto next=\"code-postal\"/>";
    let mut files = files();
    change(&mut files, "flows/lieu.xml", from, to);
    // The second option now gives a value, so that nothing is asked again on the way round.
    change(
        &mut files,
        "flows/lieu.xml",
        "<choice dtmf=\"2\" next=\"code-postal-efface\"/>",
        "<choice dtmf=\"2\" value=\"non\" next=\"code-postal-efface\"/>",
    );
    let at = line(&files, "flows/lieu.xml", "<block id=\"code-postal-efface\"");
    let problems = report(&files).problems;
    assert!(
        problems.iter().any(|problem| problem.line == at && problem.sentence.contains("sans rien demander")),
        "{problems:?}"
    );
}

#[test]
fn a_question_without_a_silence_path_is_refused() {
    let place = ("flows/courses.xml", "<menu id=\"courses-type\"");
    let words = ["courses-type", "trois silences", "<noinput"];
    refused("flows/commun.xml", "  <noinput count=\"3\" next=\"sans-reponse\"/>\n", "", place, &words);
}

#[test]
fn silence_that_comes_back_to_the_same_question_for_ever_is_refused() {
    let from = "<noinput count=\"2\" next=\"suivi-sans-numero\"/>";
    let place = ("flows/suivi.xml", "<field id=\"suivi-numero\"");
    let words = ["suivi-numero", "se taire", "sans fin"];
    refused("flows/suivi.xml", from, "<noinput count=\"2\" next=\"suivi\"/>", place, &words);
}

#[test]
fn a_goto_to_a_step_that_is_not_there_is_refused() {
    let from = "<goto next=\"menu-principal\"/>";
    let to = "<goto next=\"menu-pincipal\"/>";
    refused("flows/accueil.xml", from, to, ("flows/accueil.xml", "menu-pincipal"), &["menu-pincipal", "n'existe pas"]);
}

#[test]
fn a_key_with_two_meanings_is_refused() {
    let from = "<choice dtmf=\"2\" value=\"medicaments\"";
    let to = "<choice dtmf=\"1\" value=\"medicaments\"";
    refused("flows/courses.xml", from, to, ("flows/courses.xml", to), &["touche 1", "deux sens"]);
}

#[test]
fn a_key_that_means_something_everywhere_is_refused_in_a_menu() {
    let from = "<choice dtmf=\"3\" value=\"les_deux\"";
    let to = "<choice dtmf=\"0\" value=\"les_deux\"";
    let problems =
        refused("flows/courses.xml", from, to, ("flows/courses.xml", to), &["touche 0", "déjà", "commun.xml"]);
    let zero = |problem: &&Problem| problem.sentence.contains("la touche 0 ne mène pas à une personne");
    assert_eq!(problems.iter().filter(zero).count(), 1);
}

#[test]
fn keys_with_a_gap_are_refused() {
    let from = "<choice dtmf=\"3\" value=\"semaine\"";
    let to = "<choice dtmf=\"4\" value=\"semaine\"";
    refused("flows/courses.xml", from, to, ("flows/courses.xml", to), &["courses-quand", "attend 3", "pas 4"]);
}

#[test]
fn five_options_are_refused() {
    let from = "<choice dtmf=\"4\" value=\"soir\" next=\"enfant-combien\"/>";
    let to = "<choice dtmf=\"4\" value=\"soir\" next=\"enfant-combien\"/>\n    <choice dtmf=\"5\" value=\"nuit\" next=\"enfant-combien\"/>";
    let place = ("flows/enfant.xml", "value=\"nuit\"");
    let problems = refused("flows/enfant.xml", from, to, place, &["enfant-moment", "5 options", "Quatre au plus"]);
    assert!(
        problems.iter().any(|problem| problem.sentence.contains("touche 5") && problem.sentence.contains("annoncée"))
    );
}

#[test]
fn a_service_key_outside_the_welcome_is_refused() {
    let from = "<choice dtmf=\"4\" value=\"soir\"";
    let to = "<choice dtmf=\"4\" service=\"yes\" value=\"soir\"";
    refused("flows/enfant.xml", from, to, ("flows/enfant.xml", to), &["service", "premier menu"]);
}

#[test]
fn a_missing_translation_is_refused() {
    let from = "autre-merci = Thank you, your message is kept.\n";
    refused(
        "en/voice.ftl",
        from,
        "",
        ("en/voice.ftl", "autre-message ="),
        &["autre-merci", "il manque", "après « autre-message »"],
    );
    let from = "silence-1 = No pasa nada.\n";
    refused("es/voice.ftl", from, "", ("es/voice.ftl", "plan-fin ="), &["silence-1", "il manque"]);
}

#[test]
fn a_phrase_that_french_does_not_have_is_refused_where_it_is_said() {
    let from = "<prompt id=\"papier-taille\"/>";
    let to = "<prompt id=\"papier-format\"/>";
    refused(
        "flows/papier.xml",
        from,
        to,
        ("flows/papier.xml", to),
        &["papier-format", "n'est pas écrite", "fr/voice.ftl"],
    );
    refused("flows/papier.xml", from, to, ("fr/voice.ftl", "papier-taille ="), &["papier-taille", "rien ne dit"]);
}

#[test]
fn a_language_of_the_welcome_level_needs_no_more_than_the_welcome() {
    let mut files = files();
    assert!(files["es/voice.ftl"].contains("niveau = accueil"));
    change(&mut files, "es/voice.ftl", "niveau = accueil", "niveau = complet");
    let missing = report(&files).problems.iter().filter(|problem| problem.file == "es/voice.ftl").count();
    assert!(missing > 50, "{missing}");
}

#[test]
fn zero_that_reaches_nobody_is_refused() {
    let place = ("flows/commun.xml", "<flow start");
    let words = ["touche 0", "F-02", "<link dtmf=\"0\" next=\"personne\"/>"];
    refused("flows/commun.xml", "  <link dtmf=\"0\" next=\"personne\"/>\n", "", place, &words);
    let place = ("flows/courses.xml", "<menu id=\"courses-quand\"");
    let words = ["courses-quand", "touche 0 ne mène pas à une personne"];
    refused(
        "flows/commun.xml",
        "<link dtmf=\"0\" next=\"personne\"/>",
        "<link dtmf=\"0\" next=\"accueil\"/>",
        place,
        &words,
    );
}

#[test]
fn a_main_menu_that_does_not_announce_zero_is_refused() {
    let from = "4. Une personne, 0.\n    .court = Courses, 1.";
    let to = "4.\n    .court = Courses, 1.";
    let place = ("flows/accueil.xml", "<menu id=\"menu-principal\"");
    refused("fr/voice.ftl", from, to, place, &["menu-principal", "touche 0", "« fr »"]);
}

#[test]
fn a_phrase_of_more_than_twenty_seconds_is_refused() {
    let long = format!("nom-dire = {} Après le bip", "Prenez tout votre temps, nous ne sommes pas pressés. ".repeat(6));
    let place = ("fr/voice.ftl", "nom-dire =");
    refused("fr/voice.ftl", "nom-dire = Après le bip", &long, place, &["nom-dire", "secondes", "Raccourcissez"]);
}

#[test]
fn a_welcome_of_more_than_25_seconds_is_refused() {
    let from = "accueil-urgence = En danger ?";
    let to = "accueil-urgence = Nous sommes très heureux de vous entendre aujourd'hui et nous allons vous aider. En danger ?";
    let place = ("flows/accueil.xml", "<block id=\"accueil\"");
    refused("fr/voice.ftl", from, to, place, &["premier choix", "25 au plus", "Raccourcissez"]);
}

#[test]
fn a_text_over_its_budget_is_refused() {
    let from = "un rappel urgent attend.";
    let to = "un rappel urgent attend. Merci de le prendre sans tarder, la personne est peut-être en danger près de chez vous.";
    refused("fr/sms.ftl", from, to, ("fr/sms.ftl", "a-alerte ="), &["a-alerte", "160 au plus", "Raccourcissez"]);
}

#[test]
fn a_letter_that_triples_the_price_of_a_text_is_refused() {
    let place = ("fr/sms.ftl", "a-alerte =");
    refused("fr/sms.ftl", "un rappel urgent", "un rappel peut-être urgent", place, &["« ê »", "Remplacez-la"]);
}

#[test]
fn a_text_that_wants_an_answer_is_refused_on_a_sender_that_receives_none() {
    let mut files = files();
    files.get_mut("fr/sms.ftl").unwrap().push_str("    .reponse = oui\n");
    let at = line(&files, "fr/sms.ftl", "r-stop =");
    let one_way = report(&files).problems;
    assert_eq!(one_way.len(), 1, "{one_way:?}");
    assert_eq!((one_way[0].file.as_str(), one_way[0].line), ("fr/sms.ftl", at));
    assert!(one_way[0].sentence.contains("attend une réponse"));
    assert_eq!(read(&files, &About { two_way_sms: true, ..ABOUT }).1.problems, []);
}

#[test]
fn what_agents_could_not_read_is_refused() {
    let place = |step: &'static str| ("flows/lieu.xml", step);
    let assigned = "<assign name=\"secteur\" value=\"hors\"/>";
    let unnamed = "<assign name=\"zone\" value=\"hors\"/>";
    refused("flows/lieu.xml", assigned, unnamed, place("<block id=\"hors-zone\""), &["agents", "« zone »"]);
    let unread = "<assign name=\"secteur\" value=\"loin\"/>";
    refused("flows/lieu.xml", assigned, unread, place("<block id=\"hors-zone\""), &["agents", "« loin »"]);
}

#[test]
fn an_unknown_value_is_refused() {
    let place = ("fr/voice.ftl", "accueil-bonjour =");
    refused("fr/voice.ftl", "C C A S de { $ville }.", "C C A S de { $vile }.", place, &["$vile", "inconnue"]);
    let (from, to) = ("<if test=\"affluence\"", "<if test=\"afluence\"");
    refused("flows/accueil.xml", from, to, ("flows/accueil.xml", to), &["afluence", "inconnue", "test"]);
}

#[test]
fn a_step_that_no_call_meets_is_refused() {
    let place = ("flows/aider.xml", "<block id=\"oubli\">");
    let words = ["oubli", "aucun appel"];
    refused(
        "flows/aider.xml",
        "</flow>",
        "  <block id=\"oubli\"><goto next=\"lieu\"/></block>\n</flow>",
        place,
        &words,
    );
}

#[test]
fn a_category_that_no_key_chooses_is_refused() {
    let from = "<choice dtmf=\"2\" category=\"kit\" next=\"aide-proposee\"/>";
    let to = "<choice dtmf=\"2\" next=\"aide-proposee\"/>";
    let place = ("flows/aider.xml", "<category code=\"kit\"");
    refused("flows/accueil.xml", from, to, place, &["kit", "aucune touche"]);
}

#[test]
fn bad_xml_is_refused() {
    let place = ("flows/papier.xml", "<menu id=\"papier-taille\"");
    let (from, to) = ("</menu>\n  <block id=\"papier-explique\">", "\n  <block id=\"papier-explique\">");
    let mut files = files();
    change(&mut files, "flows/papier.xml", from, to);
    let problems = report(&files).problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].file, place.0);
    assert!(problems[0].sentence.contains("XML") || problems[0].sentence.contains("refermée"), "{problems:?}");
}

#[test]
fn an_element_or_attribute_that_does_not_exist_is_refused() {
    let (from, to) = ("<prompt id=\"papier-taille\"/>", "<promt id=\"papier-taille\"/>");
    refused("flows/papier.xml", from, to, ("flows/papier.xml", to), &["<promt>", "n'a pas sa place"]);
    let to = "<prompt id=\"papier-taille\" onse=\"yes\"/>";
    refused("flows/papier.xml", from, to, ("flows/papier.xml", to), &["onse", "Elle accepte", "once"]);
    let to = "<prompt id=\"papier-taille\" once=\"oui\"/>";
    refused("flows/papier.xml", from, to, ("flows/papier.xml", to), &["once=\"oui\"", "once=\"yes\""]);
}

#[test]
fn two_steps_of_one_name_are_refused() {
    let from = "<block id=\"papier-explique\">";
    let to = "<block id=\"lieu\">";
    refused("flows/papier.xml", from, to, ("flows/papier.xml", to), &["lieu", "existe déjà", "lieu.xml"]);
}

#[test]
fn an_answer_of_the_service_without_a_follow_up_is_refused() {
    let from = "      <outcome is=\"outside\" next=\"code-postal-relu\"/>\n";
    let place = ("flows/lieu.xml", "<submit task=\"check-place\">");
    refused("flows/lieu.xml", from, "", place, &["outside", "il manque la suite"]);
    let to = "      <outcome is=\"outside\" next=\"code-postal-relu\"/>\n      <outcome is=\"dehors\" next=\"rue\"/>\n";
    refused("flows/lieu.xml", from, to, ("flows/lieu.xml", "\"dehors\""), &["dehors", "n'arrive jamais"]);
}

#[test]
fn an_action_after_the_end_of_a_block_is_refused() {
    let from = "<goto next=\"menu-principal\"/>\n  </block>\n\n  <block id=\"donnees\">";
    let to = "<goto next=\"menu-principal\"/>\n    <prompt id=\"donnees-plus-2\" once=\"yes\"/>\n  </block>\n\n  <block id=\"donnees\">";
    let place = ("flows/accueil.xml", "<prompt id=\"donnees-plus-2\" once=\"yes\"/>");
    refused("flows/accueil.xml", from, to, place, &["rien n'est fait après <goto>"]);
}

#[test]
fn a_question_that_says_vous_about_another_person_is_refused() {
    let from = "    .tiers = Après le bip, dites le prénom et le nom de cette personne.\n";
    let place = ("flows/lieu.xml", "<prompt id=\"nom-dire\"/>");
    refused("fr/voice.ftl", from, "", place, &["nom-dire", ".tiers", "to=\"caller\""]);
    let from = "    .tiers = After the beep, say this person's first name and name.\n";
    refused("en/voice.ftl", from, "", ("en/voice.ftl", "nom-dire ="), &["nom-dire", ".tiers"]);
}

#[test]
fn a_phrase_used_in_another_that_is_not_written_is_refused() {
    let place = ("fr/voice.ftl", "fin-promesse-agent =");
    refused(
        "fr/voice.ftl",
        "vous rappelle { promesse }. { prefixe-dit }\nfin-promesse-agent = Un agent du C C A S vous rappelle { promesse }",
        "vous rappelle { promesse }. { prefixe-dit }\nfin-promesse-agent = Un agent du C C A S vous rappelle { promese }",
        place,
        &["promese", "n'est pas écrite"],
    );
}

#[test]
fn the_drawing_shows_every_step_and_every_link_leads_to_one() {
    let (scripts, _) = Scripts::read(&files());
    let drawing = draw(&scripts);
    for id in scripts.flow.steps.keys() {
        assert!(drawing.contains(&format!("<g id=\"etape-{id}\">")), "{id} is not drawn");
    }
    for link in drawing.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(drawing.contains(&format!("id=\"{link}\"")), "{link} leads nowhere");
    }
    assert!(drawing.contains("<title id=\"titre\">") && drawing.contains("prefers-color-scheme"));
}

/// One slip of the pen in one file.
#[derive(Debug, Clone)]
enum Slip {
    Line,
    Swap,
    Quote,
    Cut,
}

fn slip(text: &str, slip: &Slip, at: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let at = at % lines.len().max(1);
    let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    match slip {
        Slip::Line => drop(changed.remove(at)),
        Slip::Swap => changed.swap(at, (at * 7 + 3) % lines.len()),
        Slip::Quote => changed[at] = changed[at].replacen('"', "", 1),
        Slip::Cut => changed.truncate(at),
    }
    changed.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn scripts_with_slips_of_the_pen_are_told_of_and_never_break_the_proofs(
        slips in proptest::collection::vec(
            (any::<prop::sample::Index>(), prop_oneof![Just(Slip::Line), Just(Slip::Swap), Just(Slip::Quote), Just(Slip::Cut)], 0usize..400),
            1..4,
        ),
    ) {
        let mut files = files();
        let paths: Vec<String> = files.keys().cloned().collect();
        for (which, kind, at) in &slips {
            let text = files.get_mut(which.get(&paths)).unwrap();
            *text = slip(text, kind, *at);
        }
        let (scripts, problems) = Scripts::read(&files);
        drop(problems);
        let report = check(&scripts, &files, &ABOUT);
        prop_assert!(report.problems.iter().all(|problem| problem.line > 0 && !problem.sentence.is_empty()));
        prop_assert!(draw(&scripts).starts_with("<svg"));
    }
}
