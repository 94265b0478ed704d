//! A category that no one had thought of.

use ligne_solidaire::dialog::Files;

use super::change;

/// The file, the question, the question after a failure, the explanation and the name of the need.
const WORDS: [(&str, &str, &str, &str, &str); 2] = [
    (
        "fr/voice.ftl",
        "Pour aujourd'hui, tapez 1. Demain, 2.",
        "Aujourd'hui, 1. Demain, 2.",
        "Un voisin sort le chien une demi-heure, en laisse.",
        "Votre chien",
    ),
    (
        "en/voice.ftl",
        "For today, press 1. For tomorrow, press 2.",
        "Today, 1. Tomorrow, 2.",
        "A neighbour walks the dog for half an hour, on a lead.",
        "Walking the dog",
    ),
];

/// A new category « sortir le chien », as a social worker would write it: one flow, one option, the words.
pub(crate) fn with_dog_walking(mut files: Files) -> Files {
    let flow = r#"<flow>
  <category code="chien" start="chien-quand" by="neighbour">
    <helper skill="chien"/>
  </category>
  <menu id="chien-quand" name="quand">
    <prompt id="chien-quand"/>
    <choice dtmf="1" value="aujourdhui" next="chien-gentil"/>
    <choice dtmf="2" value="demain" next="chien-gentil"/>
  </menu>
  <block id="chien-gentil">
    <prompt id="chien-gentil" once="yes"/>
    <goto next="lieu"/>
  </block>
</flow>
"#;
    files.insert("flows/chien.xml".to_owned(), flow.to_owned());
    change(
        &mut files,
        "flows/visite.xml",
        r#"<choice dtmf="3" value="inquietude""#,
        "<choice dtmf=\"3\" value=\"inquietude\" category=\"inquietude\" priority=\"P1\" next=\"visite-inquiet\"/>\n    \
         <choice dtmf=\"4\" value=\"chien\" category=\"chien\" next=\"chien-quand\"/>\n    <!-- ",
    );
    change(
        &mut files,
        "flows/visite.xml",
        r#"<!--  category="inquietude" priority="P1" next="visite-inquiet"/>"#,
        "<!-- La quatrième option est nouvelle. -->",
    );
    let label = ".inquietude = une personne l'inquiète";
    change(&mut files, "fr/bureau.ftl", label, &format!("{label}\n    .chien = sortir le chien"));
    *files.get_mut("fr/bureau.ftl").unwrap() += "\ncompetence-chien = Sortir un chien\n";
    for (lang, spoken, short) in
        [("fr", "Sortir votre chien, tapez 4.", "Le chien, 4."), ("en", "To walk your dog, press 4.", "The dog, 4.")]
    {
        let file = format!("{lang}/voice.ftl");
        let text = files.get_mut(&file).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let at = lines.iter().position(|line| line.starts_with("visite-type = ")).unwrap();
        lines[at] = format!("{} {spoken}", lines[at]);
        lines[at + 1] = format!("{} {short}", lines[at + 1]);
        *text = lines.join("\n");
    }
    for (file, question, short, explained, need) in WORDS {
        let text = files.get_mut(file).unwrap();
        *text = format!(
            "{text}\nchien-quand = {question}\n    .court = {short}\nchien-gentil = {explained}\nbesoin-chien = {need}\n"
        );
    }
    files
}
