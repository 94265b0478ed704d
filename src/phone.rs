//! Telephone numbers and caller ids.
