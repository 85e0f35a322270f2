//! `staffroom emoji`

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use service::custom_emojis::{self, NewEmoji, is_shortcode};
use service::{App, Error};
use zip::ZipArchive;

use crate::cli::Emoji;
use crate::commands::say;
use crate::config::Config;
use crate::parts::for_command;

/// Files of a pack.
const FILES: usize = 5_000;
/// Bytes of the list of a pack.
const LIST: u64 = 1_024 * 1_024;
/// Kinds of files that may be emoji; whether they are, their content says.
const KINDS: [&str; 3] = ["png", "gif", "webp"];

pub async fn run(config: Config, command: Emoji) -> anyhow::Result<()> {
    let app = for_command(&config).await?;
    match command {
        Emoji::Add {
            name,
            file,
            category,
            hidden,
            replace,
        } => {
            let mut opened = File::open(&file).with_context(|| file.display().to_string())?;
            let new = NewEmoji {
                picture: read(&app, &mut opened)?.into(),
                shortcode: name,
                category,
                visible_in_picker: !hidden,
                replace,
            };
            let made = custom_emojis::add(&app, new).await?;
            say(&format!(":{}: can be used.", made.shortcode));
        }
        Emoji::List => {
            for row in custom_emojis::all(&app).await? {
                let hidden = if row.visible_in_picker { "-" } else { "hidden" };
                let category = row.category.as_deref().unwrap_or("-");
                let address = app.addresses().media(&row.file);
                say(&format!(
                    "{}\t{category}\t{hidden}\t{address}",
                    row.shortcode
                ));
            }
        }
        Emoji::Remove { name } => {
            let removed = custom_emojis::remove(&app, &name).await;
            removed.with_context(|| format!("no emoji is called {name}"))?;
            say(&format!(":{name}: is removed."));
        }
        Emoji::Import {
            pack,
            category,
            prefix,
            hidden,
            replace,
        } => {
            let wanted = Wanted {
                category,
                prefix: prefix.unwrap_or_default(),
                hidden,
                replace,
            };
            import(&app, &pack, &wanted).await?;
        }
    }
    Ok(())
}

/// How a pack is taken in.
struct Wanted {
    category: Option<String>,
    prefix: String,
    hidden: bool,
    replace: bool,
}

/// What a pack may say of its files: Pleroma's `pack.json`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Listed {
    files: BTreeMap<String, String>,
}

/// A folder or an archive, of which one file after the other is read.
enum Pack<'a> {
    Folder(&'a Path),
    Archive(Box<ZipArchive<File>>),
}

impl Pack<'_> {
    /// The paths of its files, in order.
    fn paths(&self) -> anyhow::Result<Vec<String>> {
        let mut paths: Vec<String> = match self {
            Self::Folder(folder) => std::fs::read_dir(folder)?
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .filter(|name| folder.join(name).is_file())
                .take(FILES)
                .collect(),
            Self::Archive(archive) => {
                let names = archive.file_names().take(FILES);
                names.map(str::to_owned).collect()
            }
        };
        paths.sort_unstable();
        Ok(paths)
    }

    /// At most `most` bytes of a file.
    fn read(&mut self, path: &str, most: u64) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self {
            Self::Folder(folder) => File::open(folder.join(path))?
                .take(most)
                .read_to_end(&mut bytes)?,
            Self::Archive(archive) => archive.by_name(path)?.take(most).read_to_end(&mut bytes)?,
        };
        Ok(bytes)
    }
}

/// One byte more than may be, so that what is too large is seen to be.
fn most(app: &App) -> u64 {
    u64::try_from(app.settings().max_emoji_bytes).unwrap_or(u64::MAX - 1) + 1
}

fn read(app: &App, file: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(most(app)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

async fn import(app: &App, place: &Path, wanted: &Wanted) -> anyhow::Result<()> {
    let mut pack = if place.is_dir() {
        Pack::Folder(place)
    } else {
        let file = File::open(place).with_context(|| place.display().to_string())?;
        let archive = ZipArchive::new(file).with_context(|| place.display().to_string())?;
        Pack::Archive(Box::new(archive))
    };
    let paths = pack.paths()?;
    let listed = match paths.iter().find(|path| name(path) == "pack.json") {
        Some(path) => serde_json::from_slice(&pack.read(path, LIST)?).context("pack.json")?,
        None => Listed::default(),
    };
    let (mut added, mut left) = (0, 0);
    for path in paths {
        let Some(shortcode) = shortcode(&path, &listed, &wanted.prefix) else {
            continue;
        };
        let picture = match pack.read(&path, most(app)) {
            Ok(picture) => picture,
            Err(error) => {
                left += 1;
                say(&format!("{path}\t:{shortcode}:\t{error}"));
                continue;
            }
        };
        let new = NewEmoji {
            picture: picture.into(),
            shortcode: shortcode.clone(),
            category: wanted.category.clone(),
            visible_in_picker: !wanted.hidden,
            replace: wanted.replace,
        };
        match custom_emojis::add(app, new).await {
            Ok(_) => added += 1,
            Err(error @ (Error::Invalid(_) | Error::Conflict(_) | Error::TooLarge)) => {
                left += 1;
                say(&format!("{path}\t:{shortcode}:\t{error}"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    say(&format!("{added} added, {left} left out."));
    Ok(())
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What a file of a pack is called: as its list says, or by its own name. None of what is no picture.
fn shortcode(path: &str, listed: &Listed, prefix: &str) -> Option<String> {
    let file = name(path);
    let is_said = |(_, said): &(&String, &String)| name(said) == file;
    let said = listed.files.iter().find(is_said).map(|(code, _)| code);
    let (stem, kind) = file.rsplit_once('.')?;
    let is_picture = KINDS.contains(&kind.to_ascii_lowercase().as_str());
    if !is_picture || file.starts_with('.') || path.starts_with("__MACOSX/") {
        return None;
    }
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() {
            letter
        } else {
            '_'
        }
    };
    let stem = said.map_or(stem, String::as_str);
    let code = format!("{prefix}{}", stem.chars().map(plain).collect::<String>());
    // A name of one letter is none.
    Some(if is_shortcode(&code) || code.len() > 1 {
        code
    } else {
        format!("{code}_")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_called_as_the_list_says_or_by_their_own_names() {
        let listed = Listed {
            files: BTreeMap::from([("blob_cat".to_owned(), "img/cat-01.png".to_owned())]),
        };
        for (path, expected) in [
            ("cats/cat-01.png", Some("p_blob_cat")),
            ("dog face.GIF", Some("p_dog_face")),
            ("a.webp", Some("p_a")),
            ("readme.txt", None),
            (".hidden.png", None),
            ("__MACOSX/._cat.png", None),
            ("noextension", None),
        ] {
            assert_eq!(
                shortcode(path, &listed, "p_").as_deref(),
                expected,
                "{path}"
            );
        }
        assert_eq!(shortcode("a.png", &listed, "").as_deref(), Some("a_"));
    }
}
