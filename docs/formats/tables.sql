-- The tables of `casegrain convert --format csv` and `--format parquet`, for DuckDB.

-- One report.
CREATE TABLE "documents" (
  "document" VARCHAR, -- Id of the report.
  "name" VARCHAR, -- The file it came from.
  "format" VARCHAR, -- The form it came in: text, jsonl, …
  "encoding" VARCHAR, -- How its characters were stored.
  "sha256" VARCHAR, -- SHA-256 of the file's bytes, or of the text that came in a line.
  "characters" BIGINT, -- Length of the text in code points.
  "cases" BIGINT, -- How many patients have a record.
  "program" VARCHAR, -- What read it.
  "version" VARCHAR, -- The version of that.
  "grammar" VARCHAR, -- Hash of the grammar set.
  "schema" VARCHAR, -- The version of the form of the output.
  PRIMARY KEY ("document")
);

-- A part of a report under one heading.
CREATE TABLE "sections" (
  "document" VARCHAR, -- Id of the report.
  "row" BIGINT, -- Number of the row within document and case, from 1.
  "kind" VARCHAR, -- The kind of section; body before the first heading.
  "title" VARCHAR, -- The words of the heading.
  "start" BIGINT, -- Where the words begin, in code points from the start of the text.
  "end" BIGINT, -- Where the words end, exclusive.
  PRIMARY KEY ("document", "row")
);

-- One fact at one place of the text.
CREATE TABLE "entities" (
  "document" VARCHAR, -- Id of the report.
  "entity" VARCHAR, -- Id of the entity: T1, T2, …
  "type" VARCHAR, -- What kind of fact: drug, dose, finding, …
  "start" BIGINT, -- Where the words begin, in code points from the start of the text.
  "end" BIGINT, -- Where the words end, exclusive.
  "text" VARCHAR, -- The words.
  "name" VARCHAR, -- What it is called: the preferred name, symbol, code or date of its type.
  "value" DOUBLE, -- The number; empty for a range.
  "low" DOUBLE, -- Lower end of a range.
  "high" DOUBLE, -- Upper end of a range.
  "unit" VARCHAR, -- UCUM code.
  "comparator" VARCHAR, -- <, <=, >, >= or ~.
  "status" VARCHAR, -- present, absent, possible, conditional or hypothetical.
  "subject" VARCHAR, -- patient, family, other or literature.
  "time" VARCHAR, -- current, history or planned.
  "patient" BIGINT, -- Which of several patients, from 1; empty where the report tells of one.
  "section" VARCHAR, -- The kind of section it stands in.
  "rule" VARCHAR, -- The rule that read it, as file/rule.
  "codes" VARCHAR, -- Its codes in public systems as SYSTEM:CODE, with spaces between; empty without.
  "relative" VARCHAR, -- Of the family: which relative, where the text says so.
  PRIMARY KEY ("document", "entity")
);

-- One field of the value of an entity, or one item of a field that is a list.
CREATE TABLE "fields" (
  "document" VARCHAR, -- Id of the report.
  "entity" VARCHAR, -- Id of the entity: T1, T2, …
  "field" VARCHAR, -- Name of the field: analyte, value, dimensions, …
  "position" BIGINT, -- Place in the list, from 1; 1 where the field is no list.
  "text" VARCHAR, -- What it holds, as written: words, a number with its digits, true or false.
  "number" DOUBLE, -- The same as a number, if it is one.
  "start" BIGINT, -- Where the words begin, in code points from the start of the text.
  "end" BIGINT, -- Where the words end, exclusive.
  PRIMARY KEY ("document", "entity", "field", "position")
);

-- A directed link between two entities of a report.
CREATE TABLE "relations" (
  "document" VARCHAR, -- Id of the report.
  "relation" VARCHAR, -- Id of the relation: R1, R2, …
  "type" VARCHAR, -- dose_of, site_of, …
  "from" VARCHAR, -- Id of the entity it starts from.
  "to" VARCHAR, -- Id of the entity it leads to.
  "rule" VARCHAR, -- The rule that read it, as file/rule.
  PRIMARY KEY ("document", "relation")
);

-- What cannot be right in a report, or was repaired while reading.
CREATE TABLE "issues" (
  "document" VARCHAR, -- Id of the report.
  "case" VARCHAR, -- Id of the patient's record in the report: C1, C2, …
  "row" BIGINT, -- Number of the row within document and case, from 1.
  "code" VARCHAR, -- unit-repaired, dose-implausible, …
  "severity" VARCHAR, -- info, warning or error.
  "message" VARCHAR, -- What is wrong.
  "check" VARCHAR, -- The check that raised it; empty for what was found while reading.
  "entities" VARCHAR, -- Ids of the entities it was read from, with spaces between.
  "start" BIGINT, -- Where the words begin, in code points from the start of the text.
  "end" BIGINT, -- Where the words end, exclusive.
  "rule" VARCHAR, -- The rule that read it, as file/rule.
  "expected_low" DOUBLE, -- What the first operand should be: at least.
  "expected_high" DOUBLE, -- At most; the same where it should be one number.
  "expected_unit" VARCHAR, -- UCUM code; empty for a bare number.
  "suggested_entity" VARCHAR, -- The entity that another reading would make plausible; itself as it was read.
  "suggested_value" DOUBLE, -- The number that it would have, where another one fits.
  "suggested_unit" VARCHAR, -- The unit that it would have.
  PRIMARY KEY ("document", "row")
);

-- One patient: age, sex and outcome.
CREATE TABLE "cases" (
  "document" VARCHAR, -- Id of the report.
  "case" VARCHAR, -- Id of the patient's record in the report: C1, C2, …
  "row" BIGINT, -- Number of the row within document and case, from 1.
  "age_value" DOUBLE, -- Age at presentation; empty for a range.
  "age_low" DOUBLE, -- Lower end of a range of ages.
  "age_high" DOUBLE, -- Upper end of a range of ages.
  "age_unit" VARCHAR, -- a, mo, wk, d or h.
  "age_comparator" VARCHAR, -- <, <=, >, >= or ~.
  "sex" VARCHAR, -- male, female, other or unknown.
  "outcome" VARCHAR, -- alive, dead, remission, recurrence, stable, progression or lost-to-follow-up.
  "outcome_value" DOUBLE, -- When the outcome was observed; empty for a range.
  "outcome_low" DOUBLE, -- Lower end of a range of such times.
  "outcome_high" DOUBLE, -- Upper end of a range of such times.
  "outcome_unit" VARCHAR, -- UCUM code.
  "outcome_comparator" VARCHAR, -- <, <=, >, >= or ~.
  "outcome_anchor" VARCHAR, -- The event from which that time is counted.
  "entities" VARCHAR, -- Ids of the entities it was read from, with spaces between.
  "start" BIGINT, -- Where the words begin, in code points from the start of the text.
  "end" BIGINT, -- Where the words end, exclusive.
  "rule" VARCHAR, -- The rule that read it, as file/rule.
  PRIMARY KEY ("document", "case", "row")
);

-- A sign, a symptom, or what an examination showed.
CREATE TABLE "findings" (
  "document" VARCHAR, -- Id of the report.
  "case" VARCHAR, -- Id of the patient's record in the report: C1, C2, …
  "row" BIGINT, -- Number of the row within document and case, from 1.
  "name" VARCHAR, -- Preferred name.
  "status" VARCHAR, -- present, absent, possible, conditional or hypothetical.
  "time" VARCHAR, -- current, history or planned.
  "site" VARCHAR, -- Where in the body.
  "laterality" VARCHAR, -- left, right or bilateral.
  "duration_value" DOUBLE, -- For how long; empty for a range.
  "duration_low" DOUBLE, -- Lower end of a range of durations.
  "duration_high" DOUBLE, -- Upper end of a range of durations.
  "duration_unit" VARCHAR, -- UCUM code.
  "duration_comparator" VARCHAR, -- <, <=, >, >= or ~.
  "entities" VARCHAR, -- Ids of the entities it was read from, with spaces between.
  "start" BIGINT, -- Where the words begin, in code points from the start of the text.
  "end" BIGINT, -- Where the words end, exclusive.
  "rule" VARCHAR, -- The rule that read it, as file/rule.
  "text" VARCHAR, -- The words of its first mention.
  PRIMARY KEY ("document", "case", "row")
);

-- A diagnosis, a metastasis, or what is said of a disease at the end of the report.
CREATE TABLE "diagnoses" (
  "document" VARCHAR, -- Id of the report.
  "case" VARCHAR, -- Id of the patient's record in the report: C1, C2, …
  "row" BIGINT, -- Number of the row within document and case, from 1.
  "kind" VARCHAR, -- diagnosis, metastasis or outcome.
  "name" VARCHAR, -- Preferred name.
  "site" VARCHAR, -- Where in the body.
  "laterality" VARCHAR, -- left, right or bilateral.
  "status" VARCHAR, -- present, absent, possible, conditional or hypothetical.
  "role" VARCHAR, -- final, provisional, suspected, excluded, comorbidity, complication or history; of diagnoses.
  "time" VARCHAR, -- current, history or planned; of diagnoses.
  "duration_value" DOUBLE, -- For how long; empty for a range.
  "duration_low" DOUBLE, -- Lower end of a range of durations.
  "duration_high" DOUBLE, -- Upper end of a range of durations.
  "duration_unit" VARCHAR, -- UCUM code.
  "duration_comparator" VARCHAR, -- <, <=, >, >= or ~.
  "entities" VARCHAR, -- Ids of the entities it was read from, with spaces between.
  "start" BIGINT, -- Where the words begin, in code points from the start of the text.
  "end" BIGINT, -- Where the words end, exclusive.
  "rule" VARCHAR, -- The rule that read it, as file/rule.
  "text" VARCHAR, -- The words of its first mention.
  PRIMARY KEY ("document", "case", "row")
);

-- Something measured: a quantity, a result in words, a blood pressure or a share.
CREATE TABLE "measurements" (
  "document" VARCHAR, -- Id of the report.
  "case" VARCHAR, -- Id of the patient's record in the report: C1, C2, …
  "row" BIGINT, -- Number of the row within document and case, from 1.
  "analyte" VARCHAR, -- Preferred name of what was measured.
  "text" VARCHAR, -- The words for it where it was read.
  "value" DOUBLE, -- The number; empty for a range.
  "low" DOUBLE, -- Lower end of a range.
  "high" DOUBLE, -- Upper end of a range.
  "unit" VARCHAR, -- UCUM code.
  "comparator" VARCHAR, -- <, <=, >, >= or ~.
  "systolic" DOUBLE, -- Systolic pressure, in the unit.
  "diastolic" DOUBLE, -- Diastolic pressure, in the unit.
  "numerator" DOUBLE, -- How many, of the denominator.
  "denominator" DOUBLE, -- Of how many.
  "result" VARCHAR, -- A result in words: positive, negative, normal, high, low.
  "laterality" VARCHAR, -- left, right or bilateral.
  "state" VARCHAR, -- measured, reference, threshold or target.
  "status" VARCHAR, -- present, absent, possible, conditional or hypothetical.
  "time" VARCHAR, -- current, history or planned.
  "entities" VARCHAR, -- Ids of the entities it was read from, with spaces between.
  "start" BIGINT, -- Where the words begin, in code points from the start of the text.
  "end" BIGINT, -- Where the words end, exclusive.
  "rule" VARCHAR, -- The rule that read it, as file/rule.
  PRIMARY KEY ("document", "case", "row")
);

-- One size of a lesion.
CREATE TABLE "lesions" (
  "document" VARCHAR, -- Id of the report.
  "case" VARCHAR, -- Id of the patient's record in the report: C1, C2, …
  "row" BIGINT, -- Number of the row within document and case, from 1.
  "lesion" BIGINT, -- Number of the lesion within the case, from 1.
  "name" VARCHAR, -- What it is: mass, tumor, nodule, …
  "site" VARCHAR, -- Where in the body.
  "laterality" VARCHAR, -- left, right or bilateral.
  "length" DOUBLE, -- First length.
  "width" DOUBLE, -- Second length.
  "depth" DOUBLE, -- Third length.
  "low" DOUBLE, -- Lower end of a range of lengths.
  "high" DOUBLE, -- Upper end of a range of lengths.
  "unit" VARCHAR, -- UCUM code.
  "comparator" VARCHAR, -- <, <=, >, >= or ~.
  "entities" VARCHAR, -- Ids of the entities it was read from, with spaces between.
  "start" BIGINT, -- Where the words begin, in code points from the start of the text.
  "end" BIGINT, -- Where the words end, exclusive.
  "rule" VARCHAR, -- The rule that read it, as file/rule.
  PRIMARY KEY ("document", "case", "row")
);

-- A result of tissue or genes: immunohistochemistry, fusion, rearrangement, variant, copy number, microsatellites, mutational burden, stage.
CREATE TABLE "pathology" (
  "document" VARCHAR, -- Id of the report.
  "case" VARCHAR, -- Id of the patient's record in the report: C1, C2, …
  "row" BIGINT, -- Number of the row within document and case, from 1.
  "kind" VARCHAR, -- ihc, fusion, rearrangement, variant, copy_number, msi, tmb or stage.
  "marker" VARCHAR, -- Preferred name of an immunohistochemical marker.
  "result" VARCHAR, -- positive, negative or equivocal; high or low for a burden.
  "extent" VARCHAR, -- focal, diffuse, weak, strong, …
  "gene" VARCHAR, -- HGNC symbol; of a fusion, the gene at the 5' end.
  "partner" VARCHAR, -- HGNC symbol of the gene at the 3' end of a fusion.
  "hgvs" VARCHAR, -- HGVS description, or HGNC's A::B form of a fusion.
  "translocation" VARCHAR, -- ISCN text.
  "change" VARCHAR, -- amplification, gain, loss or deletion.
  "system" VARCHAR, -- Staging system: TNM, AJCC, FIGO, …
  "code" VARCHAR, -- Stage, as that system writes it; of microsatellites MSI-H, MSI-L, MSS, dMMR or pMMR.
  "value" DOUBLE, -- Percentage of positive cells, number of copies, or burden; empty for a range.
  "low" DOUBLE, -- Lower end of a range.
  "high" DOUBLE, -- Upper end of a range.
  "unit" VARCHAR, -- UCUM code.
  "comparator" VARCHAR, -- <, <=, >, >= or ~.
  "status" VARCHAR, -- present, absent, possible, conditional or hypothetical.
  "entities" VARCHAR, -- Ids of the entities it was read from, with spaces between.
  "start" BIGINT, -- Where the words begin, in code points from the start of the text.
  "end" BIGINT, -- Where the words end, exclusive.
  "rule" VARCHAR, -- The rule that read it, as file/rule.
  PRIMARY KEY ("document", "case", "row")
);

-- A procedure, a regimen, a drug, a course of radiotherapy or a transfusion.
CREATE TABLE "treatments" (
  "document" VARCHAR, -- Id of the report.
  "case" VARCHAR, -- Id of the patient's record in the report: C1, C2, …
  "row" BIGINT, -- Number of the row within document and case, from 1.
  "kind" VARCHAR, -- procedure, regimen, drug, radiotherapy or transfusion.
  "name" VARCHAR, -- Preferred name; of a regimen, as written.
  "regimen" BIGINT, -- Of a drug in a regimen: the row of that regimen.
  "class" BOOLEAN, -- Of a drug: whether the name stands for a class of drugs.
  "category" VARCHAR, -- Of a procedure: imaging, laboratory, pathology, surgery, endoscopy or other.
  "site" VARCHAR, -- Where in the body.
  "laterality" VARCHAR, -- left, right or bilateral.
  "status" VARCHAR, -- present, absent, possible, conditional or hypothetical.
  "time" VARCHAR, -- current, history or planned.
  "dose_value" DOUBLE, -- Dose of one giving, whole dose of radiotherapy, or amount of a transfusion; empty for a range.
  "dose_low" DOUBLE, -- Lower end of a range of doses.
  "dose_high" DOUBLE, -- Upper end of a range of doses.
  "dose_unit" VARCHAR, -- UCUM code.
  "dose_comparator" VARCHAR, -- <, <=, >, >= or ~.
  "route" VARCHAR, -- intravenous, oral, …
  "frequency_count" DOUBLE, -- How many times in a period.
  "frequency_low" DOUBLE, -- At least.
  "frequency_high" DOUBLE, -- At most.
  "period" DOUBLE, -- Length of the period.
  "period_max" DOUBLE, -- Its greatest length, of a range.
  "period_unit" VARCHAR, -- UCUM code.
  "duration_value" DOUBLE, -- For how long; empty for a range.
  "duration_low" DOUBLE, -- Lower end of a range of durations.
  "duration_high" DOUBLE, -- Upper end of a range of durations.
  "duration_unit" VARCHAR, -- UCUM code.
  "duration_comparator" VARCHAR, -- <, <=, >, >= or ~.
  "days" VARCHAR, -- Days of a cycle, with spaces between.
  "cycles" VARCHAR, -- Which cycles, with spaces between.
  "cycle_count" DOUBLE, -- How many cycles.
  "fractions" DOUBLE, -- Fractions of radiotherapy.
  "dose_per_fraction" DOUBLE, -- Dose of one fraction, in dose_unit.
  "reason" VARCHAR, -- The disease that a drug was given for.
  "entities" VARCHAR, -- Ids of the entities it was read from, with spaces between.
  "start" BIGINT, -- Where the words begin, in code points from the start of the text.
  "end" BIGINT, -- Where the words end, exclusive.
  "rule" VARCHAR, -- The rule that read it, as file/rule.
  "text" VARCHAR, -- The words of its first mention.
  PRIMARY KEY ("document", "case", "row")
);

-- Something that happened, with when.
CREATE TABLE "events" (
  "document" VARCHAR, -- Id of the report.
  "case" VARCHAR, -- Id of the patient's record in the report: C1, C2, …
  "row" BIGINT, -- Number of the row within document and case, from 1.
  "event" VARCHAR, -- What happened.
  "anchor" VARCHAR, -- The event from which the time is counted.
  "earliest" DOUBLE, -- Not before, from the anchor; negative before it.
  "latest" DOUBLE, -- Not after, from the anchor.
  "unit" VARCHAR, -- UCUM code.
  "iso8601" VARCHAR, -- The date, as exact as the text.
  "earliest_day" BIGINT, -- Not before, in days from presentation.
  "latest_day" BIGINT, -- Not after, in days from presentation.
  "entities" VARCHAR, -- Ids of the entities it was read from, with spaces between.
  "start" BIGINT, -- Where the words begin, in code points from the start of the text.
  "end" BIGINT, -- Where the words end, exclusive.
  "rule" VARCHAR, -- The rule that read it, as file/rule.
  "status" VARCHAR, -- present, absent, possible, conditional or hypothetical.
  PRIMARY KEY ("document", "case", "row")
);

-- Two places of a report disagree on what a patient can have only one of.
CREATE TABLE "conflicts" (
  "document" VARCHAR, -- Id of the report.
  "case" VARCHAR, -- Id of the patient's record in the report: C1, C2, …
  "row" BIGINT, -- Number of the row within document and case, from 1.
  "field" VARCHAR, -- The field of the case, as patient.age.
  "position" BIGINT, -- Which of the values, from 1.
  "value" VARCHAR, -- What that place says.
  "entities" VARCHAR, -- Ids of the entities it was read from, with spaces between.
  "start" BIGINT, -- Where the words begin, in code points from the start of the text.
  "end" BIGINT, -- Where the words end, exclusive.
  "rule" VARCHAR, -- The rule that read it, as file/rule.
  PRIMARY KEY ("document", "case", "row")
);

-- One field of an entity that a check compared, for an issue or for a check that held.
CREATE TABLE "operands" (
  "document" VARCHAR, -- Id of the report.
  "list" VARCHAR, -- The table of the row that it belongs to: issues or checks.
  "row" BIGINT, -- The row of that table.
  "position" BIGINT, -- Place among the operands, from 1.
  "entity" VARCHAR, -- Id of the entity.
  "field" VARCHAR, -- Name of its field; the table fields has what that holds.
  PRIMARY KEY ("document", "list", "row", "position")
);

-- A check that held; only those of a run with --checks all.
CREATE TABLE "checks" (
  "document" VARCHAR, -- Id of the report.
  "row" BIGINT, -- Number of the row within document and case, from 1.
  "check" VARCHAR, -- Its name.
  "expected_low" DOUBLE, -- What the first operand should be: at least.
  "expected_high" DOUBLE, -- At most; the same where it should be one number.
  "expected_unit" VARCHAR, -- UCUM code; empty for a bare number.
  PRIMARY KEY ("document", "row")
);
