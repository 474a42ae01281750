//! What the tests share: the corpus, decoding under cuts, and numbers from a seed.

use std::cell::Cell;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::{
    ArgumentsMode, ContentMode, Decoder, Delta, Ending, Error, Framing, Options, OwnedDelta, Quirks,
    ReasoningTags,
};

/// Whether this run rewrites what it would compare.
pub(super) fn blesses() -> bool {
    std::env::var_os("DELTAIC_BLESS").is_some_and(|value| value == "1")
}

/// Of the repository, also for the soak, which is a crate below it and reads this file.
pub(super) fn corpus_dir() -> PathBuf {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|dir| dir.join("corpus"));
    above.into_iter().find(|dir| dir.is_dir()).unwrap_or_else(|| panic!("no corpus"))
}

/// Writes a file that other tests may be reading: they see the old one or the new one.
pub(super) fn replace(path: &Path, content: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == content) {
        return;
    }
    let aside = path.with_extension("blessing");
    fs::write(&aside, content).unwrap();
    fs::rename(aside, path).unwrap();
}

/// All files below `dir`, in order of their names.
pub(super) fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// One stream of the corpus and its golden.
pub(super) struct Stream {
    /// Path below `corpus/`.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) golden: PathBuf,
    /// The golden's header, `# key: value` a line.
    pub(super) header: Vec<(String, String)>,
    /// The golden below its header.
    pub(super) body: String,
}

impl Stream {
    fn read(path: &Path) -> Option<Self> {
        let golden = path.with_extension("deltas");
        let text = fs::read_to_string(&golden).ok()?;
        let is_header = |line: &&str| line.starts_with("# ");
        let header = text.lines().take_while(is_header).map(|line| {
            let (key, value) = line[2..].split_once(':').unwrap_or_else(|| panic!("{line:?} in {golden:?}"));
            (key.to_owned(), value.trim().to_owned())
        });
        let header: Vec<_> = header.collect();
        let body = text.split_inclusive('\n').skip(header.len()).collect();
        let name = path.strip_prefix(corpus_dir()).unwrap().to_str().unwrap().replace('\\', "/");
        Some(Self { name, bytes: fs::read(path).unwrap(), golden, header, body })
    }

    pub(super) fn says(&self, key: &str) -> Option<&str> {
        self.header.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    pub(super) fn options(&self) -> Options {
        options(self.says("options").unwrap_or_default())
    }

    pub(super) fn is_reference(&self) -> bool {
        self.says("reference") == Some("yes")
    }
}

/// Every stream that has a golden.
pub(super) fn corpus() -> Vec<Stream> {
    files(&corpus_dir())
        .iter()
        .filter(|path| path.extension().is_some_and(|ext| ext != "deltas"))
        .filter_map(|path| Stream::read(path))
        .collect()
}

pub(super) fn stream(name: &str) -> Stream {
    Stream::read(&corpus_dir().join(name)).unwrap_or_else(|| panic!("no stream {name} with a golden"))
}

/// The options that the command would make of these words.
pub(super) fn options(words: &str) -> Options {
    let mut options = Options::new();
    let mut words = words.split_whitespace();
    while let Some(word) = words.next() {
        let (word, value) = match word.split_once('=') {
            Some((word, value)) => (word, value),
            None if matches!(word, "--repair" | "--keepalives" | "--strict") => (word, ""),
            None => (word, words.next().unwrap_or_default()),
        };
        options = match (word, value) {
            ("--repair", "") => options.repair(true),
            ("--keepalives", "") => options.keepalives(true),
            ("--strict", "") => options.quirks(Quirks::NONE),
            ("--think", "off") => options.reasoning_tags(ReasoningTags::Off),
            ("--think", "started") => options.reasoning_tags(ReasoningTags::Started),
            ("--content", "incremental") => options.content(ContentMode::Incremental),
            ("--content", "cumulative") => options.content(ContentMode::Cumulative),
            ("--arguments", "repeated") => options.arguments(ArgumentsMode::Repeated),
            ("--wire", word) => options.wire(Some(word.parse().unwrap())),
            ("--framing", "sse") => options.framing(Framing::Sse),
            ("--framing", "ndjson") => options.framing(Framing::Ndjson),
            ("--framing", "json-array") => options.framing(Framing::JsonArray),
            ("--framing", "eventstream") => options.framing(Framing::EventStream),
            ("--framing", "json") => options.framing(Framing::Json),
            _ => panic!("unknown option {word} {value}"),
        };
    }
    options
}

/// What a decoder says, in order.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Told {
    Delta(OwnedDelta),
    Error(Error),
}

impl Told {
    pub(super) fn of(said: Result<Delta<'_>, Error>) -> Self {
        match said {
            Ok(delta) => Self::Delta(delta.into_owned()),
            Err(error) => Self::Error(error),
        }
    }

    fn is(&self, said: &Result<Delta<'_>, Error>) -> bool {
        match (self, said) {
            (Self::Delta(delta), Ok(other)) => delta.as_delta() == *other,
            (Self::Error(error), Err(other)) => error == other,
            _ => false,
        }
    }
}

/// All that decoding one stream tells.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) told: Vec<Told>,
    pub(super) ending: Ending,
    pub(super) seen: Quirks,
}

impl Run {
    pub(super) fn deltas(&self) -> impl Iterator<Item = Delta<'_>> {
        self.told.iter().filter_map(|told| match told {
            Told::Delta(delta) => Some(delta.as_delta()),
            Told::Error(_) => None,
        })
    }

    pub(super) fn errors(&self) -> impl Iterator<Item = Error> {
        self.told.iter().filter_map(|told| match told {
            Told::Delta(_) => None,
            Told::Error(error) => Some(*error),
        })
    }

    pub(super) fn completion(&self) -> crate::Completion {
        let mut completion = crate::Completion::new();
        self.deltas().for_each(|delta| completion.apply(delta));
        completion
    }
}

/// Takes one input to its end through the primitive.
pub(super) fn drain(decoder: &mut Decoder, mut input: &[u8], say: &mut dyn FnMut(Result<Delta<'_>, Error>)) {
    loop {
        match decoder.next_delta(&mut input) {
            Ok(Some(delta)) => say(Ok(delta)),
            Ok(None) => break,
            Err(error) => {
                say(Err(error));
                if error.is_fatal() {
                    break;
                }
            }
        }
    }
}

/// As [`drain`], by guards that are dropped after each delta.
pub(super) fn drain_feed(decoder: &mut Decoder, input: &[u8], say: &mut dyn FnMut(Result<Delta<'_>, Error>)) {
    let mut rest = input;
    loop {
        let mut feed = decoder.feed(rest);
        match feed.next_delta() {
            Ok(Some(delta)) => say(Ok(delta)),
            Ok(None) => break,
            Err(error) => {
                say(Err(error));
                if error.is_fatal() {
                    break;
                }
            }
        }
        rest = &[];
    }
}

/// As [`drain`], by `for_each` that breaks after each delta.
pub(super) fn drain_each(decoder: &mut Decoder, input: &[u8], say: &mut dyn FnMut(Result<Delta<'_>, Error>)) {
    let mut rest = input;
    let step = |decoder: &mut Decoder, rest, say: &mut dyn FnMut(Result<Delta<'_>, Error>)| {
        decoder.for_each(rest, |said| {
            say(said);
            ControlFlow::Break(())
        })
    };
    let mut is_fatal = false;
    while !is_fatal
        && step(decoder, rest, &mut |said| {
            is_fatal = said.as_ref().is_err_and(Error::is_fatal);
            say(said);
        })
        .is_break()
    {
        rest = &[];
    }
}

/// How inputs are taken to their end.
pub(super) type Drain = fn(&mut Decoder, &[u8], &mut dyn FnMut(Result<Delta<'_>, Error>));

/// Feeds the pieces and the end; up to a fatal error, which each further call would tell again.
pub(super) fn tell<'p>(
    decoder: &mut Decoder,
    pieces: impl IntoIterator<Item = &'p [u8]>,
    drain: Drain,
    say: &mut dyn FnMut(Result<Delta<'_>, Error>),
) {
    let is_fatal = Cell::new(false);
    let mut say = |said: Result<Delta<'_>, Error>| {
        is_fatal.set(said.as_ref().is_err_and(Error::is_fatal));
        say(said);
    };
    for piece in pieces {
        drain(decoder, piece, &mut say);
        if is_fatal.get() {
            return;
        }
    }
    let _ = decoder.finish();
    drain(decoder, &[], &mut say);
}

/// Decodes the pieces.
pub(super) fn run<'p>(options: &Options, pieces: impl IntoIterator<Item = &'p [u8]>) -> Run {
    let mut decoder = Decoder::with_options(*options);
    let mut told = Vec::new();
    tell(&mut decoder, pieces, drain, &mut |said| told.push(Told::of(said)));
    Run { told, ending: decoder.ending(), seen: decoder.quirks_seen() }
}

pub(super) fn run_whole(options: &Options, bytes: &[u8]) -> Run {
    run(options, [bytes])
}

/// Whether the pieces decode to `expected`; what differs, if not.
pub(super) fn agrees<'p>(
    expected: &Run,
    decoder: &mut Decoder,
    pieces: impl IntoIterator<Item = &'p [u8]>,
    drain: Drain,
) -> Result<(), String> {
    let (mut told, mut wrong) = (expected.told.iter(), None);
    tell(decoder, pieces, drain, &mut |said| {
        let next = told.next();
        if wrong.is_none() && !next.is_some_and(|next| next.is(&said)) {
            wrong = Some(format!("told {said:?}\nnot  {next:?}"));
        }
    });
    let rest = told.next().map(|next| format!("did not tell {next:?}"));
    let ending = decoder.ending();
    let (ends, should) = (facts(&ending), facts(&expected.ending));
    let ended = (ends != should).then(|| format!("ends {ends}\nnot  {should}"));
    let seen = decoder.quirks_seen();
    let saw = (seen != expected.seen).then(|| format!("saw {}, not {}", names(seen), names(expected.seen)));
    wrong.or(rest).or(ended).or(saw).map_or(Ok(()), Err)
}

/// All that an ending says.
pub(super) fn facts(ending: &Ending) -> String {
    let yes = |fact: bool| if fact { "yes" } else { "no" };
    let mut facts = format!(
        "done: {}, truncated: {}, events: {}, finished: {}/{}, open calls: {}, unterminated bytes: {}",
        yes(ending.done()),
        yes(ending.is_truncated()),
        ending.events(),
        ending.finished_choices(),
        ending.choices(),
        ending.open_tool_calls(),
        ending.unterminated_bytes(),
    );
    if ending.first_bytes().is_empty() {
        return facts;
    }
    facts.push_str(", first bytes: ");
    facts.push_str(&serde_json::to_string(&String::from_utf8_lossy(ending.first_bytes())).unwrap());
    facts
}

pub(super) fn names(quirks: Quirks) -> String {
    quirks.iter().map(|quirk| quirk.as_str()).collect::<Vec<_>>().join(", ")
}

/// SplitMix64: the same numbers for the same seed, everywhere.
#[derive(Debug, Clone)]
pub(super) struct Seeded(pub(super) u64);

impl Seeded {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }

    /// Cuts `bytes` into pieces of up to `longest` bytes, some of them empty.
    pub(super) fn cuts<'b>(&mut self, mut bytes: &'b [u8], longest: usize) -> Vec<&'b [u8]> {
        let mut pieces = Vec::new();
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(self.below(longest + 1).min(bytes.len()));
            pieces.push(piece);
            bytes = rest;
        }
        pieces
    }
}
