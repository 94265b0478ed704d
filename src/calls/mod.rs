//! One turn of a call: dialog and database in one transaction.
