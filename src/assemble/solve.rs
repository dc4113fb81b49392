//! Difference constraints: what follows from "b is so long after a" for many pairs together.

/// `to` comes between `low` and `high` hours after `from`; an end that is missing is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Constraint {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) low: Option<i64>,
    pub(super) high: Option<i64>,
    /// What told it.
    pub(super) source: u32,
}

/// At least and at most so many hours after the origin.
pub(super) type Bounds = (Option<i64>, Option<i64>);

/// One inequality: `to` comes at most `most` hours after `from`.
struct Edge {
    from: usize,
    to: usize,
    most: i64,
    source: u32,
}

/// The bounds of each of `nodes` points, seen from the point 0; or, if the constraints cannot all hold, the sources of
/// some that cannot hold together.
///
/// Shortest paths by Bellman and Ford: work grows with points × constraints, and commonly ends after a few rounds.
pub(super) fn solve(nodes: usize, constraints: &[Constraint]) -> Result<Vec<Bounds>, Vec<u32>> {
    let mut edges = Vec::with_capacity(2 * constraints.len());
    for c in constraints {
        let (from, to) = (c.from as usize, c.to as usize);
        if let Some(high) = c.high {
            edges.push(Edge { from, to, most: high, source: c.source });
        }
        if let Some(low) = c.low {
            edges.push(Edge { from: to, to: from, most: -low, source: c.source });
        }
    }
    consistent(nodes, &edges)?;
    let mut ends: Vec<Option<i64>> = vec![None; nodes];
    ends[0] = Some(0);
    let mut starts = ends.clone();
    relax(&edges, &mut ends, nodes, |edge| (edge.from, edge.to));
    relax(&edges, &mut starts, nodes, |edge| (edge.to, edge.from));
    Ok(starts.iter().zip(ends).map(|(start, end)| (start.map(|s| -s), end)).collect())
}

/// Shortens distances until none can be shortened.
fn relax(
    edges: &[Edge],
    distance: &mut [Option<i64>],
    rounds: usize,
    ends: impl Fn(&Edge) -> (usize, usize),
) {
    for _ in 0..rounds {
        let mut changed = false;
        for edge in edges {
            let (from, to) = ends(edge);
            if let Some(near) = distance[from] {
                let far = near + edge.most;
                if distance[to].is_none_or(|known| far < known) {
                    distance[to] = Some(far);
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
}

/// Looks for a circle of inequalities whose sum is negative.
fn consistent(nodes: usize, edges: &[Edge]) -> Result<(), Vec<u32>> {
    let mut distance = vec![0i64; nodes];
    let mut through: Vec<Option<usize>> = vec![None; nodes];
    let mut last = None;
    for _ in 0..=nodes {
        last = None;
        for (number, edge) in edges.iter().enumerate() {
            let far = distance[edge.from] + edge.most;
            if far < distance[edge.to] {
                distance[edge.to] = far;
                through[edge.to] = Some(number);
                last = Some(edge.to);
            }
        }
        if last.is_none() {
            return Ok(());
        }
    }
    // As many steps back as there are points lead into the circle.
    let back = |node: usize| through[node].map_or(node, |edge| edges[edge].from);
    let on = (0..nodes).fold(last.unwrap_or(0), |node, _| back(node));
    let mut sources = Vec::new();
    let mut node = on;
    while let Some(edge) = through[node] {
        sources.push(edges[edge].source);
        node = edges[edge].from;
        if node == on {
            break;
        }
    }
    sources.sort_unstable();
    sources.dedup();
    Err(sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(from: u32, to: u32, low: i64, high: i64, source: u32) -> Constraint {
        Constraint { from, to, low: Some(low), high: Some(high), source }
    }

    #[test]
    fn spans_add_up_along_a_chain() {
        let bounds = solve(3, &[after(0, 1, 2, 3, 0), after(1, 2, 10, 10, 1)]).expect("consistent");
        assert_eq!(bounds, [(Some(0), Some(0)), (Some(2), Some(3)), (Some(12), Some(13))]);
    }

    #[test]
    fn a_second_way_narrows_the_first() {
        let constraints = [after(0, 1, 0, 10, 0), after(1, 2, 5, 5, 1), after(0, 2, 12, 20, 2)];
        let bounds = solve(3, &constraints).expect("consistent");
        assert_eq!(bounds[1], (Some(7), Some(10)));
        assert_eq!(bounds[2], (Some(12), Some(15)));
    }

    #[test]
    fn what_is_not_told_is_open() {
        let open = Constraint { from: 0, to: 1, low: Some(4), high: None, source: 0 };
        let bounds = solve(3, &[open]).expect("consistent");
        assert_eq!(bounds[1..], [(Some(4), None), (None, None)]);
    }

    #[test]
    fn a_contradiction_names_those_that_cannot_hold_together() {
        let constraints =
            [after(0, 3, 1, 1, 9), after(0, 1, 2, 3, 4), after(1, 2, 5, 5, 5), after(0, 2, 20, 30, 6)];
        assert_eq!(solve(4, &constraints), Err(vec![4, 5, 6]));
        assert!(solve(4, &constraints[..3]).is_ok());
    }
}
