//! A page as a browser takes it apart: tags, attributes, words. Enough of the rules of HTML to tell text from markup.

/// A piece of a page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    Open(Tag),
    Close(String),
    /// Words between two tags, decoded.
    Text(String),
}

/// An opening tag.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    /// Names and decoded values.
    pub(crate) attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute, empty where it has none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn or_empty(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }
}

/// Elements in which `<` is a letter until they are closed.
const RAW: [&str; 4] = ["textarea", "title", "script", "style"];

/// The pieces of a page.
pub(crate) fn pieces(html: &str) -> Vec<Piece> {
    let (mut pieces, mut rest) = (Vec::new(), html);
    while !rest.is_empty() {
        let (piece, after) = piece(rest);
        rest = after;
        if let Some(Piece::Open(tag)) = &piece
            && RAW.contains(&tag.name.as_str())
        {
            let end = rest.to_ascii_lowercase().find(&format!("</{}", tag.name)).unwrap_or(rest.len());
            let inside = Piece::Text(decoded(&rest[..end]));
            pieces.extend(piece);
            pieces.push(inside);
            rest = &rest[end..];
        } else {
            pieces.extend(piece);
        }
    }
    pieces
}

fn piece(html: &str) -> (Option<Piece>, &str) {
    let letter = |text: &str| text.starts_with(|first: char| first.is_ascii_alphabetic());
    match html.strip_prefix('<') {
        Some(tag) if letter(tag) => {
            let (tag, rest) = open(tag);
            (Some(Piece::Open(tag)), rest)
        }
        Some(tag) if tag.strip_prefix('/').is_some_and(letter) => {
            let (name, rest) = tag[1..].split_once('>').unwrap_or((&tag[1..], ""));
            (Some(Piece::Close(name.trim().to_ascii_lowercase())), rest)
        }
        Some(comment) if comment.starts_with('!') => {
            let end = if comment.starts_with("!--") { "-->" } else { ">" };
            (None, comment.split_once(end).map_or("", |(_, rest)| rest))
        }
        _ => {
            let end = html.char_indices().skip(1).find(|(_, one)| *one == '<').map_or(html.len(), |(at, _)| at);
            (Some(Piece::Text(decoded(&html[..end]))), &html[end..])
        }
    }
}

fn open(text: &str) -> (Tag, &str) {
    let blank = |one: char| one.is_ascii_whitespace() || one == '/';
    let name_ends = |one: char| one.is_ascii_whitespace() || matches!(one, '/' | '>' | '=');
    let cut = |text: &str, end: fn(char) -> bool| text.find(end).unwrap_or(text.len());
    let (name, mut rest) = text.split_at(cut(text, |one| one.is_ascii_whitespace() || matches!(one, '/' | '>')));
    let mut tag = Tag { name: name.to_ascii_lowercase(), attributes: Vec::new() };
    loop {
        rest = rest.trim_start_matches(blank);
        if rest.is_empty() || rest.starts_with('>') {
            return (tag, rest.strip_prefix('>').unwrap_or_default());
        }
        // A name may begin with « = »: that one is part of it.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let (name, after) = rest.split_at(first + cut(&rest[first..], name_ends));
        let (value, after) = match after.trim_start().strip_prefix('=') {
            Some(value) => value_of(value.trim_start()),
            None => ("", after),
        };
        tag.attributes.push((name.to_ascii_lowercase(), decoded(value)));
        rest = after;
    }
}

fn value_of(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside.split_once(quote).unwrap_or((inside, ""));
        }
    }
    text.split_at(text.find(|one: char| one.is_ascii_whitespace() || one == '>').unwrap_or(text.len()))
}

/// The text that character references stand for.
fn decoded(text: &str) -> String {
    let mut pieces = text.split('&');
    let mut decoded = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        if let Some((one, rest)) = piece.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest))) {
            decoded.push(one);
            decoded.push_str(rest);
        } else {
            decoded.push('&');
            decoded.push_str(piece);
        }
    }
    decoded
}

fn character(name: &str) -> Option<char> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match name.strip_prefix('#') {
        Some(digits) if digits.starts_with(['x', 'X']) => number(&digits[1..], 16),
        Some(digits) => number(digits, 10),
        None => {
            let named = [("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"'), ("apos", '\''), ("nbsp", '\u{a0}')];
            named.into_iter().find(|(known, _)| *known == name).map(|(_, one)| one)
        }
    }
}

/// A form of a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) posts: bool,
    pub(crate) fields: Vec<Field>,
}

/// A field of a form, with what a browser would send of it if nobody touched it.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// `text`, `hidden`, `textarea`, `select`, `checkbox`…
    pub(crate) kind: String,
    pub(crate) value: String,
    /// Boxes that are not ticked are not sent.
    pub(crate) sent: bool,
}

impl Field {
    /// Whether a person types into it.
    pub(crate) fn is_typed(&self) -> bool {
        !["hidden", "select", "checkbox", "radio", "password", "image", "submit"].contains(&self.kind.as_str())
    }
}

/// The forms of a page. Of a list the first option that means something is chosen, of radio buttons the first, as a person
/// who is asked to choose would.
pub(crate) fn forms(html: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut inside = false;
    let mut chosen = false;
    let mut pieces = pieces(html).into_iter().peekable();
    while let Some(piece) = pieces.next() {
        let tag = match piece {
            Piece::Open(tag) => tag,
            Piece::Close(name) => {
                inside &= name != "form";
                continue;
            }
            Piece::Text(_) => continue,
        };
        if tag.name == "form" {
            let posts = tag.get("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
            forms.push(Form { action: tag.or_empty("action"), posts, fields: Vec::new() });
            inside = true;
        }
        let Some(form) = forms.last_mut().filter(|_| inside) else { continue };
        let mut field =
            Field { name: tag.or_empty("name"), kind: tag.name.clone(), value: tag.or_empty("value"), sent: true };
        match tag.name.as_str() {
            "textarea" => {
                if let Some(Piece::Text(text)) = pieces.peek() {
                    field.value = text.strip_prefix('\n').unwrap_or(text).to_owned();
                }
            }
            "select" => chosen = false,
            "option" => {
                let list = form.fields.last_mut().filter(|list| list.kind == "select");
                if let Some(list) = list
                    && !chosen
                    && (tag.get("selected").is_some() || list.value.is_empty())
                {
                    chosen = tag.get("selected").is_some();
                    list.value = field.value;
                }
                continue;
            }
            "input" => {
                field.kind = tag.get("type").unwrap_or("text").to_owned();
                let among = |other: &Field| other.kind == "radio" && other.name == field.name;
                match field.kind.as_str() {
                    "checkbox" => field.sent = tag.get("checked").is_some(),
                    "radio" if form.fields.iter().any(among) => continue,
                    "image" => continue,
                    // A code serves once: showing it again would help nobody.
                    _ if tag.get("autocomplete") == Some("one-time-code") => field.kind = "password".to_owned(),
                    _ => {}
                }
            }
            _ => continue,
        }
        if !field.name.is_empty() {
            form.fields.push(field);
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_taken_apart_as_a_browser_does() {
        let page = r#"<!doctype html><!-- <b> --><p class="a &lt;" x='"'y=z>1 < 2 &amp;#39; &#60;b&#62;</p><textarea name=t>
<b></textarea><img/src=x onerror=go()><title></b></title>"#;
        let tags: Vec<_> = pieces(page)
            .into_iter()
            .filter_map(|piece| if let Piece::Open(tag) = piece { Some(tag) } else { None })
            .collect();
        let names: Vec<_> = tags.iter().map(|tag| tag.name.as_str()).collect();
        assert_eq!(names, ["p", "textarea", "img", "title"]);
        assert_eq!((tags[0].get("class"), tags[0].get("x"), tags[0].get("y")), (Some("a <"), Some("\""), Some("z")));
        assert_eq!((tags[2].get("src"), tags[2].get("onerror")), (Some("x"), Some("go()")));
        let words: String = pieces(page)
            .into_iter()
            .filter_map(|piece| if let Piece::Text(text) = piece { Some(text) } else { None })
            .collect();
        assert_eq!(words, "1 < 2 &#39; <b>\n<b></b>");
    }

    #[test]
    fn a_form_sends_what_nobody_touched() {
        let page = r#"<form method="post" action="/a"><input type=hidden name=h value=1><input name=t value="x&#34;">
<select name=s><option value="">Choisir<option value=a><option value=b selected><option value=c></select>
<input type=radio name=r value=1><input type=radio name=r value=2 checked><input type=checkbox name=c value=1>
<textarea name=n>
&#60;b&#62;</textarea><button>go</button></form><input name=outside><form action="/q"><select name=s><option value=""><option value=a></select></form>"#;
        let forms = forms(page);
        let told = |form: &Form| {
            let told =
                form.fields.iter().map(|field| format!("{}:{}={}{}", field.kind, field.name, field.value, field.sent));
            told.collect::<Vec<_>>()
        };
        assert_eq!(
            told(&forms[0]),
            [
                "hidden:h=1true",
                "text:t=x\"true",
                "select:s=btrue",
                "radio:r=1true",
                "checkbox:c=1false",
                "textarea:n=<b>true"
            ]
        );
        assert_eq!((forms[0].posts, forms[1].posts, told(&forms[1])), (true, false, vec!["select:s=atrue".to_owned()]));
    }
}
