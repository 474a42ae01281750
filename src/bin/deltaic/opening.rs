//! What an input that is no stream is instead, by its first bytes.

/// Enough for the longest entry of the tables.
const KEPT_BYTES: usize = 16;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// As in RFC 1952, RFC 8878 and RFC 1950.
const COMPRESSED: [(&[u8], &str); 5] = [
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x78\x01", "zlib"),
    (b"\x78\x9c", "zlib"),
    (b"\x78\xda", "zlib"),
];

/// In whatever case.
const MARKUP: [(&[u8], &str); 6] = [
    (b"<!doctype html", "HTML page"),
    (b"<html", "HTML page"),
    (b"<head", "HTML page"),
    (b"<body", "HTML page"),
    (b"<title", "HTML page"),
    (b"<?xml", "XML document"),
];

/// The first bytes of an input.
pub(crate) struct Opening {
    /// At most [`KEPT_BYTES`], without the byte order mark and the white space before them.
    kept: Vec<u8>,
    is_empty: bool,
}

impl Opening {
    pub(crate) fn new() -> Self {
        Self { kept: Vec::new(), is_empty: true }
    }

    pub(crate) fn add(&mut self, piece: &[u8]) {
        self.is_empty &= piece.is_empty();
        for &byte in piece {
            if self.kept.len() == KEPT_BYTES {
                return;
            }
            let leads = self.kept.is_empty() && byte.is_ascii_whitespace();
            if !leads {
                self.kept.push(byte);
            }
            if self.kept == BYTE_ORDER_MARK {
                self.kept.clear();
            }
        }
    }

    /// What came, on one line, if it is nothing that could be a stream.
    pub(crate) fn no_stream(&self) -> Option<String> {
        if self.is_empty {
            return Some("empty input".to_owned());
        }
        let compressed = COMPRESSED.iter().find(|(magic, _)| self.kept.starts_with(magic));
        let markup = MARKUP.iter().find(|(tag, _)| self.begins_like(tag));
        match (compressed, markup) {
            (Some((_, how)), _) => Some(format!(
                "no stream: {how}-compressed bytes (ask for identity encoding, or decompress first)"
            )),
            (None, Some((_, what))) => Some(format!("no stream: it begins like an {what}")),
            (None, None) => None,
        }
    }

    fn begins_like(&self, tag: &[u8]) -> bool {
        self.kept.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag))
    }
}
