//! `staffroom emoji`

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use serde::Deserialize;
use service::custom_emojis::{self, NewEmoji, is_shortcode};
use service::zipped::{self, Refusal, Zip};
use service::{App, Error};

use crate::cli::Emoji;
use crate::commands::say;
use crate::config::Config;
use crate::parts::for_command;

/// Files of a pack, bytes of their names in an archive, and bytes that are read of all of them.
const FILES: usize = 5_000;
const NAMES: u64 = 4 * 1_024 * 1_024;
const BYTES: u64 = 256 * 1_024 * 1_024;
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
struct Pack<'a> {
    files: Files<'a>,
    /// Bytes that may still be read.
    left: u64,
}

enum Files<'a> {
    Folder(&'a Path),
    Archive(Box<Zip>),
}

impl<'a> Pack<'a> {
    fn open(place: &'a Path) -> anyhow::Result<Self> {
        let files = if place.is_dir() {
            Files::Folder(place)
        } else {
            let file = File::open(place)?;
            let most = u64::try_from(FILES).unwrap_or(u64::MAX);
            let opened = zipped::open_with_comment(file, most, NAMES);
            let (archive, _) = opened.map_err(|refusal| match refusal {
                Refusal::TooMany => too_many(),
                Refusal::Damaged(reason) => anyhow!("this is no ZIP file ({reason})"),
            })?;
            Files::Archive(Box::new(archive))
        };
        Ok(Self { files, left: BYTES })
    }

    /// The paths of its files, in order.
    fn paths(&self) -> anyhow::Result<Vec<String>> {
        let mut paths: Vec<String> = match &self.files {
            Files::Folder(folder) => std::fs::read_dir(folder)?
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .filter(|name| folder.join(name).is_file())
                .take(FILES + 1)
                .collect(),
            Files::Archive(archive) => archive.file_names().map(str::to_owned).collect(),
        };
        if paths.len() > FILES {
            return Err(too_many());
        }
        paths.sort_unstable();
        Ok(paths)
    }

    /// At most `most` bytes of a file.
    fn read(&mut self, path: &str, most: u64) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match &mut self.files {
            Files::Folder(folder) => File::open(folder.join(path))?
                .take(most)
                .read_to_end(&mut bytes)?,
            Files::Archive(archive) => archive.by_name(path)?.take(most).read_to_end(&mut bytes)?,
        };
        let read = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.left = self.left.saturating_sub(read);
        Ok(bytes)
    }
}

fn too_many() -> anyhow::Error {
    anyhow!("there are more than {FILES} files in this pack: please import it in parts")
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
    let here = || place.display().to_string();
    let mut pack = Pack::open(place).with_context(here)?;
    let paths = pack.paths().with_context(here)?;
    let listed = match paths.iter().find(|path| name(path) == "pack.json") {
        Some(path) => listed(&pack.read(path, LIST + 1)?).context("pack.json")?,
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
        if pack.left == 0 {
            bail!(
                "{}: there are more than {} MiB in this pack: please import it in parts; {added} were added, and none from {path} on",
                here(),
                BYTES / 1_024 / 1_024
            );
        }
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

fn listed(bytes: &[u8]) -> anyhow::Result<Listed> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LIST {
        bail!("it is larger than {} MiB", LIST / 1_024 / 1_024);
    }
    Ok(serde_json::from_slice(bytes)?)
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
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    /// A ZIP file with so many files of four bytes, and a comment.
    fn archive(files: usize) -> tempfile::NamedTempFile {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for number in 0..files {
            let name = format!("{number}.png");
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(b"four").unwrap();
        }
        zip.set_comment("0123456789abcdef");
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let bytes = zip.finish().unwrap().into_inner();
        file.write_all(&bytes).unwrap();
        file
    }

    #[test]
    fn a_pack_has_only_so_many_files_and_bytes() {
        let file = archive(FILES);
        let mut pack = Pack::open(file.path()).unwrap();
        let paths = pack.paths().unwrap();
        assert_eq!(paths.len(), FILES);
        pack.left = 10;
        for (path, left) in paths.iter().zip([6, 2, 0]) {
            assert_eq!(pack.read(path, 100).unwrap(), b"four");
            assert_eq!(pack.left, left);
        }
        let file = archive(FILES + 1);
        let Err(refusal) = Pack::open(file.path()) else {
            panic!("there are too many")
        };
        assert!(refusal.to_string().contains("more than 5000 files"));
        let long = vec![b' '; usize::try_from(LIST).unwrap() + 1];
        let refusal = listed(&long).err().unwrap();
        assert_eq!(refusal.to_string(), "it is larger than 1 MiB");
    }

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
