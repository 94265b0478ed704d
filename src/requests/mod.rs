//! Help requests, callers and beneficiaries, categories and states.
