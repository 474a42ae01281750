//! The streams of the corpus: their bytes, their options, awkward cuts.
//!
//! Knows: the layout of `corpus/` (its README). Must not know: HTTP, what is said in them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use deltaic::{ArgumentsMode, ContentMode, Decoder, Framing, Options, ReasoningTags};

/// A stream with a golden beside it.
pub struct Stream {
    pub name: String,
    pub bytes: Bytes,
    pub options: Options,
    /// The options as words of the `deltaic` command.
    pub words: Vec<String>,
}

/// Every one, in the order of their names.
pub fn read(folder: &Path) -> io::Result<Vec<Stream>> {
    let mut files = Vec::new();
    list(folder, &mut files)?;
    files.sort();
    let mut streams = Vec::new();
    for file in files {
        let golden = file.with_extension("deltas");
        if file == golden || !golden.exists() {
            continue;
        }
        let header = fs::read_to_string(golden)?;
        let words = header.lines().find_map(|line| line.strip_prefix("# options:")).unwrap_or_default();
        let name = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        streams.push(Stream {
            options: options(words).map_err(|error| io::Error::other(format!("{name}: {error}")))?,
            words: command_words(words),
            bytes: fs::read(&file)?.into(),
            name,
        });
    }
    Ok(streams)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            list(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// A golden's options; what they are called is the `deltaic` command's business, but for the one that it does not have.
fn options(words: &str) -> Result<Options, String> {
    let mut options = Options::new();
    let mut words = words.split_whitespace();
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_default();
        options = match word {
            "--keepalives" => options.keepalives(true),
            "--repair" => options.repair(true),
            "--strict" => options.quirks(deltaic::Quirks::NONE),
            "--arguments" if value() == "repeated" => options.arguments(ArgumentsMode::Repeated),
            "--think" => options.reasoning_tags(match value() {
                "off" => ReasoningTags::Off,
                "started" => ReasoningTags::Started,
                other => return Err(format!("--think {other}")),
            }),
            "--content" => options.content(match value() {
                "incremental" => ContentMode::Incremental,
                "cumulative" => ContentMode::Cumulative,
                other => return Err(format!("--content {other}")),
            }),
            "--framing" => options.framing(match value() {
                "sse" => Framing::Sse,
                "ndjson" => Framing::Ndjson,
                "json" => Framing::Json,
                "json-array" => Framing::JsonArray,
                "eventstream" => Framing::EventStream,
                other => return Err(format!("--framing {other}")),
            }),
            "--wire" => options.wire(Some(value().parse().map_err(|_| "--wire".to_owned())?)),
            other => return Err(format!("option {other}")),
        };
    }
    Ok(options)
}

fn command_words(words: &str) -> Vec<String> {
    words.split_whitespace().filter(|word| *word != "--keepalives").map(str::to_owned).collect()
}

impl Stream {
    pub fn decoder(&self) -> Decoder {
        Decoder::with_options(self.options)
    }

    /// The bytes, cut where it hurts; always the same for the same stream.
    pub fn cuts(&self) -> Vec<Bytes> {
        cut(&self.bytes, self.seed())
    }

    /// Another seed for each stream.
    pub fn seed(&self) -> u64 {
        self.name
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325, |seed, byte| (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
    }
}

/// Pieces of one byte and of many, in turns that the seed chooses: most of a few bytes, else of a few events; at most some
/// hundred, so that long streams are served soon.
pub fn cut(bytes: &Bytes, mut seed: u64) -> Vec<Bytes> {
    let mut rest = bytes.clone();
    let most = 1 + bytes.len() / 100;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let bounds = [1, 3, 17, most, 4 * most];
        let bound = bounds[below(&mut seed, bounds.len())].min(rest.len());
        pieces.push(rest.split_to(1 + below(&mut seed, bound)));
    }
    pieces
}

/// Xorshift: some number below `bound`, which is not 0.
fn below(seed: &mut u64, bound: usize) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    usize::try_from(*seed >> 16).unwrap_or(0) % bound
}
