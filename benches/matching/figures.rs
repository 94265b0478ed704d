//! What a week is judged by.

use crate::town::Town;

/// A district counts from so many requests on.
const ENOUGH: usize = 5;

/// One week of one town under one policy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// In the order of [`TITLES`].
    figures: [f64; 5],
}

/// What the figures are; all but the third are shares.
pub(crate) const TITLES: [&str; 5] =
    ["trouvé en 2 h", "trouvé en 24 h", "SMS par demande trouvée", "bénévoles partis", "pire quartier (24 h)"];
const PER_MATCH: usize = 2;

impl Run {
    pub(crate) fn of(town: &Town, matched_at: &[Option<f64>], texts: usize, left: &[bool]) -> Self {
        let took: Vec<_> = town.requests.iter().zip(matched_at).map(|(one, at)| at.map(|at| at - one.t)).collect();
        let within = |minutes: f64| share(took.iter().map(|took| took.is_some_and(|took| took <= minutes)));
        let found = took.iter().flatten().count();
        let verified = town.volunteers.iter().zip(left).filter(|(one, _)| one.verified);
        let gone = share(verified.map(|(_, left)| *left));
        let per_match = ratio(texts, found);
        Self { figures: [within(120.0), within(1_440.0), per_match, gone, worst(town, &took)] }
    }
}

/// The district where the smallest share of requests found a neighbour, among those with enough requests.
fn worst(town: &Town, took: &[Option<f64>]) -> f64 {
    let districts = 0..=town.requests.iter().map(|one| one.district).max().unwrap_or(0);
    let found = |district: usize| -> Vec<bool> {
        let of = town.requests.iter().zip(took).filter(|(one, _)| one.district == district);
        of.map(|(_, took)| took.is_some()).collect()
    };
    let shares = districts.map(found).filter(|found| found.len() >= ENOUGH).map(|found| share(found.into_iter()));
    shares.fold(1.0, f64::min)
}

/// A line of a table: the mean over the seeds, the least and the most.
pub(crate) fn row(name: &str, runs: &[Run]) -> String {
    let cell = |figure: usize| {
        let values: Vec<_> = runs.iter().map(|run| run.figures[figure]).collect();
        let [least, mean, most] = [
            values.iter().copied().fold(f64::MAX, f64::min),
            mean(&values),
            values.iter().copied().fold(f64::MIN, f64::max),
        ];
        if figure == PER_MATCH {
            format!("{mean:.1} ({least:.1}–{most:.1})").replace('.', ",")
        } else {
            let [least, mean, most] = [least, mean, most].map(|share| share * 100.0);
            let digits = usize::from(figure == 3);
            format!("{mean:.digits$} % ({least:.digits$}–{most:.digits$})").replace('.', ",")
        }
    };
    let cells: Vec<_> = (0..TITLES.len()).map(cell).collect();
    format!("| {name} | {} |", cells.join(" | "))
}

fn share(each: impl Iterator<Item = bool>) -> f64 {
    let (mut all, mut some) = (0, 0);
    each.for_each(|holds| {
        all += 1;
        some += usize::from(holds);
    });
    ratio(some, all)
}

#[expect(clippy::cast_precision_loss, reason = "some thousands")]
fn ratio(some: usize, all: usize) -> f64 {
    some as f64 / all.max(1) as f64
}

fn mean(values: &[f64]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "some seeds")]
    let many = values.len().max(1) as f64;
    values.iter().sum::<f64>() / many
}
