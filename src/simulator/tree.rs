//! A voice document as a plain tree of elements, read more strictly than any provider reads it: what one member of the
//! family would refuse, drop or misread is an error here. Only [`super::document`] uses it.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use quick_xml::{XmlVersion, escape};

use super::document::DocumentError;

/// The most bytes that a provider reads (error 11750 beyond).
const MAX_BYTES: usize = 64 * 1024;

/// One element with its attributes and content, both in the order of the document.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Node>,
}

/// What an element contains.
#[derive(Debug)]
pub(super) enum Node {
    Text(String),
    Element(Element),
}

impl Element {
    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads the only element of a document.
pub(super) fn read(xml: &str) -> Result<Element, DocumentError> {
    check_bytes(xml)?;
    let mut reader = Reader::from_str(xml);
    reader.config_mut().enable_all_checks(true);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        match reader.read_event().map_err(|error| DocumentError(format!("not XML: {error}")))? {
            Event::Decl(_) => {}
            Event::Start(start) => open.push(element(&start)?),
            Event::Empty(start) => close(element(&start)?, &mut open, &mut root)?,
            Event::End(_) => {
                let done = open.pop().ok_or_else(|| DocumentError("an element closes that was not open".to_owned()))?;
                close(done, &mut open, &mut root)?;
            }
            Event::Text(text) => add_text(&text.xml10_content(), &mut open)?,
            Event::GeneralRef(reference) => add_text(&character(&reference)?, &mut open)?,
            Event::Eof => break,
            other => {
                return Err(DocumentError(format!("a voice document holds only elements and text, not {other:?}")));
            }
        }
    }
    if !open.is_empty() {
        return Err(DocumentError("an element is never closed".to_owned()));
    }
    root.ok_or_else(|| DocumentError("the document has no element".to_owned()))
}

fn check_bytes(xml: &str) -> Result<(), DocumentError> {
    if !xml.starts_with("<?xml ") {
        return Err(DocumentError("the first bytes are not the XML prolog".to_owned()));
    }
    let prolog = xml.split("?>").next().unwrap_or_default();
    if !prolog.to_ascii_uppercase().contains("UTF-8") {
        return Err(DocumentError("the prolog does not declare UTF-8".to_owned()));
    }
    if xml.len() > MAX_BYTES {
        return Err(DocumentError(format!("{} bytes: more than a provider reads", xml.len())));
    }
    match xml.chars().find(|&character| !allowed(character)) {
        Some(bad) => Err(DocumentError(format!("XML 1.0 forbids the character {bad:?}"))),
        None => Ok(()),
    }
}

/// The `Char` production of XML 1.0.
fn allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..)
}

fn element(start: &BytesStart<'_>) -> Result<Element, DocumentError> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| DocumentError(format!("attribute: {error}")))?;
        let value = attribute
            .normalized_value(XmlVersion::Explicit1_0)
            .map_err(|error| DocumentError(format!("attribute: {error}")))?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element { name: start.name().as_ref().to_owned(), attributes, children: Vec::new() })
}

fn close(done: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), DocumentError> {
    match open.last_mut() {
        Some(parent) => parent.children.push(Node::Element(done)),
        None if root.is_none() => *root = Some(done),
        None => return Err(DocumentError("two root elements".to_owned())),
    }
    Ok(())
}

fn add_text(text: &str, open: &mut [Element]) -> Result<(), DocumentError> {
    match open.last_mut() {
        Some(Element { children, .. }) => match children.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => children.push(Node::Text(text.to_owned())),
        },
        None if text.trim().is_empty() => {}
        None => return Err(DocumentError("text outside the Response".to_owned())),
    }
    Ok(())
}

/// The characters that `&amp;` or `&#233;` stands for; an entity of one's own is refused.
fn character(reference: &BytesRef<'_>) -> Result<String, DocumentError> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return if allowed(character) {
            Ok(character.to_string())
        } else {
            Err(DocumentError(format!("XML 1.0 forbids the character {character:?}")))
        };
    }
    let name = reference.xml10_content();
    escape::resolve_predefined_entity(&name)
        .map(str::to_owned)
        .ok_or_else(|| DocumentError(format!("the entity &{name}; is not one of XML's five")))
}
