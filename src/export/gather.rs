//! The pieces of a run, in its order, into a folder.

use super::{Folder, Rendered, Table, table};
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// Takes what each document became, in the order of the run.
pub trait Gather: Send {
    /// Before the first document.
    ///
    /// # Errors
    /// Those of the file system.
    fn begin(&mut self, _folder: &mut Folder) -> io::Result<()> {
        Ok(())
    }

    /// The next document.
    ///
    /// # Errors
    /// Those of the file system.
    fn take(&mut self, rendered: &Rendered, folder: &mut Folder) -> io::Result<()>;

    /// After the last.
    ///
    /// # Errors
    /// Those of the file system.
    fn finish(&mut self, _folder: &mut Folder) -> io::Result<()> {
        Ok(())
    }
}

/// For formats in which every document has files of its own.
pub fn files() -> Box<dyn Gather> {
    Box::new(Files)
}

struct Files;

impl Gather for Files {
    fn take(&mut self, rendered: &Rendered, folder: &mut Folder) -> io::Result<()> {
        let name = folder.name_for(&rendered.id);
        rendered.files.iter().try_for_each(|(ending, bytes)| folder.write(&format!("{name}{ending}"), bytes))
    }
}

/// For formats of CSV tables: each file begins with the names of its columns, and `shared` pieces are rows of it.
pub fn tables(tables: &'static [&'static Table]) -> Box<dyn Gather> {
    Box::new(Tables { tables, files: Vec::new() })
}

struct Tables {
    tables: &'static [&'static Table],
    files: Vec<BufWriter<File>>,
}

impl Gather for Tables {
    fn begin(&mut self, folder: &mut Folder) -> io::Result<()> {
        for table in self.tables {
            let mut file = folder.file(&format!("{}.csv", table.name))?;
            file.write_all(&table::header(table))?;
            self.files.push(file);
        }
        Ok(())
    }

    fn take(&mut self, rendered: &Rendered, _: &mut Folder) -> io::Result<()> {
        rendered.shared.iter().try_for_each(|(number, bytes)| self.files[*number].write_all(bytes))
    }

    fn finish(&mut self, _: &mut Folder) -> io::Result<()> {
        self.files.iter_mut().try_for_each(Write::flush)
    }
}
