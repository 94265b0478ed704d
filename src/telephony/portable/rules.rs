//! The rules of the portable subset, element by element.

use url::Url;

use super::tree::Node;
use crate::phone::PhoneNumber;

/// A voice of the family stays silent beyond this many characters.
const LONGEST_SAY: usize = 3_000;

type Checked = Result<(), String>;

/// The root and the order of its verbs.
pub(super) fn response(node: &Node) -> Checked {
    if node.name != "Response" {
        return Err(format!("la racine est <{}> et non <Response>", node.name));
    }
    attributes(node, &[], &[])?;
    no_text(node)?;
    for (place, child) in node.children.iter().enumerate() {
        verb(child)?;
        order(child, place, node.children.len())?;
    }
    Ok(())
}

fn verb(node: &Node) -> Checked {
    match node.name.as_str() {
        "Say" => say(node),
        "Play" => play(node),
        "Gather" => gather(node),
        "Record" => record(node),
        "Dial" => dial(node),
        "Redirect" => redirect(node),
        "Reject" => {
            attributes(node, &[("reason", is_reason)], &[])?;
            leaf(node)
        }
        "Hangup" => {
            attributes(node, &[], &[])?;
            leaf(node)
        }
        other => Err(format!("<{other}> n'est pas un verbe accepté partout")),
    }
}

/// What must come first, what must be followed and what nothing may follow.
fn order(node: &Node, place: usize, count: usize) -> Checked {
    let last = place + 1 == count;
    match node.name.as_str() {
        "Reject" if place > 0 => Err("<Reject> n'est pas le premier verbe".to_owned()),
        "Gather" | "Record" if last => Err(format!("rien ne suit <{}> quand l'appelant se tait", node.name)),
        "Redirect" | "Reject" | "Hangup" if !last => Err(format!("des verbes suivent <{}>", node.name)),
        _ => Ok(()),
    }
}

fn say(node: &Node) -> Checked {
    attributes(node, &[("language", is_language)], &[("voice", is_voice)])?;
    let mut spoken = String::new();
    words(node, &mut spoken)?;
    match spoken.chars().count() {
        _ if spoken.trim().is_empty() => Err("<Say> ne dit rien".to_owned()),
        length if length > LONGEST_SAY => Err(format!("<Say> dit {length} caractères, au plus {LONGEST_SAY}")),
        _ => Ok(()),
    }
}

/// Text and the two marks that may stand in it.
fn words(node: &Node, spoken: &mut String) -> Checked {
    spoken.push_str(&node.text);
    for child in &node.children {
        match child.name.as_str() {
            "prosody" => attributes(child, &[("rate", is_rate)], &[])?,
            "break" => {
                attributes(child, &[("time", is_break)], &[])?;
                leaf(child)?;
            }
            other => return Err(format!("<{other}> dans ce qui est dit")),
        }
        words(child, spoken)?;
    }
    Ok(())
}

fn play(node: &Node) -> Checked {
    attributes(node, &[], &[])?;
    text(node, is_address)
}

fn gather(node: &Node) -> Checked {
    let required: [Rule; 5] = [
        ("action", is_address),
        ("method", is_post),
        ("input", |value| value == "dtmf"),
        ("timeout", is_positive),
        ("finishOnKey", |value| value.is_empty() || is_keys(value)),
    ];
    attributes(node, &required, &[("numDigits", is_positive)])?;
    no_text(node)?;
    node.children.iter().try_for_each(|child| match child.name.as_str() {
        "Say" => say(child),
        "Play" => play(child),
        other => Err(format!("<{other}> dans <Gather>")),
    })
}

fn record(node: &Node) -> Checked {
    let required: [Rule; 6] = [
        ("action", is_address),
        ("method", is_post),
        ("timeout", is_positive),
        ("finishOnKey", is_keys),
        ("maxLength", |value| within(value, 2, 14_400)),
        ("playBeep", |value| value == "true" || value == "false"),
    ];
    let optional: [Rule; 2] = [("recordingStatusCallback", is_address), ("recordingStatusCallbackMethod", is_post)];
    attributes(node, &required, &optional)?;
    leaf(node)
}

fn dial(node: &Node) -> Checked {
    let required: [Rule; 3] = [("action", is_address), ("method", is_post), ("timeout", |value| within(value, 5, 120))];
    attributes(node, &required, &[("callerId", |value| is_e164(value))])?;
    no_text(node)?;
    match node.children.as_slice() {
        [number] if number.name == "Number" => {
            attributes(number, &[], &[("url", is_address), ("method", is_post)])?;
            text(number, |value| is_e164(value) && PhoneNumber::parse(value).is_ok_and(|number| number.is_dialable()))
        }
        _ => Err("<Dial> ne contient pas exactement un <Number>".to_owned()),
    }
}

fn redirect(node: &Node) -> Checked {
    attributes(node, &[("method", is_post)], &[])?;
    text(node, is_address)
}

type Rule = (&'static str, fn(&str) -> bool);

/// Every required attribute is there, no other than the optional ones, and each value is sound.
fn attributes(node: &Node, required: &[Rule], optional: &[Rule]) -> Checked {
    for (name, _) in required {
        if !node.attributes.iter().any(|(given, _)| given == name) {
            return Err(format!("<{}> sans {name}", node.name));
        }
    }
    for (name, value) in &node.attributes {
        let rule = required.iter().chain(optional).find(|(known, _)| known == name);
        match rule {
            None => return Err(format!("<{}> : attribut {name} inconnu", node.name)),
            Some((_, sound)) if !sound(value) => return Err(format!("<{}> : {name}=« {value} »", node.name)),
            Some(_) => {}
        }
    }
    Ok(())
}

fn text(node: &Node, sound: fn(&str) -> bool) -> Checked {
    match node.children.first() {
        Some(child) => Err(format!("<{}> dans <{}>", child.name, node.name)),
        None if !sound(&node.text) => Err(format!("<{}> contient « {} »", node.name, node.text)),
        None => Ok(()),
    }
}

fn leaf(node: &Node) -> Checked {
    text(node, str::is_empty)
}

fn no_text(node: &Node) -> Checked {
    if node.text.is_empty() { Ok(()) } else { Err(format!("texte « {} » dans <{}>", node.text, node.name)) }
}

fn is_address(value: &str) -> bool {
    let plain = !value.chars().any(|character| character.is_whitespace() || character.is_control());
    plain && Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn is_post(value: &str) -> bool {
    value == "POST"
}

fn is_positive(value: &str) -> bool {
    within(value, 1, 600)
}

fn within(value: &str, least: u32, most: u32) -> bool {
    value.parse().is_ok_and(|number| (least..=most).contains(&number))
}

fn is_keys(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|key| matches!(key, '0'..='9' | '#' | '*'))
}

fn is_language(value: &str) -> bool {
    let mut parts = value.split('-');
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric()) && part.len() <= 8;
    parts.next().is_some_and(|first| (2..=3).contains(&first.len()) && letters(first)) && parts.all(letters)
}

/// Any name a provider gives to a voice.
fn is_voice(value: &str) -> bool {
    !value.chars().any(char::is_control)
}

fn is_reason(value: &str) -> bool {
    matches!(value, "rejected" | "busy")
}

fn is_rate(value: &str) -> bool {
    value.strip_suffix('%').is_some_and(|percent| within(percent, 20, 200))
}

fn is_break(value: &str) -> bool {
    value.strip_suffix("ms").is_some_and(|millis| within(millis, 0, 10_000))
}

fn is_e164(value: &str) -> bool {
    PhoneNumber::parse(value).is_ok_and(|number| number.as_e164() == value)
}
