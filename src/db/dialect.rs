//! The few places where one SQL text does not do for both databases.

use std::borrow::Cow;

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use super::Kind;

/// Ends a select whose rows this transaction is about to change. `SQLite` has one writer at a time: nothing to add.
const fn for_update(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "",
        Kind::Postgres => " for update",
    }
}

/// Ends a select that takes rows nobody else is taking.
const fn skip_locked(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "",
        Kind::Postgres => " for update skip locked",
    }
}

/// A select that ends with [`for_update`], ready to be given to `sqlx::query`.
pub fn locking(kind: Kind, select: &'static str) -> SqlStr {
    match kind {
        Kind::Sqlite => select.into_sql_str(),
        Kind::Postgres => AssertSqlSafe(format!("{select}{}", for_update(kind))).into_sql_str(),
    }
}

/// A statement in which `{skip locked}` stands where [`skip_locked`] goes, ready to be given to `sqlx::query`.
pub fn with_skip_locked(kind: Kind, statement: &'static str) -> SqlStr {
    AssertSqlSafe(statement.replace("{skip locked}", skip_locked(kind))).into_sql_str()
}

/// The same statement where those rows are waited for instead: whoever finds nothing then knows that there is nothing.
pub fn waiting_for_locked(kind: Kind, statement: &'static str) -> SqlStr {
    AssertSqlSafe(statement.replace("{skip locked}", for_update(kind))).into_sql_str()
}

/// A statement in which `{each $n}` stands for the elements of the JSON array that is bound to `$n`: a table whose column
/// `value` is the element, of which `->` and `->>` take parts on both databases. Many rows travel as one value that way.
pub fn with_elements(kind: Kind, statement: &'static str) -> SqlStr {
    let mut pieces = statement.split("{each ");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (array, rest) = piece.split_once('}').unwrap_or((piece, ""));
        let (before, after) = match kind {
            Kind::Sqlite => ("json_each(", ")"),
            Kind::Postgres => ("jsonb_array_elements(cast(cast(", " as text) as jsonb))"),
        };
        text.extend([before, array, after, rest]);
    }
    AssertSqlSafe(text).into_sql_str()
}

/// One text of several, for `SQLite`; the parameters of each are numbered on from those before it.
pub(super) fn together(texts: impl Iterator<Item = &'static str>, end: &'static str) -> SqlStr {
    let mut last = 0;
    let shifted = texts.map(|text| {
        let (shifted, most) = shift(text, last);
        last = most;
        shifted + "; "
    });
    AssertSqlSafe(shifted.collect::<String>() + end).into_sql_str()
}

/// `text` whose `$1` follows parameter `before`, and its highest number.
fn shift(text: &str, before: usize) -> (String, usize) {
    let mut pieces = text.split('$');
    let (mut shifted, mut last) = (pieces.next().unwrap_or_default().to_owned(), before);
    for piece in pieces {
        let rest = piece.trim_start_matches(|digit: char| digit.is_ascii_digit());
        let number = before + piece[..piece.len() - rest.len()].parse().unwrap_or(0);
        last = last.max(number);
        shifted.push('$');
        shifted.push_str(&number.to_string());
        shifted.push_str(rest);
    }
    (shifted, last)
}

/// `text` as both databases keep it: `PostgreSQL` refuses U+0000, which nobody says or types.
pub fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_about_to_change_is_locked_only_where_writers_run_side_by_side() {
        assert_eq!(locking(Kind::Sqlite, "select 1").as_str(), "select 1");
        assert_eq!(locking(Kind::Postgres, "select 1").as_str(), "select 1 for update");
        let select = "select (select 1{skip locked})";
        assert_eq!(with_skip_locked(Kind::Sqlite, select).as_str(), "select (select 1)");
        assert_eq!(with_skip_locked(Kind::Postgres, select).as_str(), "select (select 1 for update skip locked)");
        assert_eq!(waiting_for_locked(Kind::Sqlite, select).as_str(), "select (select 1)");
        assert_eq!(waiting_for_locked(Kind::Postgres, select).as_str(), "select (select 1 for update)");
    }

    #[test]
    fn the_elements_of_an_array_are_a_table_in_the_words_of_each() {
        let insert = "insert into a select j.value->>0, $1 from {each $2} j where true";
        let sqlite = "insert into a select j.value->>0, $1 from json_each($2) j where true";
        assert_eq!(with_elements(Kind::Sqlite, insert).as_str(), sqlite);
        let postgres = "insert into a select j.value->>0, $1 from jsonb_array_elements(cast(cast($2 as text) as jsonb)) j \
                        where true";
        assert_eq!(with_elements(Kind::Postgres, insert).as_str(), postgres);
        assert_eq!(with_elements(Kind::Sqlite, "select 1").as_str(), "select 1");
    }

    #[test]
    fn text_loses_its_nul_characters_and_nothing_else() {
        assert_eq!(storable("bon\0jour\u{1f600}é"), "bonjour\u{1f600}é");
        assert!(matches!(storable("bonjour"), Cow::Borrowed(_)));
    }

    #[test]
    fn parameters_of_each_statement_follow_those_of_the_one_before() {
        let texts = ["update a set b = $2 where c = $1", "delete from d", "insert into e values ($1, $2)"];
        assert_eq!(
            together(texts.into_iter(), "commit").as_str(),
            "update a set b = $2 where c = $1; delete from d; insert into e values ($3, $4); commit"
        );
        assert_eq!(together([].into_iter(), "commit").as_str(), "commit");
    }
}
