//! The settings in force, ready to print, without secrets.

use crate::config::reader::shown;
use crate::config::{Config, ConfiguredLine};
use crate::phone::PhoneNumber;

/// One line a setting, under the name it has in the file.
pub(super) fn lines_of(config: &Config) -> Vec<String> {
    let said = |there: bool| if there { "(donné, non affiché)" } else { "(aucun)" };
    let scripts =
        config.voice_scripts.as_ref().map_or("(dans le programme)".to_owned(), |dir| dir.display().to_string());
    let logo = config.console.logo.as_ref().map_or("(le nôtre)".to_owned(), |logo| logo.display().to_string());
    let mut lines = vec![
        format!("server.listen = {}", config.server.listen),
        format!("server.public_url = {}", config.server.public_url),
        format!("database.url = {}", config.database.shown()),
    ];
    match &config.provider {
        None => lines.push("provider = (aucun : la ligne ne répond à aucun opérateur)".to_owned()),
        Some(provider) => lines.extend([
            format!("provider.family = {}", provider.family),
            format!("provider.account = {}", provider.account),
            format!("provider.token = {}", said(true)),
            format!("provider.token_previous = {}", said(provider.token_previous.is_some())),
            format!("provider.api = {}", provider.api),
            format!("provider.connect_timeout = {}", shown(provider.connect_timeout)),
            format!("provider.timeout = {}", shown(provider.timeout)),
        ]),
    }
    lines.extend([
        format!("storage.data_dir = {}", config.storage.data_dir.display()),
        format!("storage.key_file = {}", config.storage.key_file.display()),
        format!("voice_scripts.dir = {scripts}"),
        format!("console.name = {}", config.console.name),
        format!("console.colour = {}", config.console.colour.written()),
        format!("console.logo = {logo}"),
        format!("promise.default = {}", shown(config.promise_default)),
        format!("outbox.delays = {}", joined(config.outbox_delays.iter().map(|delay| shown(*delay)))),
    ]);
    lines.extend(super::limits::lines_of(&config.limits));
    lines.extend(config.lines.iter().flat_map(lines_of_line));
    lines
}

fn lines_of_line(line: &ConfiguredLine) -> Vec<String> {
    let (number, ours) = (line.number.pairs().join(" "), &line.settings);
    let numbers = |numbers: &[PhoneNumber]| joined(numbers.iter().map(|number| number.pairs().join(" ")));
    let persons = |numbers: &[PhoneNumber]| joined(numbers.iter().map(PhoneNumber::masked));
    let one = |number: &Option<PhoneNumber>| numbers(number.as_slice());
    let sms = ours.callers.sms.as_ref().map(|sender| sender.as_provider_writes().to_owned());
    let zone = ours.hours.zone().iana_name().unwrap_or_default();
    let settings = [
        format!("town = {}", ours.town),
        format!("also = {}", numbers(&ours.also)),
        format!("hours = {}", ours.hours.french()),
        format!("timezone = {zone}"),
        format!("closed_days = {}", joined(ours.hours.closed_days().iter().map(ToString::to_string))),
        format!("postal_codes = {}", joined(ours.postal_codes.iter().cloned())),
        format!("desk = {}", persons(&ours.desk)),
        format!("on_call = {}", persons(&ours.on_call)),
        format!("switchboard = {}", one(&ours.switchboard)),
        format!("human_callback = {}", one(&ours.callers.human_callback)),
        format!("automated_voice = {}", one(&ours.callers.automated_voice)),
        format!("sms = {}", joined(sms.into_iter())),
        format!("crowded = {}", ours.crowded),
        format!(
            "closing_message = {}",
            joined(Some(&ours.closing_message).filter(|text| !text.is_empty()).cloned().into_iter())
        ),
        format!("wait_max = {}", shown(ours.wait_max)),
        format!("voices = {}", joined(ours.voices.iter().map(|(lang, voice)| format!("{lang} {voice}")))),
        format!("ssml = {}", ours.ssml),
        format!("recordings_kept_days = {}", ours.recordings_kept_days),
    ];
    let districts = ours.districts.iter().map(|district| {
        let point = district.point.map(|(lat, lon)| format!(" ({lat}, {lon})")).unwrap_or_default();
        format!("district {} = {}{point}", district.name, joined(district.postal_codes.iter().cloned()))
    });
    settings.into_iter().chain(districts).map(|setting| format!("line {number} {setting}")).collect()
}

fn joined(values: impl Iterator<Item = String>) -> String {
    let values: Vec<String> = values.collect();
    if values.is_empty() { "(aucun)".to_owned() } else { values.join(", ") }
}
