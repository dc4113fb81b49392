//! The folder that a run is written into.

use rustc_hash::FxHashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder that takes its name only when everything is in it. Dropped before, it is gone.
#[derive(Debug)]
pub struct Folder {
    /// Beside its final place.
    filling: TempDir,
    target: PathBuf,
    /// Names of documents that are taken, in lower case, since some file systems know no other; and the number that
    /// the next one of that name may get.
    taken: FxHashMap<String, u64>,
}

/// The longest name of a document's files, in characters, before what sets them apart.
const LONGEST: usize = 120;

impl Folder {
    /// A folder that will be at `target`, where nothing or an empty folder may be.
    ///
    /// # Errors
    /// When something is there already, or its place cannot be written to; the message says what to do.
    pub fn create(target: &Path) -> io::Result<Self> {
        let named = |error: io::Error| io::Error::new(error.kind(), says(target, &error));
        match fs::read_dir(target) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    let what = format!("{} is not empty; name a new folder", target.display());
                    return Err(io::Error::new(io::ErrorKind::AlreadyExists, what));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(named(error)),
        }
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(named)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".casegrain-").suffix(".part");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let filling = builder.tempdir_in(parent).map_err(named)?;
        Ok(Folder { filling, target: target.to_owned(), taken: FxHashMap::default() })
    }

    /// Begins a file.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn file(&self, name: &str) -> io::Result<BufWriter<File>> {
        let file = File::create(self.filling.path().join(name));
        file.map(|file| BufWriter::with_capacity(128 * 1024, file)).map_err(|error| self.names(name, &error))
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        fs::write(self.filling.path().join(name), bytes).map_err(|error| self.names(name, &error))
    }

    /// A name for the files of a document: its id, in letters, digits, `-`, `_` and `.`, and with a number after it
    /// where another document has that name.
    ///
    /// ```
    /// # let place = tempfile::tempdir().unwrap();
    /// let mut folder = casegrain::export::Folder::create(&place.path().join("out")).unwrap();
    /// assert_eq!(folder.name_for("PMC1/a b"), "PMC1_a_b");
    /// assert_eq!(folder.name_for("pmc1_a_b"), "pmc1_a_b~2");
    /// ```
    pub fn name_for(&mut self, id: &str) -> String {
        let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
        let mut name: String = id.chars().take(LONGEST).map(plain).collect();
        // Neither a hidden file nor the folder itself.
        if name.is_empty() || name.starts_with('.') {
            name.insert(0, '_');
        }
        let mut own = name.to_lowercase();
        let mut number = self.taken.get(&own).copied();
        while let Some(next) = number {
            self.taken.insert(name.to_lowercase(), next + 1);
            own = format!("{}~{next}", name.to_lowercase());
            number = self.taken.contains_key(&own).then_some(next + 1);
            if number.is_none() {
                name = format!("{name}~{next}");
            }
        }
        self.taken.insert(own, 2);
        name
    }

    /// Puts the folder into its place.
    ///
    /// # Errors
    /// When it cannot be moved there.
    pub fn finish(self) -> io::Result<()> {
        let named = |error: io::Error| io::Error::new(error.kind(), says(&self.target, &error));
        match fs::remove_dir(&self.target) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(named(error)),
            _ => {}
        }
        fs::rename(self.filling.path(), &self.target).map_err(named)?;
        // It is not there any more under that name.
        let _ = self.filling.keep();
        Ok(())
    }

    fn names(&self, name: &str, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), says(&self.target.join(name), error))
    }
}

fn says(path: &Path, error: &io::Error) -> String {
    format!("cannot write {}: {error}", path.display())
}
