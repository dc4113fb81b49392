"""NOTE and NOTE_NLP in DuckDB tables with the constraints that the OMOP common data model 5.4 has for them."""

import duckdb

# DuckDB does not enforce the width of VARCHAR, so it stands as a CHECK.
NOTE = """
CREATE TABLE note (
  note_id integer NOT NULL PRIMARY KEY, person_id integer NOT NULL, note_date date NOT NULL, note_datetime timestamp,
  note_type_concept_id integer NOT NULL, note_class_concept_id integer NOT NULL,
  note_title varchar CHECK (length(note_title) <= 250), note_text varchar NOT NULL,
  encoding_concept_id integer NOT NULL, language_concept_id integer NOT NULL, provider_id integer,
  visit_occurrence_id integer, visit_detail_id integer,
  note_source_value varchar CHECK (length(note_source_value) <= 50), note_event_id integer,
  note_event_field_concept_id integer)"""
NOTE_NLP = """
CREATE TABLE note_nlp (
  note_nlp_id integer NOT NULL PRIMARY KEY, note_id integer NOT NULL REFERENCES note (note_id),
  section_concept_id integer, snippet varchar CHECK (length(snippet) <= 250),
  "offset" varchar CHECK (length("offset") <= 50), lexical_variant varchar NOT NULL CHECK (length(lexical_variant) <= 250),
  note_nlp_concept_id integer, note_nlp_source_concept_id integer, nlp_system varchar CHECK (length(nlp_system) <= 250),
  nlp_date date NOT NULL, nlp_datetime timestamp, term_exists varchar CHECK (term_exists IN ('Y', 'N')),
  term_temporal varchar CHECK (length(term_temporal) <= 50),
  term_modifiers varchar CHECK (length(term_modifiers) <= 2000))"""


def load(folder, kind):
    db = duckdb.connect()
    db.execute(NOTE)
    db.execute(NOTE_NLP)
    for table in ("note", "note_nlp"):
        path = folder / f"{table}.{kind}"
        if kind == "csv":
            db.execute(f"""COPY {table} FROM '{path}' (HEADER, DELIMITER ',', QUOTE '"', ESCAPE '"')""")
        else:
            db.execute(f"INSERT INTO {table} BY NAME SELECT * FROM '{path}'")
    return db


def omop(folder):
    kinds = ["csv"] + (["parquet"] if (folder / "note.parquet").exists() else [])
    for kind in kinds:
        try:
            db = load(folder, kind)
        except duckdb.Error as error:
            yield f"DuckDB refuses the {kind} tables: {error}"
            continue
        one = lambda query: db.execute(query).fetchone()[0]
        if not one("SELECT count(*) FROM note_nlp"):
            yield f"{kind}: no terms"
        # Where nothing was cut, the words stand in the note at their offset.
        wrong = one("""SELECT count(*) FROM note_nlp t JOIN note n USING (note_id)
                       WHERE t.lexical_variant NOT LIKE '%…'
                       AND substr(n.note_text, t."offset"::BIGINT + 1, length(t.lexical_variant)) <> t.lexical_variant""")
        if wrong:
            yield f"{kind}: {wrong} terms whose words do not stand at their offset"
        wrong = one("SELECT count(*) FROM note_nlp WHERE term_exists = 'Y' AND term_modifiers NOT LIKE '%status=present%'")
        if wrong:
            yield f"{kind}: {wrong} terms exist that are not present"


def change(column, value):
    def fault(folder):
        db = load(folder, "csv")
        db.execute("CREATE TABLE t AS SELECT * FROM note_nlp")
        db.execute(f"UPDATE t SET {column} = {value} WHERE note_nlp_id = 2")
        db.execute(f"COPY t TO '{folder / 'note_nlp.csv'}' (HEADER)")

    fault.__doc__ = f"{column} = {value}"
    return fault


CHECKS = [
    (
        "omop",
        "DuckDB",
        omop,
        [
            change("lexical_variant", "repeat('x', 251)"),
            change("snippet", "repeat('x', 251)"),
            change('"offset"', '("offset"::INTEGER + 1)::VARCHAR'),
            change("note_id", "99999"),
            change("nlp_date", "NULL"),
            change("term_exists", "'1'"),
        ],
    )
]
