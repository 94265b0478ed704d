//! A line is one toll-free number of one town: hours, territory, numbers, words.

pub mod half_day;
pub mod hours;
pub mod promise;
pub mod week;
