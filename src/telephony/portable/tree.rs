//! A document as a tree, read with quick-xml and nothing forgiven.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::telephony::xml::is_allowed;

const PROLOG: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// An element with its attributes, its own text and its children.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Node>,
}

/// The root element of `xml`, which must be all there is after the prolog.
pub(super) fn read(xml: &str) -> Result<Node, String> {
    let body = xml.strip_prefix(PROLOG).ok_or("le document ne commence pas par le prologue XML en UTF-8")?;
    let mut reader = Reader::from_str(body);
    // The first of the stack is a parent above the root, so that the root is a child like another.
    let mut stack = vec![Node::default()];
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        if matches!(event, Event::Eof) {
            break;
        }
        take(&mut stack, event)?;
    }
    root(stack)
}

fn take(stack: &mut Vec<Node>, event: Event<'_>) -> Result<(), String> {
    match event {
        Event::Start(start) => stack.push(node(&start)?),
        Event::Empty(start) => {
            let empty = node(&start)?;
            adopt(stack, empty)?;
        }
        Event::End(_) => {
            let closed = stack.pop().ok_or("balise fermée sans être ouverte")?;
            adopt(stack, closed)?;
        }
        Event::Text(text) => append(stack, &text.xml10_content())?,
        Event::GeneralRef(reference) => append(stack, &resolved(&reference)?)?,
        other => return Err(format!("ni commentaire, ni DOCTYPE, ni CDATA : {other:?}")),
    }
    Ok(())
}

fn root(mut stack: Vec<Node>) -> Result<Node, String> {
    let mut above = stack.pop().ok_or("document vide")?;
    if !stack.is_empty() {
        return Err(format!("<{}> n'est pas fermée", above.name));
    }
    match (above.children.len(), above.text.is_empty()) {
        (1, true) => above.children.pop().ok_or_else(|| "document vide".to_owned()),
        _ => Err("le document ne contient pas exactement un élément".to_owned()),
    }
}

fn adopt(stack: &mut [Node], child: Node) -> Result<(), String> {
    stack.last_mut().ok_or("balise fermée sans être ouverte")?.children.push(child);
    Ok(())
}

fn append(stack: &mut [Node], text: &str) -> Result<(), String> {
    let node = stack.last_mut().ok_or("texte hors du document")?;
    if let Some(forbidden) = text.chars().find(|character| !is_allowed(*character)) {
        return Err(format!("caractère interdit en XML : {forbidden:?} dans <{}>", node.name));
    }
    node.text.push_str(text);
    Ok(())
}

fn node(start: &BytesStart<'_>) -> Result<Node, String> {
    let name = start.name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| format!("<{name}> : {error}"))?;
        let value =
            attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|error| format!("<{name}> : {error}"))?;
        if !value.chars().all(is_allowed) {
            return Err(format!("caractère interdit en XML dans un attribut de <{name}>"));
        }
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(Node { name, attributes, ..Node::default() })
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, String> {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => Ok(character.to_string()),
        Ok(None) => resolve_predefined_entity(reference).map(str::to_owned).ok_or("entité inconnue".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
