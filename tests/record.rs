//! Reports to records: what is merged, what is left out, what contradicts.

use casegrain::Extractor;
use casegrain::grammar::Grammar;
use casegrain::model::case::{Case, Role};
use casegrain::model::{EntityType, Report, Status};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

static EXTRACTOR: LazyLock<Extractor> = LazyLock::new(|| Extractor::new().expect("good grammars"));

#[track_caller]
fn one(text: &'static str) -> (Case, Report<'static>) {
    let mut report = EXTRACTOR.extract(text);
    assert_eq!(report.cases.len(), 1, "{:#?}", report.cases);
    (report.cases.remove(0), report)
}

/// Every entity that a leaf names is there and speaks of the patient, and every record of the corpus is read back as
/// it was written.
#[test]
fn records_of_the_corpus_hang_together() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let (mut leaves, mut with_record) = (0, 0);
    for file in fs::read_dir(corpus).expect("a folder") {
        let path = file.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "txt") {
            continue;
        }
        let bytes = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let text = String::from_utf8_lossy(&bytes);
        let report = EXTRACTOR.extract(&text);
        with_record += usize::from(!report.cases.is_empty());
        for case in &report.cases {
            let json = serde_json::to_string(case).expect("JSON");
            assert_eq!(&serde_json::from_str::<Case>(&json).expect("a case"), case, "{}", path.display());
            for piece in json.split("\"entities\":[").skip(1) {
                let ids = piece.split(']').next().expect("closed");
                assert!(!ids.is_empty(), "{}: a leaf without entities: {json}", path.display());
                for id in ids.split(',') {
                    let number: usize = id.trim_matches(['"', 'T']).parse().expect("an id");
                    assert!(number <= report.entities.len(), "{id}");
                    leaves += 1;
                }
            }
        }
    }
    assert!(leaves > 500 && with_record >= 24, "{leaves} {with_record}");
}

#[test]
fn mentions_of_one_thing_are_one_leaf() {
    let (case, report) =
        one("A 61-year-old man had jaundice. The jaundice grew worse. This 61-year-old man had lost weight.");
    let age = case.patient.age.expect("an age");
    assert_eq!((age.value.map(|v| v.to_i64()), age.entities.len()), (Some(Some(61)), 2));
    let jaundice: Vec<_> = case.findings.iter().filter(|f| f.name == "jaundice").collect();
    assert_eq!(jaundice.len(), 1);
    assert_eq!(jaundice[0].entities.len(), 2);
    assert_eq!(jaundice[0].text.as_deref(), Some("jaundice"));
    assert!(jaundice[0].entities.iter().all(|e| report.entities[e.0 as usize].kind == EntityType::Finding));
    assert!(case.conflicts.is_empty());
}

#[test]
fn places_that_disagree_are_kept_both() {
    let (case, _) = one("A 61-year-old man fell. Examination\n\nThis 64-year-old man was alert.");
    let conflict = &case.conflicts[0];
    assert_eq!(
        (conflict.field.as_str(), conflict.values.as_slice()),
        ("patient.age", &["61 a".to_owned(), "64 a".to_owned()][..])
    );
    assert_eq!(conflict.entities.len(), 2);
}

#[test]
fn only_the_patient_is_in_the_record() {
    let (case, report) =
        one("A 30-year-old woman had a cough. Her mother had breast cancer. She denied fever.");
    assert!(report.entities.iter().any(|e| report.words(e) == "breast cancer"));
    assert!(case.diagnoses.is_empty(), "{:?}", case.diagnoses);
    let fever = case.findings.iter().find(|f| f.name == "fever").expect("fever");
    assert_eq!(fever.status, Status::Absent);
}

#[test]
fn several_patients_have_a_record_each() {
    let report =
        EXTRACTOR.extract("Case 1\nA 40-year-old man had a cough.\n\nCase 2\nA 7-month-old girl had a rash.");
    let ids: Vec<_> = report.cases.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids, ["C1", "C2"]);
    let sexes: Vec<_> =
        report.cases.iter().map(|c| c.patient.sex.as_ref().expect("a sex").code.as_str()).collect();
    assert_eq!(sexes, ["male", "female"]);
    assert!(report.cases[1].findings.iter().all(|f| f.name != "cough"));
}

#[test]
fn a_report_without_facts_has_no_record() {
    assert!(EXTRACTOR.extract("Nothing to see here.").cases.is_empty());
}

#[test]
fn diagnoses_have_their_role() {
    let (case, _) =
        one("A 50-year-old man with hypertension had suspected sarcoidosis. There was no tuberculosis. \
         Biopsy proved adenocarcinoma of the lung.");
    let role = |name: &str| case.diagnoses.iter().find(|d| d.name.contains(name)).map(|d| d.role);
    assert_eq!(role("hypertension"), Some(Role::Comorbidity));
    assert_eq!(role("sarcoidosis"), Some(Role::Suspected));
    assert_eq!(role("tuberculosis"), Some(Role::Excluded));
    assert_eq!(role("adenocarcinoma"), Some(Role::Final));
}

#[test]
fn reference_ranges_are_marked() {
    let (case, _) = one("A 50-year-old man had a ferritin of 812 ng/mL (normal range 30-400 ng/mL).");
    let states: Vec<_> = case.measurements.iter().map(|m| m.state.is_measured()).collect();
    assert_eq!(states, [true, false]);
}

#[test]
fn follow_ups_count_from_what_was_done() {
    let (case, _) = one(
        "A 41-year-old man underwent nephrectomy. A scan was done. At the 3-month follow-up he was well. At the 1-year \
         follow-up a recurrence was found.",
    );
    let anchors: Vec<_> = case.timeline.iter().map(|e| (e.anchor.as_deref(), e.unit.as_deref())).collect();
    assert_eq!(
        anchors,
        [(Some("nephrectomy"), Some("mo")), (Some("nephrectomy"), Some("a"))],
        "{:#?}",
        case.timeline
    );
}

#[test]
fn a_month_without_a_year_is_the_next_of_its_name() {
    let (case, _) = one(
        "A man had a mastectomy in March 2011. Paclitaxel was begun in May. In February, a recurrence was found.",
    );
    let dates: Vec<_> = case.timeline.iter().map(|e| e.iso8601.as_deref().unwrap_or_default()).collect();
    assert_eq!(dates, ["2011-03", "2011-05", "2012-02"], "{:#?}", case.timeline);
    assert!(case.timeline.iter().all(|e| e.status == Status::Present));
}

#[test]
fn the_timeline_is_chained_and_solved() {
    let (case, report) = one(
        "A 50-year-old man was admitted with a cough. Five days after admission, a bronchoscopy was done. \
         Three days later he had a pneumothorax.",
    );
    let days: Vec<_> = case
        .timeline
        .iter()
        .map(|e| (e.event.as_str(), e.day.clone().map(|d| (d.earliest, d.latest))))
        .collect();
    assert_eq!(
        days,
        [("bronchoscopy", Some((Some(5), Some(5)))), ("pneumothorax", Some((Some(8), Some(8))))]
    );
    assert_eq!(case.timeline[1].anchor.as_deref(), Some("bronchoscopy"));
    assert!(report.issues.iter().all(|i| i.code != "time-contradiction"));
}

#[test]
fn times_that_cannot_all_be_right_are_an_issue() {
    let text = "A 50-year-old man was admitted on 3 May 2011. On 20 May 2011, 40 days after admission, a colectomy was done.";
    let (case, report) = one(text);
    let issue = report.issues.iter().find(|i| i.code == "time-contradiction").expect("an issue");
    assert_eq!(issue.entities.len(), 3, "{}", issue.message);
    assert!(case.timeline.iter().all(|e| e.day.is_none()), "{:#?}", case.timeline);
    let (case, report) = one(
        "A 50-year-old man was admitted on 3 May 2011. On 20 May 2011, 17 days after admission, a colectomy was done.",
    );
    assert!(report.issues.iter().all(|i| i.code != "time-contradiction"), "{:?}", report.issues);
    assert_eq!(case.timeline.last().and_then(|e| e.day.clone()).and_then(|d| d.earliest), Some(17));
}

#[test]
fn the_last_state_is_the_outcome_and_death_is_final() {
    let (case, _) = one("A man had a relapse of lymphoma. After 9 months he was in complete remission.");
    assert_eq!(case.outcome.expect("an outcome").status, "remission");
    let (case, _) = one("A man died of sepsis. The lymphoma had been in complete remission.");
    assert_eq!(case.outcome.expect("an outcome").status, "dead");
}

#[test]
fn recovery_is_an_outcome_and_what_was_over_before_is_no_end() {
    let (case, _) = one("A 30-year-old man had colitis. He made an uneventful recovery and was discharged.");
    assert_eq!(case.outcome.expect("an outcome").status, "alive");
    let (case, _) =
        one("A 40-year-old woman had tetanus. One month later her symptoms had completely resolved.");
    assert_eq!(case.outcome.expect("an outcome").status, "remission");
    // Well, and right before it free of disease: free of disease.
    let (case, _) =
        one("A 50-year-old man had a sarcoma. At two years there is no recurrence, and he is doing well.");
    assert_eq!(case.outcome.expect("an outcome").status, "remission");
    let (case, _) = one(
        "Past medical history: lymphoma in remission, hypertension.\n\nPresent illness: A 60-year-old man had a cough.",
    );
    assert_eq!(case.outcome, None);
}

#[test]
fn a_recurrence_is_no_final_diagnosis_and_what_is_only_named_not_done() {
    let (case, _) =
        one("A 55-year-old man had a sarcoma of the thigh. A year later CT showed a local recurrence. \
         MRI is the imaging modality of choice for such tumors. Oxygenation was good.");
    let role = |name: &str| case.diagnoses.iter().find(|d| d.name == name).map(|d| d.role);
    assert_eq!(role("local recurrence"), Some(Role::Complication));
    let done: Vec<_> = case.treatments.procedures.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(done, ["computed tomography"]);
}

/// A name in the table that no vocabulary has is a typing error.
#[test]
fn the_table_of_concepts_names_what_there_is() {
    let grammar = Grammar::built_in().expect("good grammars");
    let table = include_str!("../grammars/record/concepts.tsv");
    let names = |vocabulary: &str| -> BTreeSet<&str> {
        let id = grammar.lexicon.vocabulary(vocabulary).expect("a vocabulary");
        let of = grammar.lexicon.entries().iter().filter(|e| e.vocabulary == id);
        of.map(|e| grammar.sources.get(e.name)).collect()
    };
    let mut checked = 0;
    for kind in ["anatomy", "disease", "drug", "finding", "procedure"] {
        let known = names(kind);
        for line in table.lines().filter(|l| !l.starts_with('#')) {
            let mut cells = line.split('\t');
            let (of, name) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
            if of != kind || name.contains(['*', ':']) {
                continue;
            }
            assert!(known.contains(name), "{kind} {name:?} is in no vocabulary");
            checked += 1;
        }
    }
    assert!(checked > 300, "{checked}");
    let sites = names("anatomy");
    let places = table.lines().filter_map(|line| {
        let [_, name, "metastasis", site] = line.split('\t').collect::<Vec<_>>()[..] else { return None };
        name.ends_with(" metastasis").then_some(site).filter(|site| *site != "distant")
    });
    assert!(places.inspect(|site| assert!(sites.contains(site), "{site:?} is no site")).count() > 60);
}

#[test]
fn a_metastasis_is_where_its_name_says() {
    let (case, _) =
        one("A 61-year-old man had melanoma. Subcutaneous metastases and a brain metastasis were excised.");
    let told: Vec<_> = case.metastases.iter().map(|m| m.site.as_str()).collect();
    assert_eq!(told, ["subcutaneous tissue", "brain"]);
}

#[test]
fn what_is_absent_has_no_size() {
    let (case, report) =
        one("A 61-year-old man had a lump in the thigh without ulceration, measuring 28 x 22 mm. \
                              The biopsy showed a lipoma measuring 3 cm.");
    assert!(report.entities.iter().any(|e| e.kind == EntityType::Size), "{:?}", report.entities);
    let names: Vec<_> = case.lesions.iter().map(|lesion| lesion.name.as_deref()).collect();
    assert!(!names.contains(&Some("ulcer")) && names.contains(&Some("lipoma")), "{names:?}");
}

/// Ages at which something happened are no other ages of the patient.
#[test]
fn an_age_of_the_past_contradicts_nothing() {
    let (case, _) = one(
        "A 9-year-old girl was seen. She had walked by 14 months of age and read when she was 4 years old.",
    );
    assert_eq!(case.patient.age.expect("an age").value.and_then(|v| v.to_i64()), Some(9));
    assert!(case.conflicts.is_empty(), "{:?}", case.conflicts);
    let (case, _) = one("A 9-year-old girl was seen. In the emergency room the 8-year-old girl was pale.");
    assert_eq!(case.conflicts.len(), 1, "{:?}", case.conflicts);
}

#[test]
fn drugs_given_together_are_a_regimen_without_a_name() {
    let (case, _) = one(
        "A 61-year-old woman was given gemcitabine 1000 mg/m2 on days 1 and 8 and carboplatin on day 1, \
                         and took aspirin and metformin. After two cycles of docetaxel and cisplatin she was well.",
    );
    let told: Vec<_> = case
        .treatments
        .regimens
        .iter()
        .map(|r| (r.name.as_str(), r.cycle_count.and_then(|n| n.to_i64()), r.drugs.len()))
        .collect();
    assert_eq!(told, [("gemcitabine + carboplatin", None, 2), ("docetaxel + cisplatin", Some(2), 2)]);
    let drugs: Vec<_> = case.treatments.drugs.iter().map(|d| d.name.as_str()).collect();
    assert_eq!(drugs, ["acetylsalicylic acid", "metformin"]);
}

#[test]
fn drugs_that_follow_each_other_are_no_regimen() {
    let (case, _) =
        one("A 61-year-old woman was given gemcitabine, followed by carboplatin; later docetaxel was tried.");
    assert!(case.treatments.regimens.is_empty(), "{:?}", case.treatments.regimens);
    assert_eq!(case.treatments.drugs.len(), 3);
}

#[test]
fn metastases_have_each_of_their_sites() {
    let (case, _) = one(
        "A 61-year-old man had renal cell carcinoma. No metastatic lesions were seen in the brain or liver. \
                         The tumor had spread to the pancreas, and two of 14 pelvic lymph nodes were positive. \
                         A metastasis from the thyroid was excluded.",
    );
    let told: Vec<_> = case.metastases.iter().map(|m| (m.site.as_str(), m.status)).collect();
    for (site, status) in [
        ("brain", Status::Absent),
        ("liver", Status::Absent),
        ("pancreas", Status::Present),
        ("pelvic lymph node", Status::Present),
    ] {
        assert!(told.contains(&(site, status)), "{site}: {told:?}");
    }
    assert!(told.iter().all(|(site, _)| *site != "thyroid gland" && *site != "thyroid"), "{told:?}");
}

#[test]
fn tools_are_no_lesions_and_organisms_no_diagnoses() {
    let (case, _) =
        one("A 61-year-old man got a 3.0 x 18 mm stent through an incision of 4 cm. Cultures grew \
                         Escherichia coli. There was a polyp of 9 mm at 12 cm from the anal verge.");
    let sizes: Vec<_> = case.lesions.iter().map(|l| l.name.as_deref()).collect();
    assert_eq!(sizes, [Some("polyp")]);
    assert!(case.diagnoses.iter().all(|d| !d.name.contains("coli")), "{:?}", case.diagnoses);
    assert!(case.findings.iter().any(|f| f.name.contains("coli")), "{:?}", case.findings);
}

#[test]
fn an_event_that_is_told_twice_stands_once() {
    let (case, _) = one(
        "A 61-year-old man was operated on twice. Chemotherapy began 20 days after the first operation. \
                         Chemotherapy was given 20 days after the initial surgery.",
    );
    let events: Vec<_> = case.timeline.iter().filter(|e| e.event.contains("chemotherapy")).collect();
    assert_eq!(events.len(), 1, "{events:?}");
}

#[test]
fn a_diagnosis_that_another_replaced_was_provisional() {
    let role = |text, name: &str| {
        let (case, _) = one(text);
        let found = case.diagnoses.iter().find(|d| d.name == name);
        found.unwrap_or_else(|| panic!("{name}: {:?}", case.diagnoses)).role
    };
    let replaced =
        "A 61-year-old man had a provisional diagnosis of sarcoidosis. Biopsy showed Hodgkin lymphoma.";
    assert_eq!(role(replaced, "sarcoidosis"), Role::Provisional);
    assert_eq!(role(replaced, "Hodgkin lymphoma"), Role::Final);
    // No other took its place.
    let open = "A 61-year-old man with fever was seen. The working diagnosis was sarcoidosis.";
    assert_eq!(role(open, "sarcoidosis"), Role::Suspected);
    let course = "A 61-year-old man had pancreatitis. The stay was complicated by cholangitis. Comorbidities included \
                  psoriasis.";
    assert_eq!(role(course, "cholangitis"), Role::Complication);
    assert_eq!(role(course, "psoriasis"), Role::Comorbidity);
}

#[test]
fn a_size_in_brackets_is_of_what_stands_before_them() {
    let (case, _) =
        one("A 61-year-old man got a valve prosthesis (diameter 31 mm). CT showed a mass (3 x 2 cm) and a \
                         nodule in the left lung (14 mm). An enlarged lymph node (1.5 cm) was removed.");
    let names: Vec<_> = case.lesions.iter().map(|l| (l.name.as_deref(), l.site.as_deref())).collect();
    assert_eq!(
        names,
        [(Some("mass"), None), (Some("nodule"), Some("lung")), (Some("lymphadenopathy"), Some("lymph node"))]
    );
}

#[test]
fn a_figure_is_the_age_and_not_the_span_around_it() {
    let age = |text| one(text).0.patient.age.expect("an age");
    let newborn = age("A newborn with a murmur was seen.");
    assert_eq!(
        newborn.low.zip(newborn.high).map(|(l, h)| (l.to_i64(), h.to_i64())),
        Some((Some(0), Some(28)))
    );
    let exact = age("A newborn with a murmur was seen. The 3-day-old boy had fever.");
    assert_eq!((exact.value.and_then(|v| v.to_i64()), exact.low, exact.entities.len()), (Some(3), None, 2));
    // What he could do later is no age of the newborn.
    let apart = age("A newborn with a murmur was seen. At the age of 7 years he could read.");
    assert_eq!(apart.value, None);
}

#[test]
fn what_is_told_twice_of_the_disease_at_the_end_stands_once() {
    let (case, _) =
        one("A 61-year-old man had a sarcoma. He remained well for a year. A recurrence was seen; later \
                         there was no recurrence.");
    let end = case.outcome.expect("an outcome");
    let disease: Vec<_> = end.disease.iter().map(|d| (d.name.as_str(), d.status)).collect();
    assert_eq!(disease, [("recurrence", Status::Absent)]);
}

#[test]
fn what_was_diagnosed_is_final_and_what_has_not_come_back_was_there() {
    let (case, _) = one(
        "A 61-year-old man lost weight. With a fasting glucose of 14 mmol/L he was diagnosed with type 2 \
                         diabetes. He had a lymphoma. There was no recurrence of the lymphoma.",
    );
    let roles: Vec<_> = case.diagnoses.iter().map(|d| (d.name.as_str(), d.role)).collect();
    assert!(roles.contains(&("type 2 diabetes mellitus", Role::Final)), "{roles:?}");
    assert!(roles.contains(&("lymphoma", Role::Final)), "{roles:?}");
    assert!(!roles.contains(&("lymphoma", Role::Excluded)), "{roles:?}");
}

#[test]
fn a_short_form_in_brackets_is_no_second_procedure() {
    let (case, _) = one(
        "A 61-year-old man had an abdominal computed tomography (CT). A specimen weighing 400 g was sent in.",
    );
    let procedures: Vec<_> = case.treatments.procedures.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(procedures, ["abdominal computed tomography"]);
    let weights: Vec<_> = case.measurements.iter().map(|m| m.analyte.as_str()).collect();
    assert_eq!(weights, ["specimen weight"]);
}

#[test]
fn a_spread_at_the_end_has_the_name_of_the_disease() {
    let (case, _) = one("A 61-year-old man had a sarcoma. He is alive with bilateral lung metastasis.");
    let names: Vec<_> = case.outcome.expect("an outcome").disease.into_iter().map(|d| d.name).collect();
    assert_eq!(names, ["lung metastasis"]);
}

#[test]
fn a_point_before_three_zeros_groups_thousands() {
    let (case, _) = one("A 61-year-old man was given streptokinase 250.000 units. His INR was 1.000.");
    let dose = case.treatments.drugs[0].dose.as_ref().and_then(|d| d.value).map(|v| v.to_string());
    assert_eq!(dose.as_deref(), Some("250000"));
    assert_eq!(case.measurements[0].value.map(|v| v.to_f64()), Some(1.0));
}

#[test]
fn what_did_not_happen_then_is_no_event() {
    let (case, _) =
        one("A 61-year-old man had pneumonia. He was discharged without sequelae on hospital day 11.");
    let events: Vec<_> = case.timeline.iter().map(|e| (e.event.as_str(), e.status)).collect();
    assert!(!events.iter().any(|(_, status)| *status == Status::Absent), "{events:?}");
    assert_eq!(events.len(), 1, "{events:?}");
}

#[test]
fn siblings_die_for_themselves() {
    let (case, _) = one("A 5-year-old girl had a cleft palate. Their first born died of asphyxia.");
    assert_eq!(case.outcome, None);
    assert!(case.diagnoses.iter().all(|d| d.name != "asphyxia"), "{:?}", case.diagnoses);
}
