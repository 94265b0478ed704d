//! The one binary of the service.

fn main() {}
