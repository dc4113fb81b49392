//! Many reports at once: read ahead, work in parallel, deliver in order.
//!
//! Reports travel in chunks of about 64 KiB. A fixed number of carriers goes round: the reader fills one, a worker
//! works on it, it is delivered when all before it were, and goes back to the reader. So memory does not grow with
//! the corpus, whichever side is the slow one, and the order of what is delivered is that of the input at any number
//! of threads.

use crate::read::{Chunk, Failure, Limits, Reader, Record};
use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread;

/// Bytes of output that one carrier keeps room for between rounds.
const KEEP: usize = 4 << 20;

/// No more is read ahead while this many bytes of input are under way.
const AHEAD: u64 = 32 << 20;

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many threads work. One works without starting any.
    pub threads: NonZeroUsize,
    /// How much may be read.
    pub limits: Limits,
}

impl Default for Options {
    /// As many threads as the machine has processors.
    fn default() -> Self {
        let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Options { threads, limits: Limits::default() }
    }
}

/// Where results go, in the order of the input: bytes, or whatever else the work makes of a report.
pub trait Sink<T = u8>: Send {
    /// What the work appended for some reports.
    ///
    /// # Errors
    /// Any error ends the run.
    fn output(&mut self, items: &[T]) -> io::Result<()>;

    /// A report that could not be read or worked on.
    fn failure(&mut self, failure: &Failure);

    /// So many more bytes of input and reports are done.
    fn progress(&mut self, _bytes: u64, _reports: u64) {}
}

/// How a run went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Reports worked on.
    pub reports: u64,
    /// Reports, files and paths that failed.
    pub failed: u64,
    /// Files in folders that are no reports, by their extension; `gold/` for folders of annotated copies.
    pub passed_over: BTreeMap<String, u64>,
}

/// Reads all reports below `paths` and does `work` on each; what it appends goes to `sink`.
///
/// A report for which `work` panics becomes a failure, and what was appended for it is dropped.
///
/// ```
/// use casegrain::batch::{Options, Sink, run};
/// use casegrain::read::Failure;
///
/// struct Print(Vec<u8>);
/// impl Sink for Print {
///     fn output(&mut self, bytes: &[u8]) -> std::io::Result<()> {
///         self.0.extend_from_slice(bytes);
///         Ok(())
///     }
///     fn failure(&mut self, failure: &Failure) {
///         eprintln!("{failure}");
///     }
/// }
///
/// let mut print = Print(Vec::new());
/// let work = |record: &casegrain::read::Record<'_>, out: &mut Vec<u8>| out.extend_from_slice(record.id.as_bytes());
/// let tally = run(&["no-such-folder".into()], Options::default(), work, &mut print).unwrap();
/// assert_eq!((tally.reports, tally.failed), (0, 1));
/// ```
///
/// # Errors
/// When the sink fails, or threads cannot be started. Everything else is a [`Failure`].
pub fn run<T, W, S>(paths: &[PathBuf], options: Options, work: W, sink: &mut S) -> io::Result<Tally>
where
    T: Send,
    W: Fn(&Record<'_>, &mut Vec<T>) + Sync,
    S: Sink<T>,
{
    let mut reader = Reader::new(paths, options.limits);
    let mut tally = if options.threads == NonZeroUsize::MIN {
        alone(&mut reader, options, &work, sink)?
    } else {
        together(&mut reader, options, &work, sink)?
    };
    tally.passed_over.clone_from(reader.passed_over());
    Ok(tally)
}

fn alone<T, W, S>(reader: &mut Reader, options: Options, work: &W, sink: &mut S) -> io::Result<Tally>
where
    T: Send,
    W: Fn(&Record<'_>, &mut Vec<T>) + Sync,
    S: Sink<T>,
{
    let mut tally = Tally::default();
    let mut carrier = Carrier::new();
    while reader.fill(&mut carrier.chunk) {
        carrier.work(options.limits, work);
        carrier.deliver(sink, &mut tally)?;
    }
    Ok(tally)
}

fn together<T, W, S>(reader: &mut Reader, options: Options, work: &W, sink: &mut S) -> io::Result<Tally>
where
    T: Send,
    W: Fn(&Record<'_>, &mut Vec<T>) + Sync,
    S: Sink<T>,
{
    let threads = options.threads.get();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(io::Error::other)?;
    let (done, finished) = mpsc::channel();
    let (free, returned) = mpsc::channel();
    thread::scope(|scope| {
        let delivery = scope.spawn(move || deliver(finished, free, sink));
        pool.in_place_scope(|workers| {
            let mut carriers = Carriers { returned, made: 0, most: 2 * threads + 2, ahead: 0 };
            let mut number = 0;
            while let Some(mut carrier) = carriers.next() {
                if !reader.fill(&mut carrier.chunk) {
                    break;
                }
                carrier.number = number;
                number += 1;
                carriers.ahead += carrier.chunk.size();
                let done = done.clone();
                workers.spawn(move |_| {
                    carrier.work(options.limits, work);
                    // Nobody listens any more when the sink has failed; the run ends with its error.
                    let _ = done.send(carrier);
                });
            }
        });
        drop(done);
        delivery.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Takes carriers in any order and delivers them in theirs.
fn deliver<T, S: Sink<T>>(
    finished: Receiver<Carrier<T>>,
    free: Sender<Carrier<T>>,
    sink: &mut S,
) -> io::Result<Tally> {
    let mut tally = Tally::default();
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for carrier in finished {
        waiting.insert(carrier.number, carrier);
        while let Some(mut carrier) = waiting.remove(&next) {
            carrier.deliver(sink, &mut tally)?;
            next += 1;
            // The reader may have come to its end and gone.
            let _ = free.send(carrier);
        }
    }
    Ok(tally)
}

/// Hands out carriers to the reader: those that came back, and new ones until there are enough.
struct Carriers<T> {
    returned: Receiver<Carrier<T>>,
    made: usize,
    most: usize,
    /// Bytes of input that are under way.
    ahead: u64,
}

impl<T> Carriers<T> {
    /// `None` when the delivery has ended.
    fn next(&mut self) -> Option<Carrier<T>> {
        loop {
            let carrier = match self.returned.try_recv() {
                Ok(carrier) => carrier,
                Err(TryRecvError::Empty) if self.made < self.most && self.ahead < AHEAD => {
                    self.made += 1;
                    return Some(Carrier::new());
                }
                Err(TryRecvError::Empty) => self.returned.recv().ok()?,
                Err(TryRecvError::Disconnected) => return None,
            };
            self.ahead -= carrier.chunk.size();
            if self.ahead < AHEAD {
                return Some(carrier);
            }
            self.made -= 1;
        }
    }
}

/// A chunk on its way, and what became of it.
struct Carrier<T> {
    number: u64,
    chunk: Chunk,
    output: Vec<T>,
    failures: Vec<Failure>,
    reports: u64,
}

impl<T> Carrier<T> {
    fn new() -> Self {
        Carrier { number: 0, chunk: Chunk::default(), output: Vec::new(), failures: Vec::new(), reports: 0 }
    }

    fn work(&mut self, limits: Limits, work: &impl Fn(&Record<'_>, &mut Vec<T>)) {
        let Carrier { chunk, output, failures, reports, .. } = self;
        let mut take = |record: Result<Record<'_>, Failure>| match record {
            Ok(record) => {
                let start = output.len();
                match catch_unwind(AssertUnwindSafe(|| work(&record, output))) {
                    Ok(()) => *reports += 1,
                    Err(panic) => {
                        output.truncate(start);
                        let what = format!("report {}: the program crashed on it", record.id);
                        failures.push(crashed(record.name, &what, panic.as_ref()));
                    }
                }
            }
            Err(failure) => failures.push(failure),
        };
        // A carrier that never came back would stop the delivery of all after it.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| chunk.each(limits, &mut take))) {
            let what = "the program crashed while reading; some reports are missing";
            failures.push(crashed("input", what, panic.as_ref()));
        }
    }

    fn deliver(&mut self, sink: &mut impl Sink<T>, tally: &mut Tally) -> io::Result<()> {
        if !self.output.is_empty() {
            sink.output(&self.output)?;
        }
        for failure in &self.failures {
            sink.failure(failure);
        }
        sink.progress(self.chunk.size(), self.reports);
        tally.reports += self.reports;
        tally.failed += self.failures.len() as u64;
        self.reports = 0;
        self.failures.clear();
        self.output.clear();
        self.output.shrink_to(KEEP / size_of::<T>().max(1));
        Ok(())
    }
}

fn crashed(path: &str, what: &str, panic: &(dyn Any + Send)) -> Failure {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    Failure::new(path, format!("{what}: {message}")).hint("this is a bug in casegrain; please report it")
}
