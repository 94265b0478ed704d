//! The drawing of a town's districts on which an agent shows where help is needed.
//!
//! It is the picture of a button: the browser sends the pixel that was clicked, in the pixels of the page. So each size is
//! a picture of its own, under a name that says the size, and a style sheet shows the one that has room.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State as OfApp};
use axum::response::Response;
use serde::Deserialize;

use crate::app::App;
use crate::console::drawing::drawing;
use crate::console::id::Id;
use crate::console::page::PageError;
use crate::console::sent::Sent;
use crate::console::visitor::Visitor;
use crate::lines::district;
use crate::lines::map::{Projection, SIDE, dots};
use crate::lines::{District, Line};
use crate::requests::pointed::{Pointed, Written};

/// The names that a drawing's sides have in pixels: `carte-220` for a telephone, `carte-320` for a desk.
pub(super) const SIDES: [u16; 2] = [320, 220];
/// What the name of the button begins with.
const BUTTON: &str = "carte-";
/// The button that chooses in the list instead.
const LIST: &str = "placer";

#[derive(Template)]
#[template(path = "request_map.svg")]
struct Drawing {
    side: u16,
    dots: Vec<Dot>,
}

/// A district.
struct Dot {
    name: String,
    x: String,
    y: String,
    /// The line of its name, under it.
    label: String,
    /// Names near the edge are written away from it.
    anchor: &'static str,
}

/// Which of the drawings.
#[derive(Debug, Deserialize)]
pub(crate) struct Size {
    cote: Option<u16>,
}

/// The drawing of a line's districts.
pub(crate) async fn show(
    OfApp(app): OfApp<Arc<App>>,
    visitor: Visitor,
    Id(id): Id,
    Query(wanted): Query<Size>,
) -> Result<Response, PageError> {
    let line = app.lines.by_id(id).filter(|_| visitor.operator().lines.contains(&id)).ok_or(PageError::NotFound)?;
    let side = wanted.cote.filter(|side| SIDES.contains(side)).unwrap_or(SIDES[0]);
    let dots = drawn(&district::choices(&line.settings.districts), side);
    Ok(drawing(Drawing { side, dots }.render()?))
}

fn drawn(districts: &[District], side: u16) -> Vec<Dot> {
    let pixels = f64::from(side) / SIDE;
    let dot = |dot: crate::lines::map::Dot| {
        let (x, y) = (dot.x * pixels, dot.y * pixels);
        let anchor = match dot.x / SIDE {
            west if west < 0.3 => "start",
            east if east > 0.7 => "end",
            _ => "middle",
        };
        let name = districts.get(dot.district)?.name.clone();
        Some(Dot { name, x: format!("{x:.1}"), y: format!("{y:.1}"), label: format!("{:.1}", y + 19.0), anchor })
    };
    dots(districts).into_iter().filter_map(dot).collect()
}

/// What the page of a request needs to have a place shown.
pub(super) struct Pointing {
    /// The line whose districts are drawn, if any of them has a point.
    pub(super) drawn: bool,
    /// The districts that can be chosen.
    pub(super) names: Vec<String>,
    /// Where the request is already, in the square of [`SIDE`].
    pub(super) here: Option<(String, String)>,
    /// The district it is in.
    pub(super) district: Option<String>,
}

impl Pointing {
    /// Of a request at that postal code and point.
    pub(super) fn of(line: Option<&Line>, code: Option<&str>, point: Option<(f64, f64)>) -> Self {
        let districts = line.map(|line| district::choices(&line.settings.districts)).unwrap_or_default();
        let projection = Projection::of(&districts);
        let inside = |(x, y): &(f64, f64)| (0.0..=SIDE).contains(x) && (0.0..=SIDE).contains(y);
        let here = projection.zip(point).map(|(projection, point)| projection.square(point)).filter(inside);
        Self {
            drawn: projection.is_some(),
            here: here.map(|(x, y)| (format!("{x:.0}"), format!("{y:.0}"))),
            district: district::of(&districts, code.unwrap_or_default()).map(|known| known.name.clone()),
            names: districts.into_iter().map(|district| district.name).collect(),
        }
    }
}

/// What a form says of a place; words, a pixel, or a district of the list.
pub(super) fn written(sent: &Sent) -> Written {
    let text = |name: &str| sent.text(name).to_owned();
    Written {
        street: text("rue"),
        details: text("precisions"),
        postal_code: text("code_postal"),
        pointed: pixel(sent).or_else(|| sent.filled(LIST).map(|_| Pointed::District(text("quartier")))),
    }
}

fn pixel(sent: &Sent) -> Option<Pointed> {
    let (size, x) = sent.starting(BUTTON).find_map(|(rest, value)| Some((rest.strip_suffix(".x")?, value)))?;
    let number = |text: &str| text.parse().unwrap_or(-1);
    Some(Pointed::Pixel { x: number(x), y: number(sent.text(&format!("{BUTTON}{size}.y"))), side: number(size) })
}
