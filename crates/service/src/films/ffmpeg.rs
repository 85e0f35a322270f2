//! The programs `ffmpeg` and `ffprobe`, which read what strangers made: each run has little time, little memory and no
//! network, is told what it reads, and goes when we stop.
//! <https://ffmpeg.org/ffmpeg.html>

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use super::Format;
use crate::running::{self, Ended};

/// For how long one run may take, on the clock and of a core.
const PATIENCE: Duration = Duration::from_secs(1_200);
const CORE_SECONDS: &str = "1800";
/// Address space of one run, in KiB.
const MEMORY: &str = "3145728";
/// Bytes of one block of memory that a reader or decoder may ask for.
const ONE_BLOCK: &str = "536870912";

/// SIGTERM, and how `ffmpeg` itself ends after it.
const TERMINATED: i32 = 15;
const STOPPED: i32 = 255;
/// What a shell says of a program that it could not start.
const NOT_STARTED: [i32; 2] = [126, 127];

/// Decoders of what phones, cameras and browsers write. Others are not tried, however good their disguise.
const DECODERS: &str = "h264,hevc,mpeg4,h263,vp8,vp9,av1,libdav1d,libaom-av1,theora,mjpeg,png,gif,\
aac,mp3,mp3float,opus,libopus,vorbis,libvorbis,flac,alac,amrnb,amrwb,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s32le,\
pcm_f32le,pcm_alaw,pcm_mulaw";

/// Limits that a shell sets before it becomes the program: of the core's seconds, of memory, of written blocks of 512 bytes.
/// Where the system has no such limit, the others hold.
const LIMITED: &str = "ulimit -c 0; ulimit -t \"$1\"; ulimit -v \"$2\"; ulimit -f \"$3\"; shift 3; exec nice -n 15 \"$@\"";

/// Where the two programs are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ffmpeg {
    ffmpeg: PathBuf,
    ffprobe: PathBuf,
}

/// Why a run came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// It read the file and did not like it.
    #[error("{0}")]
    Refused(String),
    #[error("it took too long")]
    TooLong,
    /// Somebody told it to stop, as systemd does with all that runs in a unit.
    #[error("it was stopped")]
    Stopped,
    /// It could not be run at all.
    #[error("{0}")]
    NotRun(#[from] std::io::Error),
}

impl Ffmpeg {
    /// The programs in the folders in which programs are looked for.
    #[must_use]
    pub fn found() -> Option<Self> {
        let folders = std::env::var_os("PATH")?;
        let of = |name: &str| {
            std::env::split_paths(&folders)
                .map(|folder| folder.join(name))
                .find(|path| path.is_absolute() && path.is_file())
        };
        Some(Self {
            ffmpeg: of("ffmpeg")?,
            ffprobe: of("ffprobe")?,
        })
    }

    /// The program at `path`, with `ffprobe` beside it or where programs are looked for.
    #[must_use]
    pub fn at(path: &Path) -> Option<Self> {
        let beside = path.with_file_name("ffprobe");
        let ffprobe = if beside.is_file() {
            beside
        } else {
            Self::found()?.ffprobe
        };
        path.is_file().then(|| Self {
            ffmpeg: path.to_owned(),
            ffprobe,
        })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.ffmpeg
    }

    /// Its version, if it can do what is asked of it.
    ///
    /// # Errors
    /// A sentence that says what it lacks.
    pub async fn check(&self) -> Result<String, String> {
        let ask = |what: &'static str| async move {
            let said = self.run(&self.ffmpeg, vec!["-hide_banner".into(), what.into()], 0);
            said.await
                .map_err(|error| format!("{} cannot be run: {error}", self.ffmpeg.display()))
        };
        let encoders = ask("-encoders").await?;
        for needed in ["libx264", "aac", "mjpeg"] {
            if !encoders.split_whitespace().any(|word| word == needed) {
                return Err(format!("{} has no encoder {needed}", self.ffmpeg.display()));
            }
        }
        let version = ask("-version").await?;
        let version = version.split_whitespace().nth(2).unwrap_or("of no version");
        Ok(version.to_owned())
    }

    /// What `ffprobe` says of a file, as JSON.
    pub(super) async fn probe(&self, file: &Path, format: Format) -> Result<String, Failure> {
        let mut arguments = reading(file, format);
        arguments.extend(["-show_format", "-show_streams", "-of", "json"].map(OsString::from));
        self.run(&self.ffprobe, arguments, 0).await
    }

    /// Reads a file and writes another, of at most `most` bytes, as the arguments say.
    pub(super) async fn make(
        &self,
        file: &Path,
        format: Format,
        from: Option<f64>,
        how: &[&str],
        to: &Path,
        most: u64,
    ) -> Result<(), Failure> {
        let mut arguments: Vec<OsString> = vec!["-nostdin".into(), "-y".into()];
        if let Some(seconds) = from {
            arguments.push("-ss".into());
            arguments.push(format!("{seconds:.3}").into());
        }
        arguments.extend(reading(file, format));
        // Nothing that the file says of itself is kept: not where it was taken, nor by whom.
        let forget = [
            "-map_metadata",
            "-1",
            "-map_chapters",
            "-1",
            "-fflags",
            "+bitexact",
            "-flags:v",
            "+bitexact",
            "-flags:a",
            "+bitexact",
            "-threads",
            "2",
        ];
        arguments.extend(forget.iter().chain(how).map(OsString::from));
        arguments.push(local(to));
        self.run(&self.ffmpeg, arguments, most).await.map(drop)
    }

    async fn run(
        &self,
        program: &Path,
        arguments: Vec<OsString>,
        most_written: u64,
    ) -> Result<String, Failure> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", LIMITED, "staffroom", CORE_SECONDS, MEMORY])
            .arg((most_written / 512 + 1).to_string())
            .arg(program)
            .args(arguments);
        let Some(ended) = running::run(&mut command, PATIENCE).await? else {
            return Err(Failure::TooLong);
        };
        let Ended { status, out, err } = ended;
        if status.success() {
            Ok(out)
        } else if status.signal() == Some(TERMINATED) || status.code() == Some(STOPPED) {
            Err(Failure::Stopped)
        } else if status
            .code()
            .is_some_and(|code| NOT_STARTED.contains(&code))
            || err.contains("Unknown encoder")
        {
            Err(Failure::NotRun(std::io::Error::other(err)))
        } else {
            Err(Failure::Refused(format!("{status}: {}", err.trim())))
        }
    }
}

/// What both programs are told about the file that they read.
fn reading(file: &Path, format: Format) -> Vec<OsString> {
    let told = [
        "-hide_banner",
        "-loglevel",
        "error",
        "-max_alloc",
        ONE_BLOCK,
        "-protocol_whitelist",
        "file",
        "-codec_whitelist",
        DECODERS,
        "-f",
        format.reader(),
        "-i",
    ];
    let mut told: Vec<OsString> = told.map(OsString::from).into();
    told.push(local(file));
    told
}

/// A path that is no option and no address, whatever it looks like.
fn local(path: &Path) -> OsString {
    let mut name = OsString::from("file:");
    name.push(path);
    name
}
