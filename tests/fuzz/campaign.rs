//! Runs a target on one input after another, and notices panics, slow reads and excessive memory.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt, fs,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    process,
    sync::{
        Once,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use arbitrary::Unstructured;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

use crate::{
    allocator::peak_of,
    case::{self, Files},
    mutate::Pool,
};

/// An input that takes longer is a finding.
const SLOW: Duration = Duration::from_secs(5);
/// An input that takes longer ends the program.
const HANGS: Duration = Duration::from_secs(60);
/// Memory that a reader may hold at any size of its file: the `tokenizers` crate has a cache of 10,000 words and
/// compiles the patterns of its splitters.
const CONSTANT: usize = 4 << 20;
/// Additional memory per byte of a file.
const PER_BYTE: usize = 4;
/// Additional memory per cell, line or JSON value: a string, its entry in a list or tree, and a vocabulary's several
/// tables, some of which double while they grow.
const PER_ITEM: usize = 640;
/// Random bytes from which a case is drawn.
const ENTROPY: usize = 1024;
const SEED: u64 = 1;

/// Whether a target accepted an input.
pub enum Answer {
    Accepted,
    Refused,
}

pub struct Target {
    pub seeds: Vec<Files>,
    /// Reads the files, and panics if the result is inconsistent.
    pub read: fn(&Files) -> Answer,
}

/// What went wrong with an input.
enum Fault {
    /// The place of the panic and its message.
    Panic {
        place: String,
        words: String,
    },
    Memory {
        peak: usize,
        allowed: usize,
    },
    Slow(Duration),
}

impl Fault {
    /// A key that is the same for faults with presumably the same cause.
    fn kind(&self) -> String {
        match self {
            Self::Panic { place, .. } => format!("panic at {place}"),
            Self::Memory { .. } => "memory".to_owned(),
            Self::Slow(_) => "slow".to_owned(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Panic { place, words } => write!(f, "panics at {place}: {words}"),
            Self::Memory { peak, allowed } => write!(f, "holds {peak} bytes, where {allowed} are allowed"),
            Self::Slow(time) => write!(f, "takes {:.1} s", time.as_secs_f64()),
        }
    }
}

/// Statistics of a target's inputs.
#[derive(Default)]
struct Tally {
    accepted: u64,
    refused: u64,
    slowest: Duration,
    /// The largest peak of memory beyond [`CONSTANT`], relative to the size of the input.
    largest: f64,
}

thread_local! {
    /// Whether an input is being read, so that a panic is a finding and not a bug of the test program.
    static JUDGING: Cell<bool> = const { Cell::new(false) };
    /// Place and message of the panic that is being caught.
    static PANIC: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// Runs a target on its seeds and earlier findings, then on `cases` inputs. The environment variables FUZZ_SECONDS,
/// FUZZ_SEED and FUZZ_CASE set a time instead of a number of inputs, another seed, or a single input.
pub fn run(name: &str, cases: u64, target: &Target) {
    quiet_panics();
    let number = |variable: &str| {
        let text = std::env::var(variable).ok()?;
        Some(text.parse::<u64>().unwrap_or_else(|_| panic!("{variable} is {text}, no number")))
    };
    let pool = Pool::new(target.seeds.clone());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/findings").join(name);
    let seed = number("FUZZ_SEED").unwrap_or(SEED);
    let (mut tally, mut found) = (Tally::default(), BTreeMap::new());
    for (index, files) in pool.seeds().iter().enumerate() {
        let (answer, _) = judge(target, files, &mut tally);
        let fine = matches!(answer, Ok(Answer::Accepted));
        assert!(
            fine,
            "seed {index} of {name} is not accepted: {}",
            answer.err().map_or_else(String::new, |e| e.to_string())
        );
    }
    for (known, files) in case::read_all(&folder, pool.seeds()) {
        if let (Err(fault), _) = judge(target, &files, &mut tally) {
            found.insert(fault.kind(), format!("the finding {known} {fault}"));
        }
    }
    let watch = Watch::new(name, seed);
    let deadline = number("FUZZ_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let only = number("FUZZ_CASE");
    let mut index = only.unwrap_or(0);
    loop {
        let more = match (only, deadline) {
            (Some(only), _) => index == only,
            (None, Some(deadline)) => Instant::now() < deadline,
            (None, None) => index < cases,
        };
        if !more {
            break;
        }
        let files = draw(&pool, seed, index);
        if only.is_some() {
            // Kept for inspection in any case.
            let path =
                Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-seed-{seed}-case-{index}.json"));
            case::write(&path, &files, pool.seeds());
        }
        watch.begin(index);
        let (answer, _) = judge(target, &files, &mut tally);
        watch.end();
        if let Err(fault) = answer
            && !found.contains_key(&fault.kind())
        {
            let files = smaller(target, &pool, files, &fault);
            let path = folder.join(format!("seed-{seed}-case-{index}.json"));
            case::write(&path, &files, pool.seeds());
            found.insert(
                fault.kind(),
                format!("case {index} of seed {seed} {fault}; kept in {}", path.display()),
            );
        }
        index += 1;
    }
    drop(watch);
    println!(
        "{name:<16} {:>8} inputs, {:>8} accepted, {:>8} refused, {} findings, slowest {:>7.1} ms, memory up to {:>5.1} times the file",
        tally.accepted + tally.refused,
        tally.accepted,
        tally.refused,
        found.len(),
        tally.slowest.as_secs_f64() * 1e3,
        tally.largest,
    );
    assert!(found.is_empty(), "{name}:\n{}", found.into_values().collect::<Vec<_>>().join("\n"));
}

/// The input with this number, which is the same for a seed.
fn draw(pool: &Pool, seed: u64, index: u64) -> Files {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(index);
    let mut entropy = [0; ENTROPY];
    random.fill_bytes(&mut entropy);
    pool.draw(&mut Unstructured::new(&entropy))
}

/// Runs a target on an input; returns the outcome and the time it took.
fn judge(target: &Target, files: &Files, tally: &mut Tally) -> (Result<Answer, Fault>, Duration) {
    let started = Instant::now();
    JUDGING.set(true);
    let (outcome, peak) = peak_of(|| panic::catch_unwind(AssertUnwindSafe(|| (target.read)(files))));
    JUDGING.set(false);
    let time = started.elapsed();
    let size: usize = files.iter().map(|(path, bytes)| path.len() + bytes.len()).sum();
    let allowed = CONSTANT + PER_BYTE * size + PER_ITEM * items(files);
    tally.slowest = tally.slowest.max(time);
    tally.largest = tally.largest.max(peak.saturating_sub(CONSTANT) as f64 / size.max(1) as f64);
    let answer = match outcome {
        Err(payload) => Err(fault(&*payload)),
        Ok(_) if time > SLOW => Err(Fault::Slow(time)),
        Ok(_) if peak > allowed => Err(Fault::Memory { peak, allowed }),
        Ok(answer) => Ok(answer),
    };
    match answer {
        Ok(Answer::Accepted) => tally.accepted += 1,
        _ => tally.refused += 1,
    }
    (answer, time)
}

/// The number of cells, lines and JSON values, by their separators.
fn items(files: &Files) -> usize {
    let between = |byte: &&u8| b"\n\r\t,:[{|&= ".contains(byte);
    files.iter().map(|(_, bytes)| 1 + bytes.iter().filter(between).count()).sum()
}

fn fault(payload: &(dyn Any + Send)) -> Fault {
    let words = payload.downcast_ref::<&str>().map(|words| (*words).to_owned());
    let words = words.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
    let (place, words) = PANIC.take().unwrap_or((String::new(), words));
    Fault::Panic { place, words }
}

/// Records panics that happen while an input is read instead of printing them.
fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !JUDGING.get() {
                return usual(info);
            }
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            let words = info.payload_as_str().unwrap_or_default().to_owned();
            PANIC.set(Some((place, words)));
        }));
    });
}

/// Reduces an input to what its fault needs, for up to 20 seconds.
fn smaller(target: &Target, pool: &Pool, mut files: Files, fault: &Fault) -> Files {
    let until = Instant::now() + Duration::from_secs(20);
    let kind = fault.kind();
    if matches!(fault, Fault::Slow(_)) {
        return files;
    }
    let same = |files: &Files| {
        Instant::now() < until
            && judge(target, files, &mut Tally::default()).0.is_err_and(|fault| fault.kind() == kind)
    };
    for at in (0..files.len()).rev() {
        let mut fewer = files.clone();
        fewer.remove(at);
        if same(&fewer) {
            files = fewer;
        }
    }
    for at in 0..files.len() {
        let originals = pool.seeds().iter().flatten().filter(|(path, _)| *path == files[at].0);
        let original = originals.map(|(_, bytes)| bytes.clone()).find(|bytes| {
            let mut restored = files.clone();
            restored[at].1.clone_from(bytes);
            same(&restored)
        });
        match original {
            Some(bytes) => files[at].1 = bytes,
            None => cut(&mut files, at, &same),
        }
    }
    files
}

/// Removes pieces of a file that the fault does not need, large ones first.
fn cut(files: &mut Files, at: usize, same: &impl Fn(&Files) -> bool) {
    let mut piece = files[at].1.len().div_ceil(2);
    while piece > 0 {
        let mut start = 0;
        while start < files[at].1.len() {
            let mut shorter = files.clone();
            let end = (start + piece).min(shorter[at].1.len());
            shorter[at].1.drain(start..end);
            if same(&shorter) {
                *files = shorter;
            } else {
                start = end;
            }
        }
        piece /= 2;
    }
}

/// Ends the program if an input hangs. A note in a file says which input was being read when the program died in
/// another way: by a stack overflow, or out of memory.
struct Watch {
    shared: std::sync::Arc<Shared>,
    note: fs::File,
    path: PathBuf,
    started: Instant,
}

struct Shared {
    /// When the current input began, in milliseconds since the start plus one; 0 between inputs.
    since: AtomicU64,
    over: AtomicBool,
}

impl Watch {
    fn new(name: &str, seed: u64) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}-seed-{seed}"));
        let note = fs::File::create(&path).expect("a note can be written");
        let shared = std::sync::Arc::new(Shared { since: AtomicU64::new(0), over: AtomicBool::new(false) });
        let started = Instant::now();
        let (seen, of) = (shared.clone(), name.to_owned());
        thread::spawn(move || {
            while !seen.over.load(Relaxed) {
                thread::sleep(Duration::from_millis(200));
                let since = seen.since.load(Relaxed);
                let now = started.elapsed().as_millis() as u64;
                if since > 0 && now.saturating_sub(since) > HANGS.as_millis() as u64 {
                    eprintln!("{of}: an input takes over {} s", HANGS.as_secs());
                    process::exit(1);
                }
            }
        });
        Self { shared, note, path, started }
    }

    fn begin(&self, index: u64) {
        use std::os::unix::fs::FileExt;
        // Without the note only the message after a crash is missing.
        let _ = self.note.write_at(format!("{index:<20}").as_bytes(), 0);
        self.shared.since.store(self.started.elapsed().as_millis() as u64 + 1, Relaxed);
    }

    fn end(&self) {
        self.shared.since.store(0, Relaxed);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.over.store(true, Relaxed);
        let _ = fs::remove_file(&self.path);
    }
}
