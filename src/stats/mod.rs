//! What the desk counts (F-51, F-52): figures of a line over a period, and how many people its calls ask for.
//!
//! One table, [`figures::FIGURES`], has each figure with the sentence that says what it counts and the rule that computes
//! it; the screen, the export and the printed sheet all read it. Read-only, for whoever has the line. Nothing here ranks
//! agents, and nothing by district that leaves the building says a number below five (F-73).

pub mod erlang;
pub mod figures;
pub mod map;
pub mod period;
pub mod report;
pub mod sheet;
pub mod small;
pub mod store;
pub mod workload;
