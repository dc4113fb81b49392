//! Documents from and to casegrain's own JSON, one object a document.

use super::lines::ElementLines;
use super::names::did_you_mean;
use super::{Datum, Document, Entity, Place, Problem, Relation};

/// The members of a document that say something.
pub(super) const DOCUMENT: [&str; 7] = ["id", "text", "entities", "relations", "case", "cases", "exhaustive"];

/// Those of an entity.
pub(super) const ENTITY: [&str; 13] = [
    "id",
    "type",
    "start",
    "end",
    "spans",
    "text",
    "value",
    "parts",
    "assertion",
    "status",
    "subject",
    "time",
    "optional",
];

/// Those of a relation.
pub(super) const RELATION: [&str; 5] = ["id", "type", "from", "to", "roles"];

/// Reads one document. Fields are picked one by one, so that what is wrong can be told by its name.
pub(super) fn document(datum: Datum, place: &Place, lines: &ElementLines) -> Result<Document, Problem> {
    let bad = |message: String| Problem::error(place, "form", message);
    let Datum::Object(members) = datum else {
        return Err(bad(format!("a document must be an object, this is {}", datum.kind())));
    };
    let mut document = Document { place: place.clone(), ..Document::default() };
    let mut relations = None;
    for (name, value) in members {
        if value == Datum::Null {
            continue;
        }
        let bad = |message: String| Problem::error(&place.at(lines.member(&name)), "form", message);
        match name.as_str() {
            "id" => document.id = id(&value).ok_or_else(|| bad(format!("`id` is {}", value.kind())))?,
            "text" => document.text = text(value, "`text`").map_err(bad)?,
            "entities" => {
                for (at, element) in list(value, "`entities`").map_err(bad)?.into_iter().enumerate() {
                    let line = lines.element("entities", at);
                    let read = entity(element).map_err(|why| format!("entity {}: {why}", at + 1));
                    let read = read.map_err(|why| Problem::error(&place.at(line), "form", why))?;
                    document.entities.push(Entity { line, ..read });
                }
            }
            "relations" => relations = Some(list(value, "`relations`").map_err(bad)?),
            "case" => document.cases = Some(vec![value]),
            "cases" => document.cases = Some(list(value, "`cases`").map_err(bad)?),
            "exhaustive" => {
                for element in list(value, "`exhaustive`").map_err(bad)? {
                    document.exhaustive.push(text(element, "a type in `exhaustive`").map_err(bad)?);
                }
            }
            _ => document.other.push((name, value)),
        }
    }
    if document.id.is_empty() {
        let names = document.other.iter().map(|(name, _)| name.as_str());
        return Err(bad(format!("lacks the field `id`{}", did_you_mean("id", names))));
    }
    if let Some(relations) = relations {
        document.relations = Some(Vec::new());
        for (at, element) in relations.into_iter().enumerate() {
            let line = lines.element("relations", at);
            let read = relation(element, &document).map_err(|why| format!("relation {}: {why}", at + 1));
            let read = read.map_err(|why| Problem::error(&place.at(line), "form", why))?;
            document.relations.get_or_insert_default().push(Relation { line, ..read });
        }
    }
    Ok(document)
}

fn id(value: &Datum) -> Option<String> {
    match value {
        Datum::Text(text) | Datum::Number(text) => Some(text.clone()),
        _ => None,
    }
}

fn text(value: Datum, what: &str) -> Result<String, String> {
    match value {
        Datum::Text(text) => Ok(text),
        other => Err(format!("{what} is {}, not a string", other.kind())),
    }
}

fn list(value: Datum, what: &str) -> Result<Vec<Datum>, String> {
    match value {
        Datum::List(elements) => Ok(elements),
        other => Err(format!("{what} is {}, not an array", other.kind())),
    }
}

fn object(value: Datum, what: &str) -> Result<Vec<(String, Datum)>, String> {
    match value {
        Datum::Object(members) => Ok(members),
        other => Err(format!("{what} is {}, not an object", other.kind())),
    }
}

fn offset(value: &Datum, what: &str) -> Result<u32, String> {
    match value {
        Datum::Number(number) => number.parse().map_err(|_| format!("`{what}` is {number}, not an offset")),
        other => Err(format!("`{what}` is {}, not a number", other.kind())),
    }
}

fn entity(datum: Datum) -> Result<Entity, String> {
    let mut entity = Entity::default();
    let (mut start, mut end, mut label) = (None, None, None);
    for (name, value) in object(datum, "it")? {
        if value == Datum::Null {
            continue;
        }
        match name.as_str() {
            "id" => entity.id = id(&value).ok_or_else(|| format!("`id` is {}", value.kind()))?,
            "type" => entity.label = text(value, "`type`")?,
            "label" => label = Some(text(value, "`label`")?),
            "start" => start = Some(offset(&value, "start")?),
            "end" => end = Some(offset(&value, "end")?),
            "spans" => {
                for pair in &list(value, "`spans`")? {
                    let [from, to] = pair.elements() else {
                        return Err("`spans` must hold pairs of offsets".into());
                    };
                    entity.spans.push((offset(from, "spans")?, offset(to, "spans")?));
                }
            }
            "text" => entity.text = Some(text(value, "`text`")?),
            "value" => match value {
                Datum::Object(_) => entity.value = Some(value),
                // Some corpora have a value in words; it stays beside.
                _ => entity.other.push((name, value)),
            },
            "status" => entity.status = Some(text(value, "`status`")?),
            "subject" => entity.subject = Some(text(value, "`subject`")?),
            "time" => entity.time = Some(text(value, "`time`")?),
            "assertion" => {
                for (name, value) in object(value, "`assertion`")? {
                    if value == Datum::Null {
                        continue;
                    }
                    let slot = match name.as_str() {
                        "status" => &mut entity.status,
                        "subject" => &mut entity.subject,
                        "time" => &mut entity.time,
                        _ => {
                            let near = did_you_mean(&name, ["status", "subject", "time"]);
                            return Err(format!("`assertion` has no field `{name}`{near}"));
                        }
                    };
                    *slot = Some(text(value, &format!("`{name}`"))?);
                }
            }
            "parts" => {
                for (field, place) in object(value, "`parts`")? {
                    let (Some(start), Some(end)) = (place.get("start"), place.get("end")) else {
                        return Err(format!("the part `{field}` lacks `start` or `end`"));
                    };
                    let place = (offset(start, "start")?, offset(end, "end")?);
                    entity.parts.push((field, place.0, place.1));
                }
            }
            "optional" => match value {
                Datum::Flag(flag) => entity.optional = flag,
                other => return Err(format!("`optional` is {}, not true or false", other.kind())),
            },
            _ => entity.other.push((name, value)),
        }
    }
    // A corpus with labels of its own may have our type beside them.
    match label {
        Some(label) if entity.label.is_empty() => entity.label = label,
        Some(label) => entity.other.push(("label".into(), Datum::Text(label))),
        None if entity.label.is_empty() => return Err(lacks("type", &entity.other)),
        None => {}
    }
    if let (Some(first), Some(last)) = (entity.spans.first(), entity.spans.last()) {
        start = start.or(Some(first.0));
        end = end.or(Some(last.1));
    }
    entity.start = start.ok_or_else(|| lacks("start", &entity.other))?;
    entity.end = end.ok_or_else(|| lacks("end", &entity.other))?;
    Ok(entity)
}

/// What is said of a field that is not there, with the one that may have been meant for it.
fn lacks(name: &str, other: &[(String, Datum)]) -> String {
    let near = did_you_mean(name, other.iter().map(|(name, _)| name.as_str()));
    format!("lacks the field `{name}`{}", near.replace("did you mean", "is it"))
}

fn relation(datum: Datum, document: &Document) -> Result<Relation, String> {
    let mut out = Relation::default();
    let (mut from, mut to) = (None, None);
    for (name, value) in object(datum, "it")? {
        if value == Datum::Null {
            continue;
        }
        match name.as_str() {
            "id" => out.id = id(&value).ok_or_else(|| format!("`id` is {}", value.kind()))?,
            "type" => out.label = text(value, "`type`")?,
            "from" => from = Some(end("from", &value, document)?),
            "to" => to = Some(end("to", &value, document)?),
            "roles" => match list(value, "`roles`")?.as_slice() {
                [first, second] => out.roles = Some((first.plain(), second.plain())),
                _ => return Err("`roles` must be a pair of names".into()),
            },
            _ => out.other.push((name, value)),
        }
    }
    if out.label.is_empty() {
        return Err(lacks("type", &out.other));
    }
    out.from = from.ok_or_else(|| lacks("from", &out.other))?;
    out.to = to.ok_or_else(|| lacks("to", &out.other))?;
    Ok(out)
}

/// The entity that an end of a relation names.
fn end(name: &str, value: &Datum, document: &Document) -> Result<usize, String> {
    let found = match value {
        // A number counts the entities from 0.
        Datum::Number(number) => number.parse().ok().filter(|at| *at < document.entities.len()),
        Datum::Text(id) => document.entities.iter().position(|e| e.id == *id),
        _ => None,
    };
    found.ok_or_else(|| format!("`{name}` is {value}, which is no entity of the document"))
}

/// One document as one object. What reading passed over (`null`) is not there; all else is, in a fixed order.
pub(super) fn to_datum(document: &Document) -> Datum {
    let mut members = vec![
        ("id".to_owned(), Datum::Text(document.id.clone())),
        ("text".to_owned(), Datum::Text(document.text.clone())),
    ];
    members.extend(document.other.iter().cloned());
    let mut push = |name: &str, value: Datum| members.push((name.to_owned(), value));
    if !document.exhaustive.is_empty() {
        push("exhaustive", Datum::List(document.exhaustive.iter().cloned().map(Datum::Text).collect()));
    }
    push("entities", Datum::List(document.entities.iter().map(entity_datum).collect()));
    if let Some(relations) = &document.relations {
        let end = |at: usize| match &document.entities[at].id {
            id if id.is_empty() => Datum::Number(at.to_string()),
            id => Datum::Text(id.clone()),
        };
        let object = |relation: &Relation| {
            let mut members = Vec::new();
            if !relation.id.is_empty() {
                members.push(("id".to_owned(), Datum::Text(relation.id.clone())));
            }
            members.push(("type".to_owned(), Datum::Text(relation.label.clone())));
            members.push(("from".to_owned(), end(relation.from)));
            members.push(("to".to_owned(), end(relation.to)));
            if let Some((first, second)) = relation.roles.clone() {
                members.push(("roles".into(), Datum::List(vec![Datum::Text(first), Datum::Text(second)])));
            }
            members.extend(relation.other.iter().cloned());
            Datum::Object(members)
        };
        push("relations", Datum::List(relations.iter().map(object).collect()));
    }
    if let Some(cases) = &document.cases {
        push("cases", Datum::List(cases.clone()));
    }
    Datum::Object(members)
}

fn entity_datum(entity: &Entity) -> Datum {
    let number = |offset: u32| Datum::Number(offset.to_string());
    let mut members: Vec<(String, Datum)> = Vec::new();
    let mut push = |name: &str, value: Datum| members.push((name.to_owned(), value));
    if !entity.id.is_empty() {
        push("id", Datum::Text(entity.id.clone()));
    }
    push("type", Datum::Text(entity.label.clone()));
    push("start", number(entity.start));
    push("end", number(entity.end));
    if !entity.spans.is_empty() {
        let pair = |(start, end): &(u32, u32)| Datum::List(vec![number(*start), number(*end)]);
        push("spans", Datum::List(entity.spans.iter().map(pair).collect()));
    }
    if let Some(text) = &entity.text {
        push("text", Datum::Text(text.clone()));
    }
    if let Some(value) = &entity.value {
        push("value", value.clone());
    }
    if !entity.parts.is_empty() {
        let part = |(field, start, end): &(String, u32, u32)| {
            let place = vec![("start".to_owned(), number(*start)), ("end".to_owned(), number(*end))];
            (field.clone(), Datum::Object(place))
        };
        push("parts", Datum::Object(entity.parts.iter().map(part).collect()));
    }
    let assertion = [("status", &entity.status), ("subject", &entity.subject), ("time", &entity.time)];
    let assertion: Vec<(String, Datum)> = assertion
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), Datum::Text(value.clone()?))))
        .collect();
    if !assertion.is_empty() {
        push("assertion", Datum::Object(assertion));
    }
    if entity.optional {
        push("optional", Datum::Flag(true));
    }
    members.extend(entity.other.iter().cloned());
    Datum::Object(members)
}
