//! Recordings that are compressed, by the end of their names.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// What such a file holds, unpacked as it is read; the file itself if its name says nothing of compression.
pub(crate) fn unpacked(path: &Path, file: File) -> Result<Box<dyn Read>, File> {
    match path.extension().and_then(|end| end.to_str()) {
        Some("gz") => Ok(Box::new(MultiGzDecoder::new(file))),
        Some("zst") => Ok(Box::new(Zstd { frame: FrameDecoder::new(), source: BufReader::new(file) })),
        _ => Err(file),
    }
}

/// One frame after another, as tools append them.
struct Zstd {
    frame: FrameDecoder,
    source: BufReader<File>,
}

impl Zstd {
    fn open_frame(&mut self) -> io::Result<()> {
        match self.frame.reset(&mut self.source) {
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => io::copy(&mut self.source.by_ref().take(length.into()), &mut io::sink()).map(drop),
            opened => opened.map_err(io::Error::other),
        }
    }
}

impl Read for Zstd {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.frame.can_collect() == 0 {
            if !self.frame.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.frame.decode_blocks(&mut self.source, one).map_err(io::Error::other)?;
            } else if self.source.fill_buf()?.is_empty() {
                return Ok(0);
            } else {
                self.open_frame()?;
            }
        }
        self.frame.read(to)
    }
}
