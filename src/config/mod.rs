//! What the town decides, read once at start: one struct a section, each validating itself.
