//! The program as its users meet it: arguments, exit codes, what it writes and what it says.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

struct Ran {
    code: i32,
    out: String,
    said: String,
}

fn command(folder: &Path, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casegrain"));
    command.current_dir(folder).args(arguments.split_whitespace());
    command
}

fn casegrain_reading(folder: &Path, arguments: &str, input: &[u8]) -> Ran {
    let mut child = command(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that fails early does not read its input.
    let _ = child.stdin.take().expect("piped").write_all(input);
    let output = child.wait_with_output().expect("the program ends");
    Ran {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        said: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

fn casegrain(folder: &Path, arguments: &str) -> Ran {
    casegrain_reading(folder, arguments, b"")
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("has one")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    folder
}

fn ids(out: &str) -> Vec<String> {
    out.lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("JSON")["id"]
                .as_str()
                .expect("text")
                .into()
        })
        .collect()
}

#[test]
fn all_good_is_zero() {
    let folder = folder(&[("a.txt", b"A man."), ("b.jsonl", b"{\"id\":\"x\",\"text\":\"A woman.\"}\n\n")]);
    let ran = casegrain(folder.path(), "extract a.txt b.jsonl");
    assert_eq!((ran.code, ids(&ran.out)), (0, vec!["a".into(), "x".into()]));
    assert_eq!(ran.said, "2 reports, 0 failed\n");
}

#[test]
fn some_failed_is_one_and_the_rest_is_written() {
    let folder = folder(&[
        ("a.txt", b"A man."),
        ("empty.txt", b""),
        ("fake.txt", b"\x1F\x8B\x08\0\0\0"),
        ("lines.jsonl", b"{\"id\":\"x\",\"text\":\"A.\"}\n{\"id\":\"y\"}\nnonsense\n{\"text\":\"B.\"}\n{\"id\":7,\"text\":7}\n"),
        ("none.jsonl", b""),
        ("packed.jsonl", b"\x1F\x8B\x08\0\0\0"),
        ("wide.jsonl", b"\xFF\xFE{\0"),
    ]);
    let ran = casegrain(folder.path(), "extract . gone.txt");
    assert_eq!((ran.code, ids(&ran.out)), (1, vec!["a".into(), "x".into(), "lines.jsonl:4".into()]));
    let expected = [
        "casegrain: ./empty.txt: is empty",
        "casegrain: ./fake.txt: is a gzip archive, not plain text (unpack it first",
        "casegrain: ./lines.jsonl:2: lacks the field `text`",
        "casegrain: ./lines.jsonl:3: is not valid JSON: expected ident at column 2",
        "casegrain: ./lines.jsonl:5: `text` is a number, not a string",
        "casegrain: ./none.jsonl: is empty",
        "casegrain: ./packed.jsonl: is a gzip archive, not JSON Lines (unpack it first",
        "casegrain: ./wide.jsonl: is UTF-16, not JSON Lines (JSON Lines are always UTF-8",
        "casegrain: gone.txt: no such file or folder",
        "3 reports, 9 failed",
    ];
    let said: Vec<_> = ran.said.lines().collect();
    assert_eq!(said.len(), expected.len(), "{}", ran.said);
    for (said, expected) in said.iter().zip(expected) {
        assert!(said.starts_with(expected), "{said}\n{expected}");
    }
}

#[test]
fn what_cannot_run_is_two() {
    let folder = folder(&[("a.txt", b"A man."), ("empty/readme.md", b"no report")]);
    for (arguments, expected) in [
        ("extract", "<PATH>"),
        ("extract a.txt --threads 0", "--threads"),
        ("extract a.txt --threads many", "--threads"),
        ("extract a.txt --only drug,dosis", "the types are age, sex, duration"),
        ("extract a.txt --offsets words", "[possible values: chars, bytes, utf16]"),
        ("extract a.txt --max-size 5X", "use a number of bytes"),
        ("extract a.txt --max-size 5G", "at most 1G"),
        ("extract a.txt --grammars nowhere", "nowhere"),
        ("extract a.txt -o nowhere/out.jsonl", "nowhere/out.jsonl: its folder does not exist"),
        ("extract a.txt -o empty", "it is a folder"),
        ("extract gone.txt", "gone.txt: no such file or folder"),
        ("extract empty", "empty: holds no reports"),
        ("extract -", "standard input: is empty"),
        ("extrakt a.txt", "extrakt"),
    ] {
        let ran = casegrain(folder.path(), arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments}: {}", ran.said);
        assert!(ran.said.contains(expected), "{arguments}: {}", ran.said);
    }
}

#[test]
fn gold_folders_are_read_only_where_they_are_named() {
    let line = b"{\"id\":\"a\",\"text\":\"A.\",\"entities\":[]}";
    let folder = folder(&[("in/a.txt", b"A."), ("in/gold/train.jsonl", line), ("in/deep/gold/b.txt", b"B.")]);
    let ran = casegrain(folder.path(), "extract in");
    assert_eq!((ran.code, ids(&ran.out)), (0, vec!["a".into()]));
    assert_eq!(ran.said, "1 report, 0 failed; 2 folders gold/ passed over\n");
    let named = casegrain(folder.path(), "extract in/gold in/deep/gold/b.txt");
    assert_eq!((named.code, ids(&named.out)), (0, vec!["a".into(), "b".into()]));
}

#[test]
fn folders_are_searched_in_order() {
    let folder = folder(&[
        ("in/b.txt", b"B."),
        ("in/a/z.TXT", b"Z."),
        ("in/a/.hidden.txt", b"H."),
        ("in/.git/c.txt", b"C."),
        ("in/c.jsonl", b"{\"id\":\"c\",\"text\":\"C.\"}"),
        ("in/README.md", b"About."),
        ("in/scan.pdf", b"%PDF-"),
        ("in/a/scan.pdf", b"%PDF-"),
        ("in/LICENSE", b"Free."),
    ]);
    let ran = casegrain(folder.path(), "extract in");
    assert_eq!((ran.code, ids(&ran.out)), (0, vec!["z".into(), "b".into(), "c".into()]));
    assert_eq!(ran.said, "3 reports, 0 failed; 4 other files passed over: 1 .md, 2 .pdf, 1 no extension\n");
    assert!(ran.out.contains(r#""source":{"name":"a/z.TXT","#), "{}", ran.out);
    let named = casegrain(folder.path(), "extract in/README.md in/.git");
    assert_eq!((named.code, ids(&named.out)), (0, vec!["README".into(), "c".into()]), "{}", named.said);
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_not_in_circles() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[("in/a.txt", b"A."), ("other/b.txt", b"B.")]);
    symlink("../other", folder.path().join("in/linked")).expect("a link");
    symlink("..", folder.path().join("other/up")).expect("a link");
    symlink("gone.txt", folder.path().join("in/z.txt")).expect("a link");
    let ran = casegrain(folder.path(), "extract in");
    assert_eq!(ran.code, 1, "{}", ran.said);
    assert!(
        ran.said.contains("z.txt: no such file") && ran.said.contains("link back to a folder"),
        "{}",
        ran.said
    );
    assert!(ids(&ran.out).len() < 10, "{}", ran.out);
}

#[test]
fn standard_input_is_text_or_lines() {
    let folder = folder(&[]);
    let text = casegrain_reading(folder.path(), "extract -", b"A 76-year-old man.");
    assert_eq!((text.code, ids(&text.out)), (0, vec!["stdin".into()]));
    let lines = b"\xEF\xBB\xBF\n {\"id\":\"x\",\"text\":\"A.\"}\r\n{\"pmid\":9,\"text\":\"B.\"}\n{}";
    let lines = casegrain_reading(folder.path(), "extract -", lines);
    assert_eq!((lines.code, ids(&lines.out)), (1, vec!["x".into(), "9".into()]));
    assert!(lines.said.contains("standard input:4: lacks the field `text`"), "{}", lines.said);
}

#[test]
fn encodings_are_told() {
    let folder = folder(&[
        ("a.txt", b"\xEF\xBB\xBF5 \xC2\xB5g\r\n"),
        ("b.txt", b"\xFF\xFE5\0 \0\xB5\0g\0\r\0\n\0"),
        ("c.txt", b"\x005\0 \0\xB5\0g\0\r\0\n"),
        ("d.txt", b"5 \xB5g\r\n"),
    ]);
    let ran = casegrain(folder.path(), "extract .");
    let told: Vec<_> = ran
        .out
        .lines()
        .map(|line| line.split('"').skip_while(|w| *w != "encoding").nth(2).unwrap())
        .collect();
    assert_eq!(told, ["utf-8", "utf-16le", "utf-16be", "windows-1252"]);
    assert_eq!(ran.out.matches(r#""characters":6}"#).count(), 4, "{}", ran.out);
}

#[test]
fn a_large_report_fails_alone() {
    let long = format!("{{\"id\":\"long\",\"text\":\"{}\"}}", "x".repeat(3_000_000));
    let lines = format!("{{\"id\":\"a\",\"text\":\"A.\"}}\n{long}\n{{\"id\":\"b\",\"text\":\"B.\"}}\n{long}");
    let folder = folder(&[("l.jsonl", lines.as_bytes()), ("t.txt", &[b'x'; 2_000_000])]);
    let ran = casegrain(folder.path(), "extract l.jsonl t.txt --max-size 1M");
    assert_eq!((ran.code, ids(&ran.out)), (1, vec!["a".into(), "b".into()]));
    for place in ["l.jsonl:2: larger than the 1048576 bytes", "l.jsonl:4: larger than", "t.txt: larger than"]
    {
        assert!(ran.said.contains(place), "{}", ran.said);
    }
    let piped = casegrain_reading(folder.path(), "extract - --max-size 1M", &[b'x'; 2_000_000]);
    assert!(piped.code == 2 && piped.said.contains("standard input: larger than"), "{}", piped.said);
    let ran = casegrain(folder.path(), "extract l.jsonl t.txt --max-size 4MiB");
    assert_eq!((ran.code, ids(&ran.out).len()), (0, 5));
}

#[test]
fn bytes_are_the_same_at_any_number_of_threads() {
    let mut lines = String::new();
    for at in 0..6000 {
        let text = format!("Patient {at} was 7{} years old. ", at % 10).repeat(at % 40);
        lines += &format!("{{\"id\":\"c{at}\",\"text\":\"{text}\"}}\n");
    }
    let mut files: Vec<_> = (0..300).map(|at| (format!("in/f{at:03}.txt"), format!("Case {at}."))).collect();
    files.push(("in/a.jsonl".into(), lines.clone()));
    files.push(("in/g.jsonl".into(), lines));
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let folder = folder(&files);
    for format in ["jsonl", "json"] {
        let one = casegrain(folder.path(), &format!("extract in --threads 1 --format {format}"));
        assert_eq!(one.code, 1, "the texts that are empty fail");
        for threads in [2, 8] {
            let more = casegrain(folder.path(), &format!("extract in --threads {threads} --format {format}"));
            assert!(one.out == more.out && one.said == more.said, "{threads} threads, {format}");
        }
    }
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let folder = folder(&[("in/a.txt", b"A man."), ("in/bad.txt", b""), ("out.jsonl", b"old")]);
    let names = || {
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let out = folder.path().join("out.jsonl");
    assert_eq!(casegrain(folder.path(), "extract gone.txt -o out.jsonl").code, 2);
    assert_eq!((fs::read(&out).unwrap(), names().len()), (b"old".to_vec(), 2));
    let ran = casegrain(folder.path(), "extract in -o out.jsonl");
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert_eq!((ids(&fs::read_to_string(&out).unwrap()), names().len()), (vec!["a".into()], 2));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let plain = fs::metadata(folder.path().join("in/a.txt")).unwrap().permissions().mode();
        assert_eq!(fs::metadata(&out).unwrap().permissions().mode(), plain);
    }
    assert_eq!(casegrain(folder.path(), "schema -o schema.json").code, 0);
    assert!(folder.path().join("schema.json").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_two_and_a_closed_pipe_is_nothing() {
    let line = format!("{{\"text\":\"{}\"}}\n", "x".repeat(500));
    let folder = folder(&[("c.jsonl", line.repeat(20_000).as_bytes())]);
    let full = casegrain(folder.path(), "extract c.jsonl -o /dev/full --threads 2");
    assert_eq!(full.code, 2);
    assert!(full.said.starts_with("casegrain: cannot write /dev/full: No space left"), "{}", full.said);
    let mut child = command(folder.path(), "extract c.jsonl")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("ends");
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn grammar_commands_do_not_mind_a_closed_pipe() {
    let folder = folder(&[("a.txt", b"A 76-year-old man.")]);
    for arguments in ["grammar list", "grammar list --json", "grammar cost a.txt"] {
        let mut child = command(folder.path(), arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("ends");
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!((ended.status.code(), said.as_str()), (Some(0), ""), "{arguments}");
    }
}
