"""The flat tables in DuckDB: CSV by the definitions in docs/formats/tables.sql, Parquet by its own schema."""

import pathlib

import duckdb

SQL = pathlib.Path(__file__).parents[2] / "docs/formats/tables.sql"
SIGNED = {"BIGINT", "DOUBLE", "VARCHAR", "BOOLEAN"}


def names():
    return [line.split('"')[1] for line in SQL.read_text().splitlines() if line.startswith("CREATE TABLE")]


def load(folder):
    """A database with the CSV tables, typed and with keys."""
    db = duckdb.connect()
    db.execute(SQL.read_text())
    for name in names():
        db.execute(f"""COPY "{name}" FROM '{folder / (name + '.csv')}' (HEADER, DELIMITER ',', QUOTE '"', ESCAPE '"')""")
    return db


def csv(folder):
    try:
        db = load(folder)
    except duckdb.Error as error:
        yield f"DuckDB refuses it: {error}"
        return
    one = lambda query: db.execute(query).fetchone()[0]
    if not one("SELECT count(*) FROM documents"):
        yield "no documents"
    for end in ("from", "to"):
        lost = one(f"""SELECT count(*) FROM relations r LEFT JOIN entities e
                       ON e.document = r.document AND e.entity = r."{end}" WHERE e.entity IS NULL""")
        if lost:
            yield f"{lost} relations whose `{end}` is no entity"
    lost = one("SELECT count(*) FROM fields f ANTI JOIN entities e ON e.document = f.document AND e.entity = f.entity")
    if lost:
        yield f"{lost} fields of no entity"
    # Every fact must lead back to entities, and its place must be that of one of them.
    for name in ("findings", "diagnoses", "measurements", "lesions", "pathology", "treatments", "events"):
        lost = one(f"""SELECT count(*) FROM (SELECT document, unnest(string_split(entities, ' ')) AS entity FROM "{name}")
                       f ANTI JOIN entities e ON e.document = f.document AND e.entity = f.entity""")
        if lost:
            yield f"{name}: {lost} sources that are no entity"
        lost = one(f"""SELECT count(*) FROM "{name}" f ANTI JOIN entities e
                       ON e.document = f.document AND e.start = f.start AND e."end" = f."end" WHERE f.start IS NOT NULL""")
        if lost:
            yield f"{name}: {lost} places that are no entity's"
    wrong = one("SELECT count(*) FROM entities WHERE length(text) <> \"end\" - start")
    if wrong:
        yield f"{wrong} entities whose place is not as long as their words"


def parquet(folder):
    try:
        db = load(folder.parent / "csv")
    except duckdb.Error:
        db = None
    con = db or duckdb.connect()
    for name in names():
        path = folder / f"{name}.parquet"
        try:
            described = con.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
        except duckdb.Error as error:
            yield f"DuckDB refuses {name}: {error}"
            continue
        for column, kind, *_ in described:
            if kind not in SIGNED:
                yield f"{name}.{column} is {kind}"
        if db is None:
            continue
        # The same rows as in CSV, whatever their order.
        for one, other in ((f"'{path}'", f'"{name}"'), (f'"{name}"', f"'{path}'")):
            rows = con.execute(f"SELECT count(*) FROM (SELECT * FROM {one} EXCEPT ALL SELECT * FROM {other})").fetchone()[0]
            if rows:
                yield f"{name}: {rows} rows of {one} are not in {other}"


def edit(path, change):
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def word_for_number(folder):
    """a word in a column of numbers"""
    db = load(folder)
    db.execute("ALTER TABLE entities ALTER start TYPE VARCHAR; UPDATE entities SET start = 'here' WHERE entity = 'T1'")
    db.execute(f"COPY entities TO '{folder / 'entities.csv'}' (HEADER)")


def dangling_relation(folder):
    """a relation to an entity that is not there"""
    db = load(folder)
    db.execute("""UPDATE relations SET "to" = 'T99999' WHERE relation = 'R1'""")
    db.execute(f"COPY relations TO '{folder / 'relations.csv'}' (HEADER)")


def moved_entity(folder):
    """an entity that ends one character late"""
    db = load(folder)
    db.execute("""UPDATE entities SET "end" = "end" + 1 WHERE entity = 'T2'""")
    db.execute(f"COPY entities TO '{folder / 'entities.csv'}' (HEADER)")


def same_id_twice(folder):
    """two entities of one id"""
    edit(folder / "entities.csv", lambda text: text + text.splitlines()[1] + "\n")


def unsigned_column(folder):
    """an unsigned column"""
    path = folder / "entities.parquet"
    duckdb.execute(f"CREATE TABLE e AS SELECT * REPLACE (start::UBIGINT AS start) FROM '{path}'")
    duckdb.execute(f"COPY e TO '{path}'; DROP TABLE e")


def torn_file(folder):
    """a file that lacks its end"""
    path = folder / "entities.parquet"
    path.write_bytes(path.read_bytes()[:-40])


def lost_row(folder):
    """a row that is not there"""
    path = folder / "fields.parquet"
    duckdb.execute(f"CREATE TABLE f AS SELECT * FROM '{path}' OFFSET 1")
    duckdb.execute(f"COPY f TO '{path}'; DROP TABLE f")


CHECKS = [
    ("csv", "DuckDB", csv, [word_for_number, dangling_relation, moved_entity, same_id_twice]),
    ("parquet", "DuckDB", parquet, [unsigned_column, torn_file, lost_row]),
]
