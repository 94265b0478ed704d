//! What an agent finds among the requests of her lines: newest first, a page at a time.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::caller::Contact;
use super::super::filter::{Filter, PAGE, Words};
use super::super::request::State;
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::secret::Keyring;

/// A request in a list. Its numbers are shown masked.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id.
    pub id: Uuid,
    /// Its six digits.
    pub reference: String,
    /// The line.
    pub line_id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its category.
    pub category: String,
    /// 0 to 3.
    pub priority: u8,
    /// Where it stands.
    pub state: State,
    /// The language to speak.
    pub lang: String,
    /// The postal code, if one is known.
    pub postal_code: Option<String>,
    /// Whether it is for another person than whoever made it.
    pub for_other: bool,
    /// Whom to call back.
    pub contact: Option<Contact>,
}

/// One page of what was found.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// At most [`PAGE`] of them.
    pub rows: Vec<Row>,
    /// Whether there are more.
    pub more: bool,
}

type Found = (
    String,
    String,
    String,
    i64,
    String,
    i64,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<Vec<u8>>,
);

const SEARCH: &str = "select r.id, r.reference, r.line_id, r.created_at, r.category, r.priority, r.state, r.lang, \
     r.postal_code, r.beneficiary_id, c.id, c.number from requests r left join callers c on c.id = r.contact_id \
     where r.line_id in (select line_id from operator_lines where operator_id = $1) \
     and ($2 = '' or r.reference = $2) and ($3 = '' or r.category = $3) and ($4 = '' or $4 like '%|' || r.state || '|%') \
     and ($5 < 0 or r.priority = $5) and ($6 = '' or $6 like '% ' || r.postal_code || ' %') \
     and ($7 = '' or r.lang = $7) and r.created_at >= $8 and r.created_at < $9 and ($13 = '' or r.line_id = $13) \
     and ($10 = '' or r.id in (select n.id from callers k join requests n on n.caller_id = k.id where k.number_index = $10 \
     union select n.id from callers k join requests n on n.contact_id = k.id where k.number_index = $10 \
     union select n.id from beneficiaries b join requests n on n.beneficiary_id = b.id where b.phone_index = $10)) \
     order by r.created_at desc, r.id desc limit $11 offset $12";

/// The page of the requests of her lines that the filter asks for.
pub async fn search(tx: &mut Tx<'_>, keyring: &Keyring, operator_id: Uuid, filter: &Filter) -> Result<Page, DbError> {
    let (reference, number) = match &filter.words {
        Words::Neither => return Ok(Page::default()),
        Words::Nothing => ("", String::new()),
        Words::Reference(digits) => (digits.as_str(), String::new()),
        Words::Number(number) => ("", keyring.index("callers.number", number.as_e164())),
    };
    let mut rows: Vec<Found> = sqlx::query_as(SEARCH)
        .bind(operator_id.to_string())
        .bind(reference)
        .bind(filter.category.as_deref().unwrap_or_default())
        .bind(barred(&filter.states))
        .bind(filter.priority.map_or(-1, i64::from))
        .bind(spaced(&filter.postal_codes))
        .bind(filter.lang.as_deref().unwrap_or_default())
        .bind(filter.from.map_or(i64::MIN, Timestamp::as_millisecond))
        .bind(filter.to.map_or(i64::MAX, Timestamp::as_millisecond))
        .bind(number)
        .bind(PAGE + 1)
        .bind(PAGE * i64::from(filter.page))
        .bind(filter.line.map(|line| line.to_string()).unwrap_or_default())
        .fetch_all(tx.conn())
        .await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = rows.len() > page;
    rows.truncate(page);
    Ok(Page { rows: rows.into_iter().filter_map(|row| read(keyring, row)).collect(), more })
}

/// The states as the query looks for them; empty for any.
fn barred(states: &[State]) -> String {
    let words: Vec<_> = states.iter().map(|state| state.word()).collect();
    if words.is_empty() { String::new() } else { format!("|{}|", words.join("|")) }
}

/// The postal codes as the query looks for them; empty for any.
fn spaced(codes: &[String]) -> String {
    if codes.is_empty() { String::new() } else { format!(" {} ", codes.join(" ")) }
}

fn read(keyring: &Keyring, row: Found) -> Option<Row> {
    Some(Row {
        id: row.0.parse().ok()?,
        reference: row.1,
        line_id: row.2.parse().ok()?,
        created_at: from_millis(row.3),
        category: row.4,
        priority: u8::try_from(row.5).unwrap_or(3),
        state: State::of_word(&row.6)?,
        lang: row.7,
        postal_code: row.8,
        for_other: row.9.is_some(),
        contact: Contact::unseal(keyring, row.10, row.11),
    })
}
