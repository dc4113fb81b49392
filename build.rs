//! Embeds every file below `grammars/`, so that adding a file registers it, and lays the vocabularies out as an
//! image, so that a start need not read 100,000 surfaces.

use std::path::{Path, PathBuf};
use std::{env, fs};

#[allow(dead_code, unreachable_pub, reason = "the program's own modules, of which the build needs a part")]
#[path = "src/model"]
mod model {
    #[path = "span.rs"]
    mod span;
    pub use span::Span;
}

#[allow(dead_code, unreachable_pub, reason = "the program's own modules, of which the build needs a part")]
#[path = "src/segment"]
mod segment {
    pub mod token;
    pub mod words;
}

#[allow(dead_code, unreachable_pub, reason = "the program's own modules, of which the build needs a part")]
#[path = "src/grammar"]
mod grammar {
    pub(crate) mod compound;
    pub(crate) mod edges;
    pub mod image;
    pub mod lexicon;
    pub(crate) mod plural;
    pub mod source;
}

use grammar::compound::Compounds;
use grammar::image::Writer;
use grammar::lexicon::Lexicon;
use grammar::plural::Plurals;
use grammar::source::Sources;
use segment::words::{Spelling, Words};

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
            println!("cargo:rerun-if-changed={}", path.display());
            files.push(path);
        }
    }
}

fn main() {
    for module in [
        "model/span.rs",
        "segment/token.rs",
        "segment/words.rs",
        "grammar/compound.rs",
        "grammar/image.rs",
        "grammar/lexicon.rs",
        "grammar/plural.rs",
        "grammar/source.rs",
    ] {
        println!("cargo:rerun-if-changed=src/{module}");
    }
    println!("cargo:rerun-if-changed=build.rs");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("grammars");
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    let mut files = Vec::new();
    walk(&root, &mut files);
    let mut sources = Sources::default();
    for path in &files {
        let name = path.strip_prefix(&root).expect("below the root").to_str().expect("UTF-8 file name");
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        sources.add(&name.replace('\\', "/"), text.into());
    }
    sources.sort();
    // The texts are embedded from copies, so that they are those from which the image was made even where a file is
    // edited while the build runs.
    let mut code = String::from("&[\n");
    for number in sources.numbers() {
        let copy = out.join(format!("{number}.txt"));
        fs::write(&copy, sources.text(number)).expect("OUT_DIR is writable");
        let (name, copy) = (sources.name(number), copy.display().to_string());
        code.push_str(&format!("    ({name:?}, include_str!({copy:?})),\n"));
    }
    code.push_str("]\n");
    fs::write(out.join("grammars.rs"), code).expect("OUT_DIR is writable");
    fs::write(out.join("vocabularies.image"), image(&sources)).expect("OUT_DIR is writable");
}

/// The vocabularies as the library reads them. What is wrong with a table is told by the library's own checks.
fn image(sources: &Sources) -> Vec<u8> {
    let spelling = sources.find("spelling.tsv").map(Spelling::load).unwrap_or_default();
    let mut words = Words::new(spelling);
    let plurals = sources.find("plurals.tsv").map(|text| Plurals::load(text).0).unwrap_or_default();
    let compounds = sources.find("compounds.tsv").map(|text| Compounds::load(text).0).unwrap_or_default();
    let mut lexicon = Lexicon::new(plurals, compounds);
    for file in sources.numbers() {
        if sources.name(file).starts_with("lexicon/") {
            for (line, message) in lexicon.load(sources, file, &mut words) {
                println!("cargo:warning=grammars/{}:{line}: {message}", sources.name(file));
            }
        }
    }
    lexicon.finish(sources);
    let mut writer = Writer::default();
    writer.text(&sources.hash());
    words.write_image(&mut writer);
    lexicon.write_image(sources, &mut writer);
    writer.bytes
}
