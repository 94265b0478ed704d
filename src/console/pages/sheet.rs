//! The month of a line on one sheet, to print for the elected people: nobody can be recognised in it (F-73).

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State as OfApp};
use axum::response::Response;

use super::figures::{Asked, chosen, need, told_of};
use crate::app::App;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::visitor::Visitor;
use crate::stats::report;
use crate::stats::small::publishable;

#[derive(Template)]
#[template(path = "sheet.html")]
struct SheetPage {
    frame: Frame,
    town: String,
    label: String,
    figures: Vec<(&'static str, String, &'static str)>,
    needs: Vec<(String, String)>,
    districts: Vec<(String, String)>,
}

/// The sheet.
pub(crate) async fn show(
    OfApp(app): OfApp<Arc<App>>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let (line, period) = chosen(&app, &visitor, &asked)?;
    let sheet = report::sheet(&app.board, visitor.operator(), &line, period).await?.ok_or(PageError::NotFound)?;
    let counts: Vec<i64> = sheet.by_category.iter().map(|(_, count)| *count).collect();
    let needs = sheet.by_category.iter().zip(publishable(&counts));
    let page = SheetPage {
        frame: Frame::new(&app, &visitor, "Feuille du mois", "/console/chiffres", &Said::default()),
        town: line.settings.town.clone(),
        label: period.label(),
        figures: told_of(&sheet).collect(),
        needs: needs.map(|((code, _), shown)| (need(&app, code), shown.told())).collect(),
        districts: sheet.published_districts().into_iter().map(|(name, shown)| (name, shown.told())).collect(),
    };
    render(&page)
}
