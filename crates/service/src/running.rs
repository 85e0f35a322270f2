//! Programs that we run, which read what strangers made: each has little time, knows no environment but `PATH`, and goes
//! with all that it started when its time is over or when we stop (docs/adr/0320).

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

/// Bytes that are read of what a run says.
const SAID: u64 = 256 * 1_024;

/// How a run ended, and the beginning of what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs a program to its end. None if that took too long.
///
/// # Errors
/// If it cannot be started or listened to.
pub(crate) async fn run(command: &mut Command, patience: Duration) -> io::Result<Option<Ended>> {
    let started = command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // What is meant for us by the keyboard is not meant for it.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let mut group = Group(started);
    let (out, err) = (group.0.stdout.take(), group.0.stderr.take());
    let running = async {
        // As long as it is not waited for, its number is that of its group and of nobody else.
        let (out, err) = tokio::join!(listen(out), listen(err));
        let (out, err) = (out?, err?);
        let status = group.0.wait().await?;
        Ok::<_, io::Error>(Ended { status, out, err })
    };
    match tokio::time::timeout(patience, running).await {
        Ok(ended) => ended.map(Some),
        Err(_) => Ok(None),
    }
}

/// A program with all that it started.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // None once it was waited for.
        let leader = self.0.id().and_then(|id| i32::try_from(id).ok());
        if let Some(leader) = leader.and_then(Pid::from_raw)
            && let Err(error) = kill_process_group(leader, Signal::KILL)
        {
            tracing::warn!(%error, "a program that took too long was not ended");
        }
    }
}

/// The beginning of what it says; the rest is taken off its hands, so that it does not wait for us.
async fn listen(source: Option<impl AsyncRead + Unpin>) -> io::Result<String> {
    let Some(source) = source else {
        return Ok(String::new());
    };
    let mut kept = Vec::new();
    let mut source = source.take(SAID);
    source.read_to_end(&mut kept).await?;
    tokio::io::copy(source.get_mut(), &mut tokio::io::sink()).await?;
    Ok(String::from_utf8_lossy(&kept).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[tokio::test]
    async fn what_a_program_says_is_heard() {
        let mut command = shell("echo yes; echo no >&2; exit 3");
        let ended = run(&mut command, Duration::from_secs(60)).await.unwrap();
        let ended = ended.unwrap();
        assert_eq!(ended.status.code(), Some(3));
        assert_eq!((ended.out.as_str(), ended.err.as_str()), ("yes\n", "no\n"));
    }

    #[tokio::test]
    async fn who_takes_too_long_is_not_waited_for() {
        // The second has ended itself, and left somebody behind who holds its voice.
        for script in ["sleep 60", "sleep 60 &"] {
            let begun = std::time::Instant::now();
            let mut command = shell(script);
            let ended = run(&mut command, Duration::from_millis(200)).await;
            assert!(ended.unwrap().is_none(), "{script}");
            assert!(begun.elapsed() < Duration::from_secs(30), "{script}");
        }
    }
}
