//! Ontologies in OBO: HPO, MONDO, DOID and their like.

use super::{Import, Options, Surface};
use anyhow::{Context, bail};
use std::io::BufRead;

/// A term while its lines are read.
#[derive(Default)]
struct Term {
    name: String,
    surfaces: Vec<Surface>,
    codes: Vec<String>,
    obsolete: bool,
}

pub(super) fn read(input: impl BufRead, options: &Options) -> anyhow::Result<Import> {
    let mut import = Import::default();
    let mut term: Option<Term> = None;
    let mut stanzas = 0;
    for (number, line) in (1..).zip(input.lines()) {
        let line = line.with_context(|| format!("line {number} cannot be read"))?;
        if line.starts_with('[') {
            stanzas += 1;
            close(term.take(), &mut import);
            term = (line.trim() == "[Term]").then(Term::default);
            continue;
        }
        let Some(term) = &mut term else { continue };
        let Some((tag, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match tag {
            "id" => term.codes.insert(0, value.to_owned()),
            "name" => value.clone_into(&mut term.name),
            "is_obsolete" => term.obsolete = value.starts_with("true"),
            "synonym" => {
                let (text, rest) = quoted(value)
                    .with_context(|| format!("line {number}: a synonym without closing quotes"))?;
                // A narrower term implies the concept; a broader or related one only hints at it.
                let sure = rest.starts_with("EXACT") || rest.starts_with("NARROW");
                term.surfaces.push(if sure { Surface::new(&text) } else { Surface::vague(&text) });
            }
            "xref" if options.xrefs => {
                let code = value.split_whitespace().next().unwrap_or_default();
                if code.contains(':') && !code.starts_with("http") {
                    term.codes.push(code.to_owned());
                }
            }
            _ => {}
        }
    }
    close(term, &mut import);
    if stanzas == 0 {
        bail!("no `[Term]` is in it: is it OBO?");
    }
    Ok(import)
}

fn close(term: Option<Term>, import: &mut Import) {
    let Some(term) = term else { return };
    if term.obsolete {
        return import.leave_out("obsolete");
    }
    let name = (!term.name.is_empty()).then(|| Surface::new(&term.name));
    import.add(name.into_iter().chain(term.surfaces), term.codes);
}

/// The text between quotes, with its escapes undone, and what follows it.
fn quoted(value: &str) -> Option<(String, &str)> {
    let inner = value.strip_prefix('"')?;
    let mut text = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((text, inner[at + 1..].trim_start())),
            '\\' => text.push(match chars.next()?.1 {
                'n' | 'W' | 't' => ' ',
                other => other,
            }),
            other => text.push(other),
        }
    }
    None
}
