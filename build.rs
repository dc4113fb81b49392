//! Lists every file below `grammars/` so that the library can embed them: adding a file registers it.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("cannot list {}: {e}", folder.display()))
        .map(|entry| entry.expect("a readable folder entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(&path, files);
        } else if matches!(path.extension().and_then(|e| e.to_str()), Some("grain" | "tsv")) {
            files.push(path);
        }
    }
}

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("grammars");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let mut code = String::from("&[\n");
    for path in &files {
        let name = path.strip_prefix(&root).expect("below the root").to_str().expect("UTF-8 file name");
        code.push_str(&format!("    ({:?}, include_str!({:?})),\n", name.replace('\\', "/"), path.display().to_string()));
    }
    code.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo")).join("grammars.rs");
    fs::write(out, code).expect("OUT_DIR is writable");
}
