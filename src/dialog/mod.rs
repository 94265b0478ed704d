//! Runs the voice-scripts. Pure: it knows nothing of phones, HTTP or SQL.
