//! JSON for reading.

/// What fits into so many bytes stands on one line.
const WIDTH: usize = 100;

/// Appends `json`, which must be compact, over several lines, its first at `depth` steps of two spaces. Only white
/// space is added: numbers and strings stay as they are written. Short lists and objects stay on one line.
///
/// ```
/// let mut out = Vec::new();
/// casegrain::write::indent(br#"{"value":1.0,"days":[1,2]}"#, 0, &mut out);
/// assert_eq!(out, br#"{"value": 1.0, "days": [1, 2]}"#);
/// ```
pub fn indent(json: &[u8], depth: usize, out: &mut Vec<u8>) {
    let mut depth = depth;
    let mut line = out.len() - 2 * depth.min(out.len() / 2);
    let mut at = 0;
    while at < json.len() {
        let byte = json[at];
        at += 1;
        match byte {
            b'"' => {
                let end = string_end(json, at);
                out.extend_from_slice(&json[at - 1..end]);
                at = end;
            }
            b'{' | b'[' => match closing(json, at, WIDTH.saturating_sub(out.len() - line)) {
                Some(end) => {
                    on_one_line(&json[at - 1..end], out);
                    at = end;
                }
                None => {
                    out.push(byte);
                    depth += 1;
                    line = break_line(out, depth);
                }
            },
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                line = break_line(out, depth);
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                line = break_line(out, depth);
            }
            b':' => out.extend_from_slice(b": "),
            _ => out.push(byte),
        }
    }
}

/// Begins a line and says where.
fn break_line(out: &mut Vec<u8>, depth: usize) -> usize {
    out.push(b'\n');
    let line = out.len();
    out.resize(line + 2 * depth, b' ');
    line
}

/// One past the bracket that closes the one before `from`, if that is empty or fits into `room`.
fn closing(json: &[u8], from: usize, room: usize) -> Option<usize> {
    if matches!(json.get(from), Some(b'}' | b']')) {
        return Some(from + 1);
    }
    let (mut open, mut at, mut spaces) = (1, from, 0);
    while at < json.len() && at + spaces - from + 1 < room {
        let byte = json[at];
        at += 1;
        match byte {
            b'"' => at = string_end(json, at),
            b'{' | b'[' => open += 1,
            b'}' | b']' => {
                open -= 1;
                if open == 0 {
                    return (at + spaces - from < room).then_some(at);
                }
            }
            b',' | b':' => spaces += 1,
            _ => {}
        }
    }
    None
}

fn on_one_line(json: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while at < json.len() {
        let byte = json[at];
        at += 1;
        out.push(byte);
        match byte {
            b'"' => {
                let end = string_end(json, at);
                out.extend_from_slice(&json[at..end]);
                at = end;
            }
            b',' | b':' => out.push(b' '),
            _ => {}
        }
    }
}

/// One past the quote that ends the string whose contents begin at `at`.
fn string_end(json: &[u8], mut at: usize) -> usize {
    while let Some(found) = json.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        if json[at + found] == b'"' {
            return at + found + 1;
        }
        at += found + 2;
    }
    json.len()
}
