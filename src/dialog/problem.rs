//! What is wrong in a voice-script, said to whoever writes scripts and not to a programmer.

use std::fmt;

/// One fault: where it stands, and a French sentence that says what to mend.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, relative to the folder of the voice-scripts.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and how to mend it, in French.
    pub sentence: String,
}

impl Problem {
    /// A fault at `file`, `line`.
    pub fn new(file: &str, line: usize, sentence: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, sentence: sentence.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}, ligne {} : {}", self.file, self.line, self.sentence)
    }
}
