//! Bytes to reports, and reports to bytes: what must hold for any input.

use casegrain::batch::{Options, Sink, Tally, run};
use casegrain::model::{OffsetMap, OffsetUnit};
use casegrain::read::{Encoding, Failure, Limits, Record, decode, json_line, text_file};
use casegrain::write::{indent, json::push_string};
use proptest::prelude::*;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;

#[derive(Default)]
struct Collected {
    output: Vec<u8>,
    failures: Vec<String>,
}

impl Sink for Collected {
    fn output(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.output.extend_from_slice(bytes);
        Ok(())
    }

    fn failure(&mut self, failure: &Failure) {
        self.failures.push(failure.to_string());
    }
}

fn options(threads: usize, report: usize) -> Options {
    Options { threads: NonZeroUsize::new(threads).expect("not zero"), limits: Limits { report } }
}

fn collect(
    paths: &[PathBuf],
    options: Options,
    work: impl Fn(&Record<'_>, &mut Vec<u8>) + Sync,
) -> (Tally, String, Vec<String>) {
    let mut sink = Collected::default();
    let tally = run(paths, options, work, &mut sink).expect("the sink never fails");
    (tally, String::from_utf8(sink.output).expect("UTF-8"), sink.failures)
}

fn say_id(record: &Record<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{}={}\n", record.id, record.text.len()).as_bytes());
}

fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
    let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
    units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = decode(&bytes);
        let _ = text_file("x.txt", "x.txt", &bytes);
        let _ = json_line("x.jsonl", "x.jsonl", 1, &bytes);
    }

    #[test]
    fn broken_json_never_panics(line in r#"[\{\}\[\]":,a-z0-9\\ ]{0,40}"#) {
        let _ = json_line("x.jsonl", "x.jsonl", 1, line.as_bytes());
        let _ = json_line("x.jsonl", "x.jsonl", 1, format!(r#"{{"id":{line},"text":"a"}}"#).as_bytes());
    }

    #[test]
    fn marked_and_plain_unicode_comes_back(text in r"[\PC\r\n\t]{0,300}") {
        let plain = decode(text.as_bytes()).unwrap();
        prop_assert_eq!((plain.0.as_ref(), plain.1), (text.as_str(), Encoding::Utf8));
        let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        let read = decode(&marked).unwrap();
        prop_assert_eq!(read.0.as_ref(), text.as_str());
        for (big, encoding) in [(false, Encoding::Utf16Le), (true, Encoding::Utf16Be)] {
            let bytes = utf16(&text, big, true);
            let read = decode(&bytes).unwrap();
            prop_assert_eq!((read.0.as_ref(), read.1), (text.as_str(), encoding));
        }
    }

    #[test]
    fn unmarked_utf16_is_known_by_its_zeros(text in r"[ -~\r\n]{1,300}") {
        for (big, encoding) in [(false, Encoding::Utf16Le), (true, Encoding::Utf16Be)] {
            let bytes = utf16(&text, big, false);
            let read = decode(&bytes).unwrap();
            prop_assert_eq!((read.0.as_ref(), read.1), (text.as_str(), encoding));
        }
    }

    #[test]
    fn windows_1252_comes_back(words in prop::collection::vec("[ -~]{1,9}[éµ°±–€ü]", 1..30)) {
        let text = words.concat() + " ";
        let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(&text);
        let read = decode(&bytes).unwrap();
        prop_assert_eq!((read.0.as_ref(), read.1), (text.as_str(), Encoding::Windows1252));
    }

    #[test]
    fn offsets_equal_the_naive_count(text in r"[a-z µé💊\n中]{0,300}") {
        for at in text.char_indices().map(|(at, _)| at).chain([text.len()]) {
            let before = &text[..at];
            let naive = [
                (OffsetUnit::Chars, before.chars().count()),
                (OffsetUnit::Bytes, before.len()),
                (OffsetUnit::Utf16, before.encode_utf16().count()),
            ];
            for (unit, expected) in naive {
                prop_assert_eq!(OffsetMap::new(&text, unit).convert(at as u32) as usize, expected);
            }
        }
    }

    #[test]
    fn strings_are_escaped_as_serde_json_does(text in r#"[\x00-\x1f"\\a-zµ💊\x7f\u{2028}]{0,80}"#) {
        let mut out = Vec::new();
        push_string(&mut out, &text);
        prop_assert_eq!(out, serde_json::to_vec(&text).unwrap());
    }

    #[test]
    fn indented_json_says_the_same(keys in prop::collection::vec(r#"["\\a-z{}\[\],:µ]{0,60}"#, 0..12)) {
        let mut value = serde_json::json!([]);
        for (at, key) in keys.iter().enumerate() {
            value = if at % 2 == 0 {
                serde_json::json!({ key.as_str(): value, "n": [at, 1.5], "e": {} })
            } else {
                serde_json::json!([value, key])
            };
        }
        let mut out = Vec::new();
        indent(value.to_string().as_bytes(), 1, &mut out);
        prop_assert_eq!(serde_json::from_slice::<serde_json::Value>(&out).unwrap(), value);
    }

    #[test]
    fn every_line_arrives_once_and_in_order(lengths in prop::collection::vec(0usize..60_000, 1..40), crlf: bool) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cases.jsonl");
        let (mut lines, mut expected, mut failed) = (String::new(), String::new(), 0);
        for (at, length) in lengths.iter().enumerate() {
            let line = format!(r#"{{"id":"c{at}","text":"{}"}}"#, "x".repeat(*length));
            if *length == 0 || line.len() + usize::from(crlf) > 50_000 {
                failed += 1;
            } else {
                expected += &format!("c{at}={length}\n");
            }
            lines += &line;
            lines += if crlf { "\r\n" } else { "\n" };
        }
        fs::write(&file, lines).unwrap();
        for threads in [1, 3] {
            let (tally, output, failures) = collect(std::slice::from_ref(&file), options(threads, 50_000), say_id);
            prop_assert_eq!(&output, &expected);
            prop_assert_eq!((tally.failed, failures.len()), (failed, failed as usize));
        }
    }
}

fn refusal(bytes: &[u8]) -> String {
    text_file("in/x.txt", "x.txt", bytes).expect_err("refused").to_string()
}

#[test]
fn what_is_not_text_is_called_by_its_name() {
    for (bytes, name) in [
        (&b"%PDF-1.7\n..."[..], "PDF"),
        (b"\x1F\x8B\x08\0\0", "gzip"),
        (b"\x89PNG\r\n\x1A\n\0\0", "PNG"),
        (b"\xFF\xD8\xFF\xE0", "JPEG"),
        (b"PK\x03\x04\x14\0", "zip"),
        (b"{\\rtf1 A man.}", "RTF"),
        (b"BZh91AY&SY\xC4\0", "bzip2"),
        (b"\xFF\xFE\0\0A\0\0\0", "UTF-32"),
        (b"a\0b\0\0\0\0c\0d", "binary data"),
        (b"\x80\0\x01\x02", "binary data"),
        (b"", "is empty"),
        (b" \r\n\t", "white space"),
    ] {
        let said = refusal(bytes);
        assert!(said.starts_with("in/x.txt: ") && said.contains(name), "{said}");
    }
    assert!(text_file("x", "x", b"PAR1 is a receptor. BZh is nothing.").is_ok());
}

#[test]
fn damaged_unicode_is_refused_not_guessed() {
    assert!(refusal(b"5 \xC2\xB5g and 6 \xC2g").contains("broken character at byte 12"));
    assert!(refusal(b"\xEF\xBB\xBF5 \xB5g").contains("broken character at byte 5"));
    assert!(refusal(b"\xFF\xFEA\0\0\xD8").contains("UTF-16 with a broken character"));
}

#[test]
fn a_line_says_what_is_wrong_with_it() {
    for (line, expected) in [
        (&br#"{"id":"a"}"#[..], "lacks the field `text`"),
        (br#"{"id":"a","text":""}"#, "`text` is empty"),
        (br#"{"id":"a","text":null}"#, "`text` is null, not a string"),
        (br#"{"id":"a","text":5}"#, "`text` is a number, not a string"),
        (br#"{"id":["a"],"text":"b"}"#, "`id` is an array, not a string"),
        (br#"{"id":"a","id":"b","text":"c"}"#, "duplicate field `id`"),
        (br#"["a"]"#, "is an array, not an object (write one object a line"),
        (b"17", "is a number, not an object"),
        (br#"{"id":"a","text":"b"#, "is not valid JSON: EOF while parsing a string at column 19"),
        (b"{", "an object must stand on one line"),
        (b"{\"id\":\"\xB5\",\"text\":\"b\"}", "is not UTF-8: bad byte at column 8"),
        (br#"{"schema":"1.0","id":"a","entities":[]}"#, "looks like the output of casegrain"),
        (br#"{"id":"a","text":"\ud800"}"#, "is not valid JSON"),
    ] {
        let said = json_line("in/c.jsonl", "c.jsonl", 9, line).expect_err("refused").to_string();
        assert!(said.starts_with("in/c.jsonl:9: ") && said.contains(expected), "{said}");
    }
}

#[test]
fn a_failure_never_shows_what_a_report_says() {
    let secret = "Mrs Smith";
    for line in [
        format!(r#"{{"id":"a","text":"{secret}"#),
        format!(r#"{{"id":{{"x":"{secret}"}},"text":"b"}}"#),
        format!(r#"{{"id":"a","text":["{secret}"]}}"#),
        format!(r#"{{"id":-5,"text":"{secret}"}}"#),
        format!(r#""{secret}""#),
    ] {
        let said = json_line("c.jsonl", "c.jsonl", 1, line.as_bytes()).expect_err("refused").to_string();
        assert!(!said.contains("Smith"), "{said}");
    }
}

#[test]
fn a_line_is_called_by_the_first_name_it_has() {
    for (line, id) in [
        (r#"{"text":"a","id":"x","pmcid":"y"}"#, "x"),
        (r#"{"text":"a","id":null,"pmcid":"PMC7"}"#, "PMC7"),
        (r#"{"text":"a","id":"","pmid":123,"other":{"deep":[1,{}]}}"#, "123"),
        (r#"{"text":"a"}"#, "c.jsonl:4"),
        (r#"{"text":"a\n\u00b5","id":"a\tb"}"#, "a\tb"),
    ] {
        let record = json_line("in/c.jsonl", "c.jsonl", 4, line.as_bytes()).expect("read");
        assert_eq!(record.id, id);
    }
}

#[test]
fn the_hash_is_of_the_bytes_read() {
    let hex = |record: Record<'_>| record.sha256().iter().map(|b| format!("{b:02x}")).collect::<String>();
    let of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(hex(text_file("x", "x", b"abc").unwrap()), of_abc);
    assert_ne!(hex(text_file("x", "x", b"\xEF\xBB\xBFabc").unwrap()), of_abc);
    assert_eq!(hex(json_line("x", "x", 1, br#"{"id":"1","text":"\u0061bc"}"#).unwrap()), of_abc);
}

#[test]
fn a_crash_costs_one_report() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.txt", "b.txt", "c.txt"] {
        fs::write(folder.path().join(name), "A man.").unwrap();
    }
    for threads in [1, 2] {
        let (tally, output, failures) =
            collect(&[folder.path().into()], options(threads, 100), |record, out| {
                say_id(record, out);
                assert!(record.id != "b", "cannot read b");
            });
        assert_eq!((tally.reports, tally.failed, output.as_str()), (2, 1, "a=6\nc=6\n"));
        assert!(failures[0].contains("b.txt: ") && failures[0].contains("cannot read b"), "{failures:?}");
    }
}

#[test]
fn a_sink_that_fails_ends_the_run() {
    struct Full;
    impl Sink for Full {
        fn output(&mut self, _: &[u8]) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn failure(&mut self, _: &Failure) {}
    }
    let folder = tempfile::tempdir().unwrap();
    let line = format!("{{\"text\":\"{}\"}}\n", "x".repeat(1000));
    fs::write(folder.path().join("c.jsonl"), line.repeat(10_000)).unwrap();
    for threads in [1, 2, 8] {
        let error = run(&[folder.path().into()], options(threads, 9999), say_id, &mut Full).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
