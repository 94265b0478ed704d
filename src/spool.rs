//! The encrypted notebook kept beside the database for the minutes when it does not answer.
