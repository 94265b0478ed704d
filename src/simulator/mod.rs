//! A phone in the terminal and in the browser, and the in-process provider behind it.
