//! What is read of a period: the figures, the days, and the requests by what they are; on a screen, in an export, on a
//! sheet for elected people. Pure.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::figures::{FIGURES, Measured};
use super::period::Period;
use super::small::{Shown, publishable};
use super::workload::HALF_HOUR;
use crate::clock::from_millis;
use crate::lines::{District, district};

/// Where no district is known.
pub const NOWHERE: &str = "Quartier inconnu";

/// Requests that are alike in what is counted of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    /// The word of their state.
    pub state: String,
    /// Their category.
    pub category: String,
    /// Their postal code; empty where none is known.
    pub postal_code: String,
    /// The language to speak.
    pub lang: String,
    /// How many.
    pub count: i64,
}

/// What happened on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// Calls that began.
    pub calls: i64,
    /// Callbacks, and talks in the call itself.
    pub work: i64,
    /// Requests.
    pub requests: i64,
}

/// A period of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Which.
    pub period: Period,
    /// What was counted.
    pub measured: Measured,
    /// Day by day.
    pub days: Vec<Day>,
    /// Requests by category, most first.
    pub by_category: Vec<(String, i64)>,
    /// Requests by district, most first.
    pub by_district: Vec<(String, i64)>,
    /// Requests by language, most first.
    pub by_lang: Vec<(String, i64)>,
}

/// Counts by half-hours from the epoch.
pub type HalfHours = Vec<(i64, i64)>;

impl Sheet {
    /// Puts a period together from what the store found: requests that are alike, and calls, work and requests by
    /// half-hours.
    pub fn of(
        period: Period,
        mut measured: Measured,
        requests: &[Requests],
        counts: &[HalfHours; 3],
        districts: &[District],
        zone: &TimeZone,
    ) -> Self {
        let by =
            |key: &dyn Fn(&Requests) -> String| sorted(requests.iter().map(|request| (key(request), request.count)));
        let district = |request: &Requests| {
            district::of(districts, &request.postal_code).map_or_else(|| NOWHERE.to_owned(), |known| known.name.clone())
        };
        measured.requests = by(&|request| request.state.clone()).into_iter().collect();
        let daily = counts.each_ref().map(|counts| by_day(counts, zone));
        let on = |counts: &BTreeMap<Date, i64>, day: &Date| counts.get(day).copied().unwrap_or_default();
        let days = period.days().map(|day| Day {
            calls: on(&daily[0], &day),
            work: on(&daily[1], &day),
            requests: on(&daily[2], &day),
            day,
        });
        Self {
            period,
            measured,
            days: days.collect(),
            by_category: by(&|request| request.category.clone()),
            by_district: by(&district),
            by_lang: by(&|request| request.lang.clone()),
        }
    }

    /// What may be said by district outside the desk (F-73).
    pub fn published_districts(&self) -> Vec<(String, Shown)> {
        let counts: Vec<i64> = self.by_district.iter().map(|(_, count)| *count).collect();
        let names = self.by_district.iter().map(|(name, _)| name.clone());
        names.zip(publishable(&counts)).collect()
    }

    /// Everything as rows of three columns: what, which, how many. `words` name a category and a language.
    pub fn rows(&self, category: impl Fn(&str) -> String, lang: impl Fn(&str) -> String) -> Vec<Vec<String>> {
        let row = |part: &str, name: String, value: String| vec![part.to_owned(), name, value];
        let figures = FIGURES.iter().map(|figure| row("chiffre", figure.title.to_owned(), figure.told(&self.measured)));
        let days = self.days.iter().flat_map(|day| {
            let of = |part, count: i64| row(part, day.day.to_string(), count.to_string());
            [of("appels par jour", day.calls), of("travail par jour", day.work), of("demandes par jour", day.requests)]
        });
        let categories =
            self.by_category.iter().map(|(code, count)| row("demandes par besoin", category(code), count.to_string()));
        let langs = self.by_lang.iter().map(|(code, count)| row("demandes par langue", lang(code), count.to_string()));
        let districts = self
            .published_districts()
            .into_iter()
            .map(|(name, shown)| row("demandes par quartier", name, shown.told()));
        figures.chain(days).chain(categories).chain(districts).chain(langs).collect()
    }
}

fn sorted(counts: impl Iterator<Item = (String, i64)>) -> Vec<(String, i64)> {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (key, count) in counts {
        *sums.entry(key).or_default() += count;
    }
    let mut sorted: Vec<_> = sums.into_iter().collect();
    sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    sorted
}

fn by_day(counts: &[(i64, i64)], zone: &TimeZone) -> BTreeMap<Date, i64> {
    let mut days = BTreeMap::new();
    for (half_hour, count) in counts {
        let day = from_millis(half_hour * HALF_HOUR).to_zoned(zone.clone()).date();
        *days.entry(day).or_default() += count;
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::period::Grain;

    fn requests(postal_code: &str, category: &str, count: i64) -> Requests {
        let [state, category, postal_code, lang] = ["résolue", category, postal_code, "fr"].map(str::to_owned);
        Requests { state, category, postal_code, lang, count }
    }

    fn sheet() -> Sheet {
        let district = |name: &str, code: &str| District {
            name: name.to_owned(),
            postal_codes: vec![code.to_owned()],
            point: None,
        };
        let districts = [district("Mosson", "34080"), district("Centre", "34000")];
        let found = [
            requests("34080", "courses", 12),
            requests("34000", "courses", 3),
            requests("", "papier", 7),
            requests("34000", "papier", 1),
        ];
        let evening = "2026-04-14T22:30:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond() / HALF_HOUR;
        let counts = [vec![(evening, 2)], vec![(evening, 1)], Vec::new()];
        let week = Period::of(Grain::Week, "2026-04-14".parse().unwrap());
        let zone = TimeZone::get("Europe/Paris").unwrap();
        Sheet::of(week, Measured::default(), &found, &counts, &districts, &zone)
    }

    #[test]
    fn a_period_has_a_row_for_each_of_its_days_in_the_time_of_the_town() {
        let days = sheet().days;
        assert_eq!(days.len(), 7);
        let busy: Vec<_> =
            days.iter().filter(|day| day.calls > 0).map(|day| (day.day.to_string(), day.calls)).collect();
        assert_eq!(busy, [("2026-04-15".to_owned(), 2)], "past midnight in Paris");
    }

    #[test]
    fn requests_are_told_by_what_they_are_most_first() {
        let sheet = sheet();
        assert_eq!(sheet.by_category, [("courses".to_owned(), 15), ("papier".to_owned(), 8)]);
        assert_eq!(sheet.by_district[0], ("Mosson".to_owned(), 12));
        assert_eq!(sheet.measured.requests["résolue"], 23);
    }

    #[test]
    fn no_export_says_a_number_below_five_of_a_district() {
        let rows = sheet().rows(str::to_owned, str::to_owned);
        let districts: Vec<_> = rows.iter().filter(|row| row[0] == "demandes par quartier").collect();
        assert_eq!(districts.len(), 3);
        for row in districts {
            let small = row[2].parse::<i64>().is_ok_and(|count| count < 5);
            assert!(!small, "{row:?}");
        }
        assert!(rows.iter().all(|row| row.len() == 3));
    }
}
