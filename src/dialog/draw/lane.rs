//! One flow file as a lane: its cards in columns, from left to right as a call goes, and the arrows between them.

use std::collections::{BTreeMap, BTreeSet};

use super::card::{self, Card};
use crate::dialog::Scripts;
use crate::dialog::check::graph;
use crate::dialog::flow::Flow;

/// Above the cards: the name of the lane.
const HEAD: u32 = 68;
/// Between two columns, where arrows run.
const GAP: u32 = 76;
/// Between two cards of a column.
const BETWEEN: u32 = 18;
/// Around the cards.
const PAD: u32 = 16;
/// Columns before a lane begins again at the left.
const COLUMNS: usize = 6;

/// A lane of the drawing.
pub(super) struct Lane {
    pub(super) title: String,
    pub(super) file: String,
    pub(super) cards: Vec<Card>,
    pub(super) arrows: Vec<Arrow>,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// An arrow from the line of an exit to a card.
pub(super) struct Arrow {
    pub(super) from: (u32, u32),
    pub(super) to: (u32, u32),
    pub(super) class: &'static str,
}

/// Every lane, in the order in which a call may meet them.
pub(super) fn lanes(scripts: &Scripts) -> Vec<Lane> {
    let flow = &scripts.flow;
    let mut files: Vec<&str> = Vec::new();
    for id in in_order(flow) {
        let Some(step) = flow.steps.get(id) else { continue };
        if !files.contains(&step.place.file.as_str()) {
            files.push(&step.place.file);
        }
    }
    files.into_iter().map(|file| lane(scripts, file)).collect()
}

/// Every step: those that calls meet first come first, and those that none meets last.
fn in_order(flow: &Flow) -> Vec<&str> {
    let mut order: Vec<&str> = Vec::new();
    let mut met = BTreeSet::new();
    let roots = [flow.start.as_str(), flow.limit.as_str()];
    for root in roots.into_iter().chain(flow.steps.keys().map(String::as_str)) {
        let mut waiting = std::collections::VecDeque::from([root]);
        while let Some(id) = waiting.pop_front() {
            let Some(step) = flow.steps.get(id).filter(|_| met.insert(id)) else { continue };
            order.push(id);
            waiting.extend(graph::ways(flow, step).into_iter().map(|way| way.to));
        }
    }
    order
}

fn lane(scripts: &Scripts, file: &str) -> Lane {
    let flow = &scripts.flow;
    let mut here: Vec<_> = flow.steps.iter().filter(|(_, step)| step.place.file == file).collect();
    here.sort_by_key(|(_, step)| step.place.line);
    let mut cards: Vec<Card> = here.iter().map(|(id, step)| Card::new(scripts, id, step)).collect();
    let columns = columns(&cards);
    let height = place(&mut cards, &columns);
    let arrows = arrows(&mut cards, &columns);
    let widest = columns.values().max().map_or(1, |last| last % COLUMNS + 1).max(columns.len().min(1));
    let across = if columns.values().any(|column| *column >= COLUMNS) { COLUMNS } else { widest };
    let across = u32::try_from(across).unwrap_or(1);
    let name = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".xml").replace('-', " ");
    let mut letters = name.chars();
    let title = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    Lane { title, file: file.to_owned(), cards, arrows, width: 2 * PAD + across * (card::WIDTH + GAP) - GAP, height }
}

/// The column of each step: one further than whatever leads to it, steps back aside.
fn columns(cards: &[Card]) -> BTreeMap<String, usize> {
    let exits: BTreeMap<&str, Vec<&str>> =
        cards.iter().map(|card| (card.id.as_str(), card.exits.iter().map(|exit| exit.to.as_str()).collect())).collect();
    let mut columns: BTreeMap<String, usize> = BTreeMap::new();
    for card in cards {
        deepen(&card.id, 0, &exits, &mut Vec::new(), &mut columns);
    }
    columns
}

fn deepen<'a>(
    id: &'a str,
    column: usize,
    exits: &BTreeMap<&'a str, Vec<&'a str>>,
    path: &mut Vec<&'a str>,
    columns: &mut BTreeMap<String, usize>,
) {
    if path.contains(&id) || columns.get(id).is_some_and(|known| *known >= column && (*known > 0 || column == 0)) {
        return;
    }
    let Some(next) = exits.get(id) else { return };
    columns.insert(id.to_owned(), column);
    path.push(id);
    for to in next {
        deepen(to, column + 1, exits, path, columns);
    }
    path.pop();
}

/// Puts the cards in their columns, a lane of many columns in several rows; answers the height of the lane.
fn place(cards: &mut [Card], columns: &BTreeMap<String, usize>) -> u32 {
    let last = columns.values().max().copied().unwrap_or(0);
    let mut top = HEAD;
    for first in (0..=last).step_by(COLUMNS) {
        let mut bottom = top;
        for column in first..(first + COLUMNS).min(last + 1) {
            let across = u32::try_from(column - first).unwrap_or(0);
            let mut y = top;
            for card in cards.iter_mut().filter(|card| columns.get(&card.id) == Some(&column)) {
                card.at = (PAD + across * (card::WIDTH + GAP), y);
                y += card.height() + BETWEEN;
            }
            bottom = bottom.max(y);
        }
        top = bottom + BETWEEN;
    }
    top - 2 * BETWEEN + PAD
}

/// The arrows to the next column of the same row; their exits need no name.
fn arrows(cards: &mut [Card], columns: &BTreeMap<String, usize>) -> Vec<Arrow> {
    let corners: BTreeMap<String, (u32, u32)> = cards.iter().map(|card| (card.id.clone(), card.at)).collect();
    let mut arrows = Vec::new();
    for card in cards.iter_mut() {
        for index in 0..card.exits.len() {
            let y = card.row(index);
            let Some(exit) = card.exits.get_mut(index) else { continue };
            let (Some(from), Some(to)) = (columns.get(&card.id), columns.get(&exit.to)) else { continue };
            if *to != from + 1 || to % COLUMNS == 0 {
                continue;
            }
            exit.drawn = true;
            let Some((x, top)) = corners.get(&exit.to) else { continue };
            arrows.push(Arrow { from: (card.at.0 + card::WIDTH, y), to: (*x, top + 16), class: exit.class });
        }
    }
    arrows
}
