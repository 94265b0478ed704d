//! What holds for every document that the service gives in any test: it is portable, every `Say` tells its language, and
//! nobody is left in front of a silence.

use ligne_solidaire::simulator::document::{self, Instruction};
use ligne_solidaire::telephony::portable;

/// What is wrong with a document, if anything.
pub(crate) fn check(xml: &str) -> Result<(), String> {
    portable::check(xml)?;
    let program = document::parse(xml).map_err(|error| error.to_string())?;
    let mut heard = false;
    for verb in &program {
        match verb {
            Instruction::Hear(said) if said.audio_url.is_none() && said.lang.is_empty() => {
                return Err("a Say without its language".to_owned());
            }
            Instruction::Hear(_) => heard = true,
            Instruction::Gather(gather) if gather.prompts.is_empty() && !heard => {
                return Err("keys are waited for and nothing was said".to_owned());
            }
            Instruction::Record(_) if !heard => return Err("a message is recorded and nothing was said".to_owned()),
            _ => {}
        }
    }
    Ok(())
}

/// What is wrong with a document for somebody who is on the line: she must hear words before anything else happens.
pub(crate) fn speaks(xml: &str) -> Result<(), String> {
    check(xml)?;
    match document::parse(xml).map_err(|error| error.to_string())?.first() {
        Some(Instruction::Hear(_)) => Ok(()),
        Some(Instruction::Gather(gather)) if !gather.prompts.is_empty() => Ok(()),
        first => Err(format!("nothing is said before {first:?}")),
    }
}
