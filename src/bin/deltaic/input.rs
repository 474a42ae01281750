//! One input, read in pieces.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use crate::inputs::is_standard;
use crate::packed::unpacked;
use crate::split::Split;

const READ_BYTES: usize = 64 << 10;

/// ```text
/// reader's buffer  ▓▓▓▓▓▓▓▓▓▓▓▓▓▓░░░░░░░░░     unsplit: a piece is all that one read gave, in place
///                  ╰── given ───╯
/// piece            ▓▓▓▓                        split: exactly the size asked, whatever the reads give
/// ```
///
/// A piece that would not fit into the reader's buffer is handed over as the reads give it, in place, and cut where
/// it was asked to be: no size that was asked for sizes memory, or waits for more than one read.
pub(crate) struct Input {
    reader: BufReader<Box<dyn Read>>,
    /// Bytes at the front of the reader's buffer that the caller has had.
    given: usize,
    split: Option<Split>,
    /// What is still to come of a piece that is handed over as it is read.
    rest: u64,
    piece: Vec<u8>,
    size: Option<u64>,
}

impl Input {
    pub(crate) fn open(path: &Path, split: Option<Split>) -> io::Result<Self> {
        let (source, size): (Box<dyn Read>, _) = if is_standard(path) {
            (Box::new(io::stdin().lock()), None)
        } else {
            let file = File::open(path)?;
            let about = file.metadata()?;
            match unpacked(path, file) {
                Ok(unpacked) => (unpacked, None),
                Err(file) => (Box::new(file), about.is_file().then_some(about.len())),
            }
        };
        let reader = BufReader::with_capacity(READ_BYTES, source);
        Ok(Self { reader, given: 0, split, rest: 0, piece: Vec::new(), size })
    }

    /// How long it is, if it is a regular file that is not compressed.
    pub(crate) fn size(&self) -> Option<u64> {
        self.size
    }

    /// Whether the next piece may have to be waited for.
    pub(crate) fn is_dry(&self) -> bool {
        self.split.is_some() || self.reader.buffer().len() <= self.given
    }

    /// The next piece, maybe empty; none at the end.
    pub(crate) fn next_piece(&mut self) -> io::Result<Option<&[u8]>> {
        self.reader.consume(self.given);
        self.given = 0;
        match &mut self.split {
            None => self.next_read(usize::MAX),
            Some(_) if self.rest > 0 => self.next_part(self.rest),
            Some(split) => match split.next_size() {
                size if size > READ_BYTES as u64 => self.next_part(size),
                size => self.next_cut(size),
            },
        }
    }

    /// What one read gives, `at_most` so many bytes of it.
    fn next_read(&mut self, at_most: usize) -> io::Result<Option<&[u8]>> {
        while let Err(error) = self.reader.fill_buf() {
            if error.kind() != ErrorKind::Interrupted {
                return Err(error);
            }
        }
        self.given = self.reader.buffer().len().min(at_most);
        Ok(self.reader.buffer().get(..self.given).filter(|piece| !piece.is_empty()))
    }

    /// The next part of a piece of which `size` bytes are missing.
    fn next_part(&mut self, size: u64) -> io::Result<Option<&[u8]>> {
        self.next_read(usize::try_from(size).unwrap_or(usize::MAX))?;
        self.rest = size.saturating_sub(self.given as u64);
        Ok(self.reader.buffer().get(..self.given).filter(|part| !part.is_empty()))
    }

    fn next_cut(&mut self, size: u64) -> io::Result<Option<&[u8]>> {
        self.piece.clear();
        self.reader.by_ref().take(size).read_to_end(&mut self.piece)?;
        Ok(Some(&*self.piece).filter(|piece| size == 0 || !piece.is_empty()))
    }
}
