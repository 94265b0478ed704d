//! Words of danger in a text message (F-43, F-58): the only thing that is ever derived from free text. Pure.

use unicode_normalization::UnicodeNormalization;

/// `text` without accents, capitals or punctuation, its words separated by one space.
pub fn folded(text: &str) -> String {
    let plain = text.nfd().filter(|one| !matches!(one, '\u{300}'..='\u{36f}'));
    let spaced: String = plain.map(|one| if one.is_alphanumeric() { one.to_ascii_lowercase() } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether one of the folded `words` stands in `text`, as whole words.
pub fn is_danger(text: &str, words: &[String]) -> bool {
    let text = format!(" {} ", folded(text));
    words.iter().any(|word| !word.is_empty() && text.contains(&format!(" {word} ")))
}

/// The folded words of a list, one a line; lines that begin with `#` are remarks.
pub fn words(list: &str) -> Vec<String> {
    let lines = list.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.map(folded).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danger_is_heard_whatever_the_accents_and_the_punctuation() {
        let words = words("# danger\nplus rien à manger\nau secours\n");
        assert!(is_danger("Je n'ai PLUS RIEN A MANGER!!", &words));
        assert!(is_danger("au  secours", &words));
        assert!(!is_danger("j'ai secouru un chat", &words));
        assert!(!is_danger("", &words));
    }
}
