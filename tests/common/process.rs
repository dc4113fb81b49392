//! The program as a process, in a folder of its own.

use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// How a run ended, what it wrote and what it said.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) said: String,
}

/// Runs the program with arguments that have no spaces in them.
pub(crate) fn casegrain(folder: &Path, arguments: &str) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_casegrain"))
        .current_dir(folder)
        .args(arguments.split_whitespace())
        .output()
        .expect("the program starts");
    Ran {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        said: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Files by name, with what they hold.
pub(crate) type Files<'f> = &'f [(&'f str, &'f str)];

/// A folder with these files.
pub(crate) fn folder(files: Files<'_>) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("has one")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}
