//! Reads the sources of the house as tokens (so that comments and strings say nothing) and finds what they import.
//!
//! A path counts wherever it stands: in a `use`, in a signature, inside a macro. It is followed to the file it leads to,
//! through the re-exports of a `mod.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One file of `src/`, without what is compiled for tests only.
pub(super) struct Source {
    /// The whole text.
    pub(super) text: String,
    /// Every identifier.
    pub(super) words: BTreeSet<String>,
    /// Whether it is the `mod.rs` of a room, whose own files it lists.
    index: bool,
    /// Paths as written, one for each branch of a `use` tree: `["crate", "lines", "hours", "Hours"]`.
    paths: Vec<Vec<String>>,
}

/// A path of one file that leads to another.
pub(super) struct Import {
    /// The file that imports, like `calls/turn`.
    pub(super) from: String,
    /// Whether that file is a `mod.rs`.
    pub(super) from_index: bool,
    /// The file imported.
    pub(super) to: String,
    /// The path as written.
    pub(super) written: String,
}

impl Source {
    /// Reads one file; `file` is its path without `.rs`, and without `/mod` for the index of a room.
    pub(super) fn parse(file: &str, text: &str) -> Self {
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("src/{file} does not read: {error}"));
        let tokens = without_tests(tokens);
        let (mut words, mut paths) = (BTreeSet::new(), Vec::new());
        collect(&tokens, &mut words, &mut paths);
        Self { text: text.to_owned(), words, index: !file.contains('/'), paths }
    }

    /// How long the file is before its tests.
    pub(super) fn lines_without_tests(&self) -> usize {
        self.text_without_tests().lines().count()
    }

    pub(super) fn text_without_tests(&self) -> &str {
        self.text.split_once("\n#[cfg(test)]").map_or(self.text.as_str(), |(before, _)| before)
    }
}

/// Every source file under `src`, by its path without `.rs` and `/mod`; files of tests are left out.
pub(super) fn read(src: &Path) -> BTreeMap<String, Source> {
    let mut house = BTreeMap::new();
    let mut folders = vec![src.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(src).unwrap().with_extension("");
            let relative = relative.to_str().unwrap().replace('\\', "/");
            let is_test = relative.split('/').any(|part| part == "tests");
            if path.extension().is_none_or(|kind| kind != "rs") || is_test {
                continue;
            }
            let (file, index) = relative.strip_suffix("/mod").map_or((relative.as_str(), false), |room| (room, true));
            let source = Source::parse(file, &std::fs::read_to_string(&path).unwrap());
            house.insert(file.to_owned(), Source { index, ..source });
        }
    }
    house
}

/// The imports of one file, each with the file it leads to.
pub(super) fn of(file: &str, source: &Source, house: &BTreeMap<String, Source>) -> Vec<Import> {
    let mut found = Vec::new();
    for path in &source.paths {
        let Some(target) = absolute(file, source, path, house) else { continue };
        let to = follow(&target, house, 0);
        if to != file && !to.is_empty() {
            found.push(Import { from: file.to_owned(), from_index: source.index, to, written: path.join("::") });
        }
    }
    found
}

/// A path from the root of the crate; none when it leads outside.
fn absolute(file: &str, source: &Source, path: &[String], house: &BTreeMap<String, Source>) -> Option<Vec<String>> {
    let own: Vec<String> = file.split('/').map(str::to_owned).collect();
    let (head, rest) = path.split_first()?;
    match head.as_str() {
        "crate" | "ligne_solidaire" => Some(rest.to_vec()),
        "self" => Some([own.as_slice(), rest].concat()),
        "super" => {
            let parent = &own[..own.len() - 1];
            let ups = rest.iter().take_while(|part| *part == "super").count();
            Some([&parent[..parent.len().checked_sub(ups)?], &rest[ups..]].concat())
        }
        child => {
            let is_own = source.index && house.contains_key(&format!("{file}/{child}"));
            is_own.then(|| [own.as_slice(), path].concat())
        }
    }
}

/// The file a path from the root leads to: the deepest one on its way, then through its re-exports.
fn follow(target: &[String], house: &BTreeMap<String, Source>, depth: usize) -> String {
    let deepest = (1..=target.len()).rev().find(|count| house.contains_key(&target[..*count].join("/")));
    let Some(count) = deepest else { return String::new() };
    let file = target[..count].join("/");
    let source = &house[&file];
    let Some(name) = target.get(count).filter(|_| source.index && depth < 8) else { return file };
    let ends_in_name = |path: &&Vec<String>| path.last() == Some(name);
    let exported = source.paths.iter().filter(ends_in_name).filter_map(|path| absolute(&file, source, path, house));
    let beyond = exported.map(|path| follow(&path, house, depth + 1)).find(|to| *to != file && !to.is_empty());
    beyond.unwrap_or(file)
}

/// The tokens without items marked `#[cfg(test)]`.
fn without_tests(tokens: TokenStream) -> Vec<TokenTree> {
    let mut tokens = tokens.into_iter().peekable();
    let mut kept = Vec::new();
    while let Some(token) = tokens.next() {
        let hash = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
        if !hash || tokens.peek().is_none_or(|next| next.to_string().replace(' ', "") != "[cfg(test)]") {
            kept.push(token);
            continue;
        }
        // The item ends with its block or its semicolon.
        for skipped in tokens.by_ref() {
            let ends = match &skipped {
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                TokenTree::Punct(punct) => punct.as_char() == ';',
                _ => false,
            };
            if ends {
                break;
            }
        }
    }
    kept
}

/// Every identifier and every path of `tokens`, blocks included.
fn collect(tokens: &[TokenTree], words: &mut BTreeSet<String>, paths: &mut Vec<Vec<String>>) {
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(word) => {
                words.insert(word.to_string());
                let begins = at == 0 || !is_colon(&tokens[at - 1]);
                if begins {
                    path_from(tokens, at, &[], paths);
                }
            }
            TokenTree::Group(group) => collect(&without_tests(group.stream()), words, paths),
            _ => {}
        }
        at += 1;
    }
}

/// Follows `a::b::{c, d::e}` from one identifier on, and keeps each branch.
fn path_from(tokens: &[TokenTree], mut at: usize, before: &[String], paths: &mut Vec<Vec<String>>) {
    let mut path = before.to_vec();
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(word)) => path.push(word.to_string()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for branch in inner.split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')) {
                    path_from(branch, 0, &path, paths);
                }
                return;
            }
            _ => break,
        }
        if !(tokens.get(at + 1).is_some_and(is_colon) && tokens.get(at + 2).is_some_and(is_colon)) {
            break;
        }
        at += 3;
    }
    if path.len() > 1 {
        paths.push(path);
    }
}

fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':')
}
