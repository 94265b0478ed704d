//! Places: where an address, a street, a postal code or a sub-district is, and how surely.
//!
//! [`import`](import::import) reads the national address file (BAN) and its file of localities;
//! [`divide`](divide::divide) keeps the sub-districts of a line, from a map or a list. The rows say which point something has
//! and within how many metres of it the real one may well be; nothing here asks a service outside, understands words, or
//! knows who lives where.

pub mod ban;
pub mod batch;
pub mod divide;
pub mod flaw;
pub mod import;
pub mod lines;
pub mod map_file;
pub mod middle;
pub mod said;
pub mod store;
pub mod sub_district;

pub use ban::{Kind, Row};
pub use flaw::{Flaw, Refusal, Tally};
pub use middle::Middle;
pub use sub_district::{SubDistrict, sub_district_of};
