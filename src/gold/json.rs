//! Documents from and to casegrain's own JSON, one object a document.

use super::{Datum, Document, Entity, Place, Problem, Relation};

/// Reads one document. Fields are picked one by one, so that what is wrong can be told by its name.
pub(super) fn document(datum: Datum, place: &Place) -> Result<Document, Problem> {
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
        match name.as_str() {
            "id" => document.id = id(&value).ok_or_else(|| bad(format!("`id` is {}", value.kind())))?,
            "text" => document.text = text(value, "`text`").map_err(bad)?,
            "entities" => {
                for (number, element) in (1..).zip(list(value, "`entities`").map_err(bad)?) {
                    let entity = entity(element).map_err(|why| bad(format!("entity {number}: {why}")))?;
                    document.entities.push(entity);
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
        return Err(bad("lacks the field `id`".into()));
    }
    for (number, element) in (1..).zip(relations.iter().flatten()) {
        let relation =
            relation(element, &document).map_err(|why| bad(format!("relation {number}: {why}")))?;
        document.relations.get_or_insert_default().push(relation);
    }
    if relations.is_some() {
        document.relations.get_or_insert_default();
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

fn offset(value: &Datum, what: &str) -> Result<u32, String> {
    match value {
        Datum::Number(number) => number.parse().map_err(|_| format!("`{what}` is {number}, not an offset")),
        other => Err(format!("`{what}` is {}, not a number", other.kind())),
    }
}

fn entity(datum: Datum) -> Result<Entity, String> {
    let Datum::Object(members) = datum else { return Err(format!("it is {}", datum.kind())) };
    let mut entity = Entity::default();
    let (mut start, mut end, mut label) = (None, None, None);
    for (name, value) in members {
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
                for pair in value.elements() {
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
                for (name, value) in value.members() {
                    let value = text(value.clone(), name)?;
                    match name.as_str() {
                        "status" => entity.status = Some(value),
                        "subject" => entity.subject = Some(value),
                        "time" => entity.time = Some(value),
                        _ => return Err(format!("`assertion` has no field `{name}`")),
                    }
                }
            }
            "parts" => {
                for (field, place) in value.members() {
                    let (Some(start), Some(end)) = (place.get("start"), place.get("end")) else {
                        return Err(format!("the part `{field}` lacks `start` or `end`"));
                    };
                    entity.parts.push((field.clone(), offset(start, "start")?, offset(end, "end")?));
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
        None if entity.label.is_empty() => return Err("lacks the field `type`".into()),
        None => {}
    }
    if let (Some(first), Some(last)) = (entity.spans.first(), entity.spans.last()) {
        start = start.or(Some(first.0));
        end = end.or(Some(last.1));
    }
    entity.start = start.ok_or("lacks the field `start`")?;
    entity.end = end.ok_or("lacks the field `end`")?;
    Ok(entity)
}

fn relation(datum: &Datum, document: &Document) -> Result<Relation, String> {
    let end = |name: &str| {
        let value = datum.get(name).ok_or_else(|| format!("lacks the field `{name}`"))?;
        let found = match value {
            // A number counts the entities from 0.
            Datum::Number(number) => number.parse().ok().filter(|at| *at < document.entities.len()),
            Datum::Text(id) => document.entities.iter().position(|e| e.id == *id),
            _ => None,
        };
        found.ok_or_else(|| format!("`{name}` is {value}, which is no entity of the document"))
    };
    let label = datum.get("type").and_then(Datum::text).ok_or("lacks the field `type`")?.to_owned();
    Ok(Relation {
        id: datum.get("id").and_then(id).unwrap_or_default(),
        label,
        from: end("from")?,
        to: end("to")?,
        roles: match datum.get("roles").map(Datum::elements) {
            Some([first, second]) => (first.plain(), second.plain()),
            _ => Default::default(),
        },
        line: 0,
    })
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
            let (first, second) = relation.roles.clone();
            if !first.is_empty() || !second.is_empty() {
                members.push(("roles".into(), Datum::List(vec![Datum::Text(first), Datum::Text(second)])));
            }
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
