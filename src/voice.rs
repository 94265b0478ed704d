//! Reads the voice-scripts: those inside the program, or a folder of the town's own.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use rust_embed::RustEmbed;

use crate::app::App;
use crate::calls::switchboard::Voice;
use crate::dialog::{self, About, Files, Guides, Labels, Texts};
use crate::secret::content_hash;
use crate::sms::{command, danger};

/// The voice-scripts as they were when the program was built.
#[derive(RustEmbed)]
#[folder = "voice-scripts"]
struct Embedded;

/// The name with which durations are proven: a longer one must not stop a town's line.
const TOWN: &str = "Montpellier";

/// The words of answers by text.
const REPLIES: &str = "fr/reponses.txt";

/// Every file, by its path relative to the folder of the voice-scripts.
pub type Raw = BTreeMap<String, Vec<u8>>;

/// The files of `folder`, or those inside the program.
pub fn files(folder: Option<&Path>) -> anyhow::Result<Raw> {
    match folder {
        Some(folder) => {
            let mut files = Raw::new();
            gather(folder, folder, &mut files)
                .with_context(|| format!("le dossier des scripts {} ne se lit pas", folder.display()))?;
            if files.is_empty() {
                bail!("le dossier des scripts {} est vide", folder.display());
            }
            Ok(files)
        }
        None => Ok(embedded()),
    }
}

/// The files inside the program.
fn embedded() -> Raw {
    let file = |path: Cow<'static, str>| Some((path.to_string(), Embedded::get(&path)?.data.into_owned()));
    Embedded::iter().filter_map(file).collect()
}

fn gather(root: &Path, folder: &Path, files: &mut Raw) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(root, &path, files)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            files.insert(name.to_string_lossy().replace('\\', "/"), std::fs::read(&path)?);
        }
    }
    Ok(())
}

/// The files that are text.
pub fn texts(files: &Raw) -> Files {
    let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
    let is_text = |path: &str| [".xml", ".ftl", ".txt"].iter().any(|end| path.ends_with(end));
    files.iter().filter(|(path, _)| is_text(path)).map(|(path, bytes)| (path.clone(), text(bytes))).collect()
}

/// The scripts ready to run. Scripts that break one of their promises stop the start, with file, line and what to mend.
pub fn load(folder: Option<&Path>) -> anyhow::Result<Voice> {
    let raw = files(folder)?;
    checked(&raw).map_err(|problems| anyhow!("les scripts sont à corriger :\n{}", problems.join("\n")))
}

/// Reads the scripts again and puts them in force, here. Those that break a promise leave the last good ones in force;
/// what to mend is returned.
pub async fn reload(app: &App) -> Result<(), Vec<String>> {
    let folder = app.scripts.folder.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let raw = files(folder.as_deref()).map_err(|cause| vec![cause.to_string()])?;
        checked(&raw)
    });
    let voice = reading.await.map_err(|_| vec!["la lecture des scripts a été interrompue".to_owned()])??;
    app.board.voice.store(Arc::new(voice));
    Ok(())
}

/// The scripts of these files, or what is to be mended in them, with file and line.
fn checked(raw: &Raw) -> Result<Voice, Vec<String>> {
    let files = texts(raw);
    let (scripts, report) = dialog::read(&files, &About { town: TOWN, two_way_sms: false });
    if !report.problems.is_empty() {
        return Err(report.problems.iter().map(ToString::to_string).collect());
    }
    let (words, _) = Texts::read(&files);
    let (labels, _) = Labels::read(&files);
    let guides = Guides::read(&files);
    let danger = files.get("fr/danger.txt").map(|list| danger::words(list)).unwrap_or_default();
    // A folder of a town's own from before this list still hears STOP.
    let replies = files.get(REPLIES).cloned().or_else(|| texts(&embedded()).remove(REPLIES)).unwrap_or_default();
    let replies = command::Words::read(&replies).map_err(|wrong| vec![format!("{REPLIES} : {wrong}")])?;
    let (audio, audio_files) = recordings(raw);
    Ok(Voice { scripts, audio, audio_files, texts: words, labels, guides, danger, replies })
}

/// The recordings of prompts: `<lang>/audio/<prompt>.wav` is served as `<lang>/<prompt>-<hash>.wav`, because providers
/// keep a copy of what they fetched under an address.
fn recordings(raw: &Raw) -> (HashMap<String, String>, HashMap<String, Vec<u8>>) {
    let (mut names, mut contents) = (HashMap::new(), HashMap::new());
    for (path, bytes) in raw {
        let Some((lang, file)) = path.split_once("/audio/") else { continue };
        let Some((prompt, kind @ ("wav" | "mp3"))) = file.rsplit_once('.') else { continue };
        let public = format!("{lang}/{prompt}-{}.{kind}", content_hash(bytes));
        names.insert(format!("{lang}/{prompt}"), public.clone());
        contents.insert(public, bytes.clone());
    }
    (names, contents)
}
