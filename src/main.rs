//! The one binary of the service.

use std::process::ExitCode;

fn main() -> ExitCode {
    ligne_solidaire::cli::main()
}
