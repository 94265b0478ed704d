//! A line is one toll-free number of one town: hours, territory, numbers, words.
