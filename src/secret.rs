//! Keys, sealed columns and blind indexes.
