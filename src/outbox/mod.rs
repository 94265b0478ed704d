//! What must leave the building: a row per thing, written in the transaction of its cause.
