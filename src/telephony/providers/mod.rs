//! The adapters, one file per dialect of the REST interface.
