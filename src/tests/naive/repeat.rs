//! Text of which each piece repeats all so far, or may: Q57, and what [`ContentMode`] says of itself.

use super::json::halved;
use crate::ContentMode;

/// One channel of a model that repeats all so far, or may.
#[derive(Default)]
pub(super) struct Channel {
    /// All that was told.
    pub(super) so_far: String,
    /// What came since the first, until it is known whether it repeats.
    held: Vec<String>,
    repeats: Option<bool>,
    /// The choice has finished: what begins with all so far repeats it.
    pub(super) is_over: bool,
}

impl Channel {
    /// What is new in a piece.
    pub(super) fn take(&mut self, piece: &str, mode: ContentMode) -> String {
        let piece = halved(piece);
        match (mode, self.repeats) {
            _ if piece.is_empty() => String::new(),
            (ContentMode::Cumulative, _) | (ContentMode::Auto, Some(true)) => self.tell(&piece, true),
            (ContentMode::Auto, None) if self.so_far.is_empty() => self.tell(&piece, false),
            (ContentMode::Auto, None) => {
                self.held.push(piece);
                let repeats = self.repetition();
                self.decide(repeats)
            }
            _ => self.tell(&piece, false),
        }
    }

    fn tell(&mut self, piece: &str, repeats: bool) -> String {
        let new = piece.strip_prefix(&*self.so_far).filter(|_| repeats).unwrap_or(piece);
        self.so_far += new;
        new.to_owned()
    }

    /// Tells what is held, if it is known what it is.
    pub(super) fn decide(&mut self, repeats: Option<bool>) -> String {
        let Some(repeats) = repeats.filter(|_| !self.held.is_empty()) else { return String::new() };
        self.repeats = Some(repeats);
        std::mem::take(&mut self.held).iter().map(|piece| self.tell(piece, repeats)).collect()
    }

    /// Whether pieces repeat all before: two in a row that are longer do, anything else shows that they are pieces.
    fn repetition(&self) -> Option<bool> {
        let (mut before, mut longer) = (&self.so_far, 0);
        for piece in &self.held {
            if !piece.starts_with(&**before) {
                return Some(false);
            }
            longer += usize::from(piece.len() > before.len());
            before = piece;
        }
        (longer == 2 || self.is_over).then_some(true)
    }
}

/// Models that are known to repeat all so far.
pub(super) fn repeats(model: &str) -> bool {
    ["qwen-mt-plus", "qwen-mt-turbo"].contains(&model)
}
