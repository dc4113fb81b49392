//! Saved runs as folders of files for registries and annotators.
//!
//! `tests/export/run.jsonl` is a run written by hand, with every kind of fact; beside it stand its texts and, in a
//! folder for each format, the files that it must become. `CASEGRAIN_WRITE_GOLDEN=1 cargo test --test export` writes
//! them as they are now; read the difference before it is committed.

use casegrain::export::{Cell, Document, FLAT_TABLES, FORMATS, Folder, Format, Rendered, Rows, Settings};
use casegrain::model::{OffsetMap, OffsetUnit};
use casegrain::run::{Reader, Record};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/export")
}

fn casegrain(folder: &Path, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casegrain"));
    command.current_dir(folder).args(arguments.split_whitespace()).output().expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The files of a folder, by name.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("a file"))
        })
        .collect()
}

/// The run by hand in each format that this build writes.
fn written(place: &Path, format: &Format) -> BTreeMap<String, Vec<u8>> {
    let here = here();
    let (run, texts) = (here.join("run.jsonl"), here.join("texts.jsonl"));
    let out = format!("{}", place.join(format.name).display());
    let ran = casegrain(
        place,
        &format!(
            "convert {} --texts {} --format {} -o {out} --date 2024-05-17 --report-loss",
            run.display(),
            texts.display(),
            format.name
        ),
    );
    assert_eq!(
        (ran.status.code(), said(&ran).as_str()),
        (Some(0), "3 reports, 0 failed\n"),
        "{}",
        format.name
    );
    let mut all = files(Path::new(&out));
    all.insert("losses.txt".into(), ran.stdout);
    all
}

#[test]
fn the_run_by_hand_becomes_the_files_beside_it() {
    let place = tempfile::tempdir().expect("a folder");
    for format in FORMATS.iter().filter(|format| format.built) {
        let written = written(place.path(), format);
        let golden = here().join(format.name);
        if std::env::var_os("CASEGRAIN_WRITE_GOLDEN").is_some() {
            let _ = fs::remove_dir_all(&golden);
            fs::create_dir_all(&golden).expect("a folder");
            for (name, bytes) in written.iter().filter(|(name, _)| !name.ends_with(".parquet")) {
                fs::write(golden.join(name), bytes).expect("a file");
            }
            continue;
        }
        let golden = files(&golden);
        // Parquet is read back instead: its bytes change with the library.
        let written: BTreeMap<_, _> =
            written.into_iter().filter(|(name, _)| !name.ends_with(".parquet")).collect();
        assert_eq!(written.keys().collect::<Vec<_>>(), golden.keys().collect::<Vec<_>>(), "{}", format.name);
        for (name, bytes) in &golden {
            let (is, should) = (String::from_utf8_lossy(&written[name]), String::from_utf8_lossy(bytes));
            for (number, (is, should)) in is.lines().zip(should.lines()).enumerate() {
                assert_eq!(is, should, "{}/{name}:{}", format.name, number + 1);
            }
            assert!(written[name] == *bytes, "{}/{name}: another length", format.name);
        }
    }
}

fn records() -> Vec<Record> {
    let run = fs::read(here().join("run.jsonl")).expect("the run");
    Reader::new("run.jsonl", &run[..]).expect("a run").map(|record| record.expect("a record")).collect()
}

/// Reads back the cells of the flat tables by the types of their columns.
#[test]
fn cells_are_of_the_types_of_their_columns() {
    let place = tempfile::tempdir().expect("a folder");
    let written = written(place.path(), Format::from_name("csv").expect("csv"));
    let mut filled = 0;
    for table in FLAT_TABLES {
        let mut reader = csv::Reader::from_reader(&written[&format!("{}.csv", table.name)][..]);
        let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        assert_eq!(reader.headers().expect("a header").iter().collect::<Vec<_>>(), names);
        for row in reader.records() {
            let row = row.expect("a row");
            for (cell, column) in row.iter().zip(table.columns).filter(|(cell, _)| !cell.is_empty()) {
                use casegrain::export::ColumnType as Is;
                let fits = match column.kind {
                    Is::Text => true,
                    Is::Integer => cell.parse::<i64>().is_ok(),
                    Is::Number => cell.parse::<f64>().is_ok(),
                    Is::Flag => matches!(cell, "true" | "false"),
                    Is::Date => cell.len() == 10,
                };
                assert!(fits, "{}.{}: {cell}", table.name, column.name);
                filled += 1;
            }
        }
    }
    assert!(filled > 500, "{filled}");
}

#[test]
fn a_folder_appears_whole_or_not_at_all() {
    let place = tempfile::tempdir().expect("a folder");
    let there = |name: &str| place.path().join(name);
    fs::create_dir(there("full")).expect("a folder");
    fs::write(there("full/a"), "a").expect("a file");
    fs::create_dir(there("empty")).expect("a folder");
    fs::copy(here().join("run.jsonl"), there("run.jsonl")).expect("a copy");
    fs::write(there("bad.jsonl"), "nonsense\n").expect("a file");
    fs::write(there("a.txt"), "A 76-year-old man.").expect("a file");
    for (arguments, expected) in [
        ("convert run.jsonl --format csv -o full", "full is not empty; name a new folder"),
        ("convert run.jsonl --format csv", "--output <DIR>"),
        ("convert run.jsonl --format spreadsheet -o out", "[possible values: csv"),
        ("convert gone.jsonl --format csv -o out", "gone.jsonl: no such file"),
        ("convert bad.jsonl --format csv -o out", "bad.jsonl:1: "),
        ("convert run.jsonl --format csv -o out --date yesterday", "use a day such as 2024-05-17"),
        ("extract a.txt --format csv", "--format csv writes a folder of files; name it with -o"),
        ("extract a.txt --format csv -o out --offsets bytes", "--offsets is for JSON"),
        ("extract gone.txt --format csv -o out", "gone.txt: no such file"),
    ] {
        let ran = casegrain(place.path(), arguments);
        assert_eq!(ran.status.code(), Some(2), "{arguments}: {}", said(&ran));
        assert!(said(&ran).contains(expected), "{arguments}: {}", said(&ran));
        assert!(!there("out").exists(), "{arguments}");
    }
    let ran = casegrain(place.path(), "convert run.jsonl --format csv -o empty");
    assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    assert!(there("empty/entities.csv").exists());
    let left: Vec<_> = fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 5, "nothing half-done is left: {left:?}");
}

#[test]
fn what_is_extracted_is_what_a_run_converts_to() {
    let place = tempfile::tempdir().expect("a folder");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let corpus = corpus.display();
    let ran = casegrain(place.path(), &format!("extract {corpus} -o run.jsonl"));
    assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    for format in FORMATS.iter().filter(|format| format.built) {
        let name = format.name;
        for (arguments, out) in [
            (format!("convert run.jsonl --texts {corpus} --format {name} -o"), format!("{name}-converted")),
            (format!("extract {corpus} --threads 1 --format {name} -o"), format!("{name}-one")),
            (format!("extract {corpus} --threads 4 --format {name} -o"), format!("{name}-four")),
        ] {
            let ran = casegrain(place.path(), &format!("{arguments} {out}"));
            assert_eq!(ran.status.code(), Some(0), "{arguments}: {}", said(&ran));
        }
        let converted = files(&place.path().join(format!("{name}-converted")));
        for other in ["one", "four"] {
            let extracted = files(&place.path().join(format!("{name}-{other}")));
            assert!(converted.keys().eq(extracted.keys()), "{name}: other files");
            let differs: Vec<_> =
                converted.iter().filter(|(file, bytes)| extracted[*file] != **bytes).collect();
            assert!(
                differs.is_empty(),
                "{name}, {other}: {:?}",
                differs.iter().map(|d| d.0).collect::<Vec<_>>()
            );
        }
    }
}

/// More records than are converted together, some of which cannot be read and some of which have no text.
#[test]
fn threads_do_not_change_what_a_run_becomes() {
    let place = tempfile::tempdir().expect("a folder");
    for name in ["run.jsonl", "texts.jsonl"] {
        let once = fs::read_to_string(here().join(name)).expect("a file");
        let mut many = String::new();
        for round in 0..200 {
            for line in once.lines() {
                let line = line.replacen("fixture-1\"", &format!("round{round}-1\""), 1);
                many += &line.replacen("series/2\"", &format!("round{round}-2\""), 1);
                many.push('\n');
            }
            if name == "run.jsonl" && round % 50 == 7 {
                many += "{\"id\":\"broken\"}\n";
            }
        }
        assert!(many.contains("round199-1\"") && many.contains("round199-2\""), "{name} has other names");
        if name == "texts.jsonl" {
            many = many.replace("round90-2\"", "elsewhere\"");
        }
        fs::write(place.path().join(name), many).expect("written");
    }
    for format in ["csv", "fhir", "omop", "brat", "bioc-xml"] {
        let convert = |threads: u8| {
            let ran = casegrain(
                place.path(),
                &format!(
                    "convert run.jsonl --texts texts.jsonl --format {format} --report-loss --threads {threads} -o {format}-{threads}"
                ),
            );
            assert_eq!(ran.status.code(), Some(1), "{format}: {}", said(&ran));
            (said(&ran), ran.stdout, files(&place.path().join(format!("{format}-{threads}"))))
        };
        let one = convert(1);
        let missing = usize::from(one.0.contains("round90-2: its text is not among those"));
        assert_eq!(one.0.matches("missing field `entities`").count(), 4, "{}", one.0);
        assert!(one.0.contains(&format!("{} reports, {} failed", 600 - missing, 4 + missing)), "{}", one.0);
        for threads in [2, 8] {
            assert!(convert(threads) == one, "{format}: {threads} threads make something else than one");
        }
    }
}

/// Counts rows, and cells that do not fit their column.
#[derive(Default)]
struct Counted {
    rows: usize,
    misfits: Vec<String>,
}

impl Rows for Counted {
    fn row(&mut self, table: usize, cells: &[Cell<'_>]) {
        self.rows += 1;
        let columns = FLAT_TABLES[table].columns;
        let fit =
            cells.len() == columns.len() && cells.iter().zip(columns).all(|(cell, c)| cell.fits(c.kind));
        if !fit {
            self.misfits.push(format!("{}: {cells:?}", FLAT_TABLES[table].name));
        }
    }
}

#[test]
fn rows_fit_their_tables() {
    let mut counted = Counted::default();
    let settings = Settings::default();
    for record in records() {
        casegrain::export::flat_rows(&Document::new(&record, &settings), &mut counted);
    }
    assert!(counted.misfits.is_empty(), "{:?}", counted.misfits);
    assert!(counted.rows > 100, "{}", counted.rows);
}

#[test]
fn names_of_files_are_safe_and_differ() {
    let place = tempfile::tempdir().expect("a folder");
    let mut folder = Folder::create(&place.path().join("out")).expect("a folder");
    let mut gather = casegrain::export::files();
    let ids = ["a", "A", "a", "a~2", "../up", "", ".hidden", "b/c", "µ g", &"x".repeat(1000)];
    for id in ids {
        let mut rendered = Rendered::new(id);
        rendered.files.push((".txt".into(), id.as_bytes().to_vec()));
        gather.take(&rendered, &mut folder).expect("written");
    }
    folder.finish().expect("in its place");
    let names: Vec<_> =
        files(&place.path().join("out")).into_keys().map(|name| name.replace(".txt", "")).collect();
    assert_eq!(names.len(), ids.len(), "{names:?}");
    for expected in ["a", "A~2", "a~3", "a_2", "_.._up", "_", "_.hidden", "b_c", "µ_g"] {
        assert!(names.iter().any(|name| name == expected), "{expected} in {names:?}");
    }
}

/// The tables as SQL defines them, with what their columns mean.
fn tables_sql() -> String {
    let mut out = String::from(
        "-- The tables of `casegrain convert --format csv` and `--format parquet`, for DuckDB.\n",
    );
    for table in FLAT_TABLES {
        let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        let among: &[&str] = match table.name {
            "issues" => &["document", "row"],
            "operands" => &["document", "list", "row", "position"],
            _ if names.contains(&"row") => &["document", "case", "row"],
            _ => &["document", "entity", "relation", "field", "position"],
        };
        let key: Vec<_> =
            names.iter().filter(|name| among.contains(name)).map(|n| format!("\"{n}\"")).collect();
        let _ = writeln!(out, "\n-- {}\nCREATE TABLE \"{}\" (", table.about, table.name);
        for column in table.columns {
            let _ = writeln!(out, "  \"{}\" {}, -- {}", column.name, column.kind.sql(), column.about);
        }
        let _ = writeln!(out, "  PRIMARY KEY ({})\n);", key.join(", "));
    }
    out
}

#[test]
fn the_page_of_tables_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats/tables.sql");
    let now = tables_sql();
    if std::env::var_os("CASEGRAIN_WRITE_GOLDEN").is_some() {
        fs::write(&path, &now).expect("a writable page");
    }
    assert_eq!(fs::read_to_string(&path).expect("tables.sql"), now);
}

#[test]
fn every_format_has_a_page() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats");
    let index = fs::read_to_string(pages.join("README.md")).expect("README.md");
    for format in FORMATS {
        let page = if format.name.starts_with("bioc") { "bioc" } else { format.name };
        assert!(pages.join(format!("{page}.md")).exists(), "{page}.md");
        assert!(index.contains(&format!("({page}.md)")), "{page} in README.md");
    }
}

/// The report of which the pages show what becomes of it.
const NOTE: &str =
    "Case 7\n\nA 61-year-old man took ramipril 5 mg daily. He denied chest pain. Creatinine was 96 µmol/L.\n";

/// What a page shows between the marks of a block in the format's own form is what the program writes, but for blanks
/// and what `…` leaves out.
#[test]
fn examples_on_the_pages_are_what_the_program_writes() {
    let place = tempfile::tempdir().expect("a folder");
    fs::write(place.path().join("note-7.txt"), NOTE).expect("a file");
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    for (name, page, form) in [
        ("csv", "csv", "csv"),
        ("omop", "omop", "csv"),
        ("fhir", "fhir", "json"),
        ("phenopacket", "phenopacket", "json"),
        ("brat", "brat", "text"),
        ("bioc-json", "bioc", "json"),
        ("pubannotation", "pubannotation", "json"),
        ("webannotation", "webannotation", "json"),
    ] {
        let ran = casegrain(place.path(), &format!("extract note-7.txt --format {name} -o {name}"));
        assert_eq!(ran.status.code(), Some(0), "{name}: {}", said(&ran));
        let written = files(&place.path().join(name)).into_iter();
        let written = written.filter(|(file, _)| !file.ends_with(".parquet")).map(|(_, bytes)| bytes);
        let written = written.collect::<Vec<_>>().concat();
        let written = bare(&String::from_utf8(written).expect("UTF-8"));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/formats/{page}.md"));
        let text = fs::read_to_string(path).expect("a page");
        let blocks: Vec<_> = text.split(&format!("```{form}\n")).skip(1).collect();
        assert!(!blocks.is_empty(), "{page}.md shows nothing");
        for block in blocks {
            for part in block.split("```").next().unwrap_or_default().split('…') {
                assert!(written.contains(&bare(part)), "{page}.md: {part}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// In whatever unit a run counts, marks stand at the same words in all formats that hold the text.
    #[test]
    fn marks_stand_at_their_words(
        text in "[a-c \n\r\té💊\u{301}\\\\\"<&]{1,60}",
        places in prop::collection::vec((0.0..1.0_f64, 0.0..1.0_f64), 0..6),
        unit in prop::sample::select(vec![OffsetUnit::Chars, OffsetUnit::Bytes, OffsetUnit::Utf16]),
    ) {
        let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let at = |part: f64| -> usize { boundaries[(part * (boundaries.len() - 1) as f64) as usize] };
        let map = OffsetMap::new(&text, unit);
        let mut spans: Vec<(usize, usize)> =
            places.iter().map(|(a, b): &(f64, f64)| (at(a.min(*b)), at(a.max(*b)))).filter(|(a, b)| a < b).collect();
        spans.sort_unstable();
        let entities: Vec<_> = spans.iter().enumerate().map(|(number, (start, end))| {
            serde_json::json!({"id": format!("T{}", number + 1), "type": "finding", "text": &text[*start..*end],
                "start": map.convert(*start as u32), "end": map.convert(*end as u32)})
        }).collect();
        let record: Record =
            serde_json::from_value(serde_json::json!({"id": "a", "entities": entities})).expect("a record");
        let settings = Settings::default();
        let document = Document::with_text(&record, &text, &settings).expect("its own text");
        for (entity, (start, end)) in record.entities.iter().zip(&spans) {
            prop_assert_eq!(document.bytes(entity.start, entity.end).of(&text), &text[*start..*end]);
        }
        let characters: Vec<char> = text.chars().collect();
        let words = |start: &serde_json::Value, end: &serde_json::Value| -> String {
            let at = |offset: &serde_json::Value| offset.as_u64().expect("an offset") as usize;
            characters[at(start)..at(end)].iter().collect()
        };
        let rendered = |name: &str| -> Vec<(String, Vec<u8>)> {
            let mut out = Rendered::new("a");
            (Format::from_name(name).expect("a format").render)(&document, &mut out);
            out.files
        };
        let pub_annotation: serde_json::Value =
            serde_json::from_slice(&rendered("pubannotation")[0].1).expect("JSON");
        let web: serde_json::Value = serde_json::from_slice(&rendered("webannotation")[0].1).expect("JSON");
        for (number, (start, end)) in spans.iter().enumerate() {
            let span = &pub_annotation["denotations"][number]["span"];
            prop_assert_eq!(words(&span["begin"], &span["end"]), &text[*start..*end]);
            let selectors = &web["items"][number]["target"]["selector"];
            prop_assert_eq!(words(&selectors[0]["start"], &selectors[0]["end"]), &text[*start..*end]);
            prop_assert_eq!(selectors[1]["exact"].as_str(), Some(&text[*start..*end]));
        }
        let xml = String::from_utf8(rendered("bioc-xml").remove(0).1).expect("UTF-8");
        let tree = roxmltree::Document::parse_with_options(
            &xml,
            roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() },
        ).expect("XML");
        let held = tree.descendants().filter(|node| node.has_tag_name("annotation")).count();
        prop_assert_eq!(held, spans.len());
    }
}
