//! Callers' plans (F-23): a weekly slot, or a block that ends; for supervisors.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::ToSpan;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::accounts::line_name;
use super::request_acts::{phone, unchanged};
use crate::app::App;
use crate::console::id::Id;
use crate::console::page::{Frame, PageError, render};
use crate::console::said::Said;
use crate::console::sent::Sent;
use crate::console::shown;
use crate::console::visitor::Visitor;
use crate::lang::FRENCH_DAYS;
use crate::lines::{Hours, Line};
use crate::requests::plan::{BadPlan, Rule};
use crate::requests::plans::{self, Decided};
use crate::requests::store::plans::Listed;

/// Where the page is.
const PATH: &str = "/console/plans";
/// Neither a slot nor a block.
const UNDECIDED: &str = "Choisissez ce qui est décidé : un créneau, ou un blocage. Rien n'a été changé.";
/// The days of the week as opening hours write them, from Monday.
const DAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
/// How long a plan lasts unless something else is chosen.
const USUAL_DAYS: i64 = 30;

#[derive(Template)]
#[template(path = "plans.html")]
struct PlansPage {
    frame: Frame,
    plans: Vec<Shown>,
    lines: Vec<(String, String)>,
    days: Vec<(&'static str, &'static str)>,
    /// What is offered as its end.
    until: String,
    refusal: Option<String>,
    kept: Sent,
}

/// A plan in words.
struct Shown {
    id: Uuid,
    number: String,
    rule: String,
    reason: String,
    until: String,
    by: String,
    line: String,
}

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(said): Query<Said>,
) -> Result<Response, PageError> {
    render(&page(&app, &visitor, &said, Sent::default(), None).await?)
}

async fn page(
    app: &App,
    visitor: &Visitor,
    said: &Said,
    kept: Sent,
    refusal: Option<String>,
) -> Result<PlansPage, PageError> {
    let listed = plans::list(&app.board, visitor.operator()).await?;
    let hers = &visitor.operator().lines;
    let usual = hers.first().map_or(TimeZone::UTC, |id| app.zone_of(*id));
    let today = app.board.clock.now().to_zoned(usual).date();
    Ok(PlansPage {
        frame: Frame::new(app, visitor, "Plans d'appel", PATH, said),
        plans: listed.into_iter().map(|one| told(app, one)).collect(),
        lines: hers.iter().map(|id| (id.to_string(), line_name(app, *id))).collect(),
        days: DAYS.into_iter().zip(FRENCH_DAYS).collect(),
        until: kept.filled("fin").unwrap_or_else(|| today.saturating_add(USUAL_DAYS.days()).to_string()),
        refusal,
        kept,
    })
}

fn told(app: &App, plan: Listed) -> Shown {
    // It ends with its last day.
    let last = plan.expires_at.checked_sub(1.second()).unwrap_or(plan.expires_at);
    let until = last.to_zoned(app.zone_of(plan.line_id));
    Shown {
        id: plan.id,
        number: plan.caller.map_or_else(|| "illisible".to_owned(), |caller| caller.shown(false)),
        rule: match plan.rule {
            Rule::Block => "Bloqué : entend les secours, puis au revoir".to_owned(),
            Rule::Slot(slot) => {
                let hours = Hours::parse(&slot, TimeZone::UTC).map(|hours| hours.french());
                format!("Créneau : {}", hours.unwrap_or(slot))
            }
        },
        reason: plan.reason,
        until: shown::day(&until),
        by: plan.by,
        line: line_name(app, plan.line_id),
    }
}

/// Keeps a plan, or says what is missing with everything that was typed still there.
pub(crate) async fn make(State(app): State<Arc<App>>, visitor: Visitor, sent: Sent) -> Result<Response, PageError> {
    let hers = &visitor.operator().lines;
    let wanted = sent.id("ligne").or_else(|| hers.first().copied()).filter(|id| hers.contains(id));
    let line = wanted.and_then(|id| app.lines.by_id(id)).ok_or(PageError::NotFound)?;
    let refusal = match decided(&line, &sent) {
        Err(sentence) => sentence,
        Ok(decided) => match plans::make(&app.board, visitor.operator(), &line, decided).await? {
            Ok(()) => return Ok(Redirect::to("/console/plans?dit=plan").into_response()),
            Err(bad) => unchanged(&bad),
        },
    };
    let page = page(&app, &visitor, &Said::default(), sent, Some(refusal)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

fn decided(line: &Line, sent: &Sent) -> Result<Decided, String> {
    let number = phone(sent, "numero")?.ok_or_else(|| unchanged(&BadPlan::Number))?;
    let zone = line.settings.hours.zone();
    let last: Option<Date> = sent.text("fin").parse().ok();
    // Until the end of its last day.
    let end = last.and_then(|day| day.tomorrow().ok()?.to_zoned(zone.clone()).ok());
    let expires_at = end.map(|end| end.timestamp()).ok_or_else(|| unchanged(&BadPlan::End))?;
    let rule = match sent.text("quoi") {
        "creneau" => Rule::Slot(slot(sent).ok_or_else(|| unchanged(&BadPlan::NoSlot))?),
        "blocage" => Rule::Block,
        _ => return Err(UNDECIDED.to_owned()),
    };
    Ok(Decided { number, rule, reason: sent.text("raison").to_owned(), expires_at })
}

/// The slot as opening hours write it: `Tu 10:00-10:30`.
fn slot(sent: &Sent) -> Option<String> {
    let day = DAYS.into_iter().find(|day| *day == sent.text("jour"))?;
    let clock = |name: &str| sent.text(name).parse::<Time>().ok();
    let (from, to) = clock("de").zip(clock("a")).filter(|(from, to)| from < to)?;
    Some(format!("{day} {}-{}", from.strftime("%H:%M"), to.strftime("%H:%M")))
}

/// Ends a plan before its time.
pub(crate) async fn end(State(app): State<Arc<App>>, visitor: Visitor, Id(id): Id) -> Result<Response, PageError> {
    if plans::end(&app.board, visitor.operator(), id).await? {
        return Ok(Redirect::to("/console/plans?dit=plan-fini").into_response());
    }
    Err(PageError::NotFound)
}
