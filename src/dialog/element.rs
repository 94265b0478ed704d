//! A flow file as plain elements that remember their line, so that every complaint can say where.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::problem::Problem;

/// One XML element: its name, attributes and children. Text between elements means nothing in a flow.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Self>,
}

impl Element {
    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads one flow file whole.
pub(super) fn parse(file: &str, text: &str) -> Result<Element, Problem> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        let line = line_at(text, reader.buffer_position());
        let event = reader.read_event().map_err(|cause| {
            let line = line_at(text, reader.error_position());
            Problem::new(
                file,
                line,
                format!("ce n'est pas du XML correct ({cause}). Vérifiez que chaque balise ouverte est refermée."),
            )
        })?;
        match event {
            Event::Start(start) => open.push(element(file, line_of(text, &reader, line), &start)?),
            Event::Empty(start) => {
                let empty = element(file, line_of(text, &reader, line), &start)?;
                attach(&mut open, empty);
            }
            Event::End(_) => {
                if let Some(closed) = open.pop() {
                    attach(&mut open, closed);
                }
            }
            Event::DocType(_) => {
                return Err(Problem::new(file, line, "une déclaration DOCTYPE n'a pas sa place ici. Retirez-la."));
            }
            Event::Text(stray) if !stray.chars().all(char::is_whitespace) => {
                let line = line_of(text, &reader, line);
                return Err(Problem::new(
                    file,
                    line,
                    "du texte traîne entre deux balises. Les phrases vont dans voice.ftl.",
                ));
            }
            Event::Eof => return root(file, text, open),
            _ => {}
        }
    }
}

fn root(file: &str, text: &str, mut open: Vec<Element>) -> Result<Element, Problem> {
    let last = text.lines().count().max(1);
    if open.len() > 1 {
        let unclosed = open.pop().unwrap_or_default();
        let sentence = format!("la balise <{}> n'est jamais refermée.", unclosed.name);
        return Err(Problem::new(file, unclosed.line, sentence));
    }
    let mut top = open.pop().unwrap_or_default();
    match (top.children.pop(), top.children.is_empty()) {
        (Some(root), true) => Ok(root),
        _ => Err(Problem::new(file, last, "le fichier doit contenir une seule balise <flow> … </flow>.")),
    }
}

fn attach(open: &mut [Element], child: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(child);
    }
}

fn element(file: &str, line: usize, start: &BytesStart<'_>) -> Result<Element, Problem> {
    let bad = |what: String| Problem::new(file, line, format!("une balise ne se lit pas ({what})."));
    let name = start.name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|cause| bad(cause.to_string()))?;
        let key = attribute.key.as_ref().to_owned();
        let value =
            attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|cause| bad(cause.to_string()))?;
        attributes.push((key, value.into_owned()));
    }
    Ok(Element { name, line, attributes, children: Vec::new() })
}

/// The line on which the tag that was just read begins: tags spread over several lines begin on their first.
fn line_of(text: &str, reader: &Reader<&[u8]>, before: usize) -> usize {
    let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX).min(text.len());
    let start = text.get(..end).and_then(|read| read.rfind('<')).unwrap_or(end);
    line_at(text, start as u64).max(before)
}

fn line_at(text: &str, position: u64) -> usize {
    let end = usize::try_from(position).unwrap_or(usize::MAX).min(text.len());
    text.as_bytes().iter().take(end).filter(|&&byte| byte == b'\n').count() + 1
}
