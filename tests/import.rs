//! Vocabularies of one's own: each form read, and a table used by the program.

use casegrain::Extractor;
use casegrain::import::{Format, Import, Options, read, write_table};
use casegrain::model::Field;
use std::process::Command;

fn import(text: &str, format: Format, options: &Options) -> Import {
    read(text.as_bytes(), format, options).expect("a good vocabulary")
}

fn table(import: &Import) -> Vec<String> {
    let mut out = Vec::new();
    write_table(import, &mut out).expect("memory takes all");
    String::from_utf8(out).expect("UTF-8").lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn a_table_with_columns_of_any_name() {
    let text =
        "\u{feff}Kennung,Begriff,Varianten\n17,\"Sirop, brun\",Brown syrup; BSy |  brown syrup\n18,,\n";
    let options = Options {
        name: Some("Begriff".into()),
        synonyms: Some("varianten".into()),
        code: Some("Kennung".into()),
        system: Some("LOCAL".into()),
        ..Options::default()
    };
    let import = import(text, Format::Csv, &options);
    assert_eq!(table(&import), ["Sirop, brun\tBrown syrup|=BSy\tLOCAL:17"]);
    assert_eq!(import.left_out, [("without a name", 1)]);
    let wrong = read("a\tb\n".as_bytes(), Format::Tsv, &Options::default()).expect_err("no name");
    assert!(wrong.to_string().contains("--name"), "{wrong}");
}

#[test]
fn an_ontology() {
    let text = "format-version: 1.2\n\n[Term]\nid: HP:1\nname: Blue knee\nsynonym: \"Knee, \\\"blue\\\"\" EXACT [x:y]\n\
                synonym: \"Odd knee\" RELATED []\nsynonym: \"BKN\" EXACT abbreviation []\nxref: UMLS:C1\nxref: http://x:1\n\n\
                [Term]\nid: HP:2\nname: gone\nis_obsolete: true\n\n[Typedef]\nid: part_of\nname: part of\n";
    let plain = import(text, Format::Obo, &Options::default());
    assert_eq!(table(&plain), ["Blue knee\tKnee, \"blue\"|?Odd knee|=BKN\tHP:1"]);
    assert_eq!(plain.left_out, [("obsolete", 1)]);
    let all = import(text, Format::Obo, &Options { xrefs: true, ..Options::default() });
    assert_eq!(all.concepts[0].codes, ["HP:1", "UMLS:C1"]);
    assert!(read("name: x\n".as_bytes(), Format::Obo, &Options::default()).is_err());
}

#[test]
fn gene_names() {
    let text = "hgnc_id\tsymbol\tname\tstatus\talias_symbol\tprev_symbol\tentrez_id\n\
                HGNC:1\tABC9\tabc nine factor\tApproved\t\"CAN|AB-9\"\tOLD9\t99\n\
                HGNC:2\tGONE\tgone\tEntry Withdrawn\t\t\t\n";
    let import = import(text, Format::Hgnc, &Options { xrefs: true, ..Options::default() });
    assert_eq!(table(&import), ["=ABC9\t=CAN|=AB-9|=OLD9|abc nine factor\tHGNC:1|NCBIGene:99"]);
    assert_eq!(import.left_out, [("withdrawn", 1)]);
}

#[test]
fn drug_names() {
    let row = |rxcui: &str, language: &str, source: &str, kind: &str, text: &str, suppressed: &str| {
        format!("{rxcui}|{language}||||||||||{source}|{kind}||{text}||{suppressed}||\n")
    };
    let text = row("5", "ENG", "MSH", "SY", "novelimabum", "N")
        + &row("5", "ENG", "RXNORM", "IN", "novelimab", "N")
        + &row("5", "SPA", "MSH", "SY", "novelimabo", "N")
        + &row("6", "ENG", "RXNORM", "SCD", "novelimab 5 MG Oral Tablet", "N")
        + &row("7", "ENG", "RXNORM", "BN", "Noveli", "N")
        + &row("8", "ENG", "RXNORM", "IN", "oldimab", "O");
    let import = import(&text, Format::Rxnorm, &Options::default());
    assert_eq!(table(&import), ["novelimab\tnovelimabum\tRxNorm:5", "Noveli\t\tRxNorm:7"]);
    assert!(read("5|ENG\n".as_bytes(), Format::Rxnorm, &Options::default()).is_err());
}

#[test]
fn an_imported_table_adds_concepts_and_codes() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("own.tsv");
    std::fs::write(
        &source,
        "name\tsynonyms\tcode\nBlue knee syndrome\tazure knee\tX:1\nFever\tpyrexial state\tX:2\n",
    )
    .expect("a writable folder");
    let grammars = folder.path().join("mine");
    let ran = Command::new(env!("CARGO_BIN_EXE_casegrain"))
        .args(["lexicon", "import"])
        .arg(&source)
        .args(["--as", "finding", "-o"])
        .arg(&grammars)
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "{said}");
    assert!(said.starts_with("2 concepts, 4 surfaces into "), "{said}");

    let extractor = Extractor::with_grammars(&grammars).expect("good grammars");
    let report = extractor.extract("She had an azure knee and fever, then a pyrexial state.");
    let found: Vec<_> = report
        .entities
        .iter()
        .filter(|e| e.kind.name() == "finding")
        .map(|e| (e.value.text(Field::Name).unwrap_or_default(), e.codings().collect::<Vec<_>>()))
        .collect();
    // What the built-in vocabulary has keeps its name and takes the code.
    let codes = |code| vec![("X", code)];
    assert_eq!(found, [("Blue knee syndrome", codes("1")), ("fever", codes("2")), ("Fever", codes("2"))]);

    let lints = Command::new(env!("CARGO_BIN_EXE_casegrain"))
        .args(["grammar", "check"])
        .arg(&grammars)
        .output()
        .expect("the program runs");
    assert!(lints.status.success(), "{}", String::from_utf8_lossy(&lints.stdout));
}

#[test]
fn a_vocabulary_that_does_not_exist_is_named() {
    let ran = Command::new(env!("CARGO_BIN_EXE_casegrain"))
        .args(["lexicon", "import", "nowhere.obo", "--as", "findings"])
        .output()
        .expect("the program runs");
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("no vocabulary is called `findings`"));
}
