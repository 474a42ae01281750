//! An audio answer, joined from its pieces.
//!
//! Knows: what a piece says. Must not know: how it is written.

use alloc::borrow::ToOwned;
use alloc::string::String;

use crate::parse::audio::AudioPiece;

/// An answer that was spoken.
///
/// Source: OpenAI, `choices[].message.audio`; its pieces are `choices[].delta.audio`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Audio {
    /// The audio's id, with which a later request may refer to it.
    pub id: Option<String>,
    /// The base64 text of all pieces, joined as it was sent. A service that pads each piece leaves its `=` in the middle:
    /// decode it up to each padding.
    pub data: String,
    /// What was said, as text.
    pub transcript: String,
    /// Until when the service knows the id, in seconds since the Unix epoch.
    pub expires_at: Option<u64>,
}

impl Audio {
    pub(super) fn append(&mut self, piece: AudioPiece<'_>) {
        let AudioPiece { id, data, transcript, expires_at } = piece;
        self.id = self.id.take().or(Some(id).filter(|id| !id.is_empty()).map(str::to_owned));
        self.data.push_str(data);
        self.transcript.push_str(transcript);
        self.expires_at = expires_at.or(self.expires_at);
    }
}
