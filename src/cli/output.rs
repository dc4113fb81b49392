//! Where a command writes to.

use anyhow::anyhow;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Stdout, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tempfile::NamedTempFile;

/// Standard output, or a file that takes its name only when it is whole.
///
/// Errors while writing name the file.
#[derive(Debug)]
pub(super) enum Output {
    Stdout(Stdout),
    /// The file beside its final place, and that place. Dropped without [`Output::finish`], it is gone.
    File(NamedTempFile, PathBuf),
    /// A device or a pipe, which cannot be replaced.
    Device(File, PathBuf),
}

impl Output {
    /// Opens `path`; standard output if there is none, or for `-`.
    pub(super) fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path.filter(|path| path.as_os_str() != "-") else {
            return Ok(Output::Stdout(io::stdout()));
        };
        let failed = |error| cannot_write(path, &error);
        match fs::metadata(path) {
            Ok(about) if about.is_dir() => {
                return Err(anyhow!("cannot write {}: it is a folder; name a file", path.display()));
            }
            Ok(about) if !about.is_file() => {
                let device = OpenOptions::new().write(true).open(path).map_err(failed)?;
                return Ok(Output::Device(device, path.to_owned()));
            }
            _ => {}
        }
        // Where the name is a link, the file that it leads to is replaced and the link stays.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".casegrain-").suffix(".part");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(folder).map_err(failed)?;
        Ok(Output::File(file, target))
    }

    /// Puts a file into its place.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        match self {
            Output::Stdout(_) | Output::Device(..) => Ok(()),
            Output::File(file, target) => match file.persist(&target) {
                Ok(_) => Ok(()),
                Err(error) => Err(cannot_write(&target, &error.error)),
            },
        }
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::NotFound => anyhow!("cannot write {}: its folder does not exist", path.display()),
        _ => anyhow!("cannot write {}: {error}", path.display()),
    }
}

impl Output {
    /// Does something with the file; an error says which file it was.
    fn with<T>(&mut self, act: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
        let (result, path) = match self {
            Output::Stdout(stdout) => (act(stdout), Path::new("to standard output")),
            Output::File(file, path) => (act(file), path.as_path()),
            Output::Device(device, path) => (act(device), path.as_path()),
        };
        result.map_err(|error| io::Error::new(error.kind(), cannot_write(path, &error)))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|file| file.write(bytes))
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.with(|file| file.write_all(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with(|file| file.flush())
    }
}

/// Whoever reads the output may have enough of it, as `head` has; that is no error.
pub(super) fn stopped(error: io::Error) -> anyhow::Result<ExitCode> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        _ => Err(error.into()),
    }
}

/// Writes to standard output; a reader who has enough of it does not change how the command went.
pub(super) fn print(text: &str, code: ExitCode) -> anyhow::Result<ExitCode> {
    let mut output = Output::open(None)?;
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Ok(()) => Ok(code),
        Err(error) => stopped(error).map(|_| code),
    }
}

/// Writes a file that appears whole.
pub(super) fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let mut output = Output::open(Some(file))?;
    output.write_all(text.as_bytes())?;
    output.finish()
}
