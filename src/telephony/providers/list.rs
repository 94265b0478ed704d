//! A page of the provider's list of text messages: what is read of it.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use serde_json::Value;

/// One message of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) sid: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) body: String,
    /// Whether it came to us.
    pub(super) inbound: bool,
    pub(super) segments: Option<u32>,
    /// When the provider took it.
    pub(super) at: Timestamp,
}

/// A page, and the address of the next one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    pub(super) next: Option<String>,
}

/// The day from which the provider is asked: it compares days of Greenwich only.
pub(super) fn day(since: Timestamp) -> String {
    TimeZone::UTC.to_datetime(since).date().to_string()
}

/// A page; none where this is not one. A message that does not read is left out: it is not one of ours.
pub(super) fn page(bytes: &[u8]) -> Option<Page> {
    let page: Value = serde_json::from_slice(bytes).ok()?;
    let rows = page["messages"].as_array()?.iter().filter_map(row).collect();
    let next = page["next_page_uri"].as_str().filter(|uri| !uri.is_empty()).map(str::to_owned);
    Some(Page { rows, next })
}

fn row(message: &Value) -> Option<Row> {
    let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    let sid = text("sid");
    let sound = (1..=128).contains(&sid.len()) && sid.bytes().all(|byte| byte.is_ascii_graphic());
    let at = ["date_created", "date_sent"].iter().find_map(|name| instant(message[*name].as_str()?));
    Some(Row {
        sid: sound.then_some(sid)?,
        from: text("from"),
        to: text("to"),
        body: text("body"),
        inbound: text("direction") == "inbound",
        segments: message["num_segments"].as_str().and_then(|count| count.parse().ok()),
        at: at?,
    })
}

/// RFC 2822 at the provider, ISO 8601 at those who copy it.
fn instant(text: &str) -> Option<Timestamp> {
    rfc2822::parse(text).map(|zoned| zoned.timestamp()).ok().or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_and_what_is_no_message_is_left_out() {
        let bytes = br#"{"messages": [
            {"sid": "SM1", "from": "+33639980001", "to": "38123", "body": "OUI 42", "direction": "inbound",
             "num_segments": "1", "date_created": "Tue, 14 Apr 2026 08:00:00 +0000"},
            {"sid": "SM2", "body": null, "direction": "outbound-api", "date_created": "2026-04-14T08:00:00Z"},
            {"sid": "", "date_created": "2026-04-14T08:00:00Z"}, {"sid": "SM3"}, 7],
            "next_page_uri": "/2010-04-01/Accounts/AC1/Messages.json?Page=1"}"#;
        let page = page(bytes).unwrap();
        let seen: Vec<_> = page.rows.iter().map(|row| (row.sid.as_str(), row.inbound, row.body.as_str())).collect();
        assert_eq!(seen, [("SM1", true, "OUI 42"), ("SM2", false, "")]);
        assert!(page.rows.iter().all(|row| row.at == "2026-04-14T08:00:00Z".parse().unwrap()));
        assert!(page.next.unwrap().ends_with("Page=1"));
    }

    #[test]
    fn what_is_no_page_is_none() {
        for bytes in [&b""[..], b"<html>", b"{}", br#"{"messages": 7}"#] {
            assert_eq!(page(bytes), None);
        }
        assert!(page(br#"{"messages": [], "next_page_uri": null}"#).is_some_and(|page| page.next.is_none()));
    }

    #[test]
    fn a_day_is_one_of_greenwich() {
        assert_eq!(day("2026-04-14T23:30:00Z".parse().unwrap()), "2026-04-14");
    }
}
