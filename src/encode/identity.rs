//! Who an answer is: its id, model and date.
//!
//! Knows: what the stream told of them, and what the host would rather have. Must not know: where a target writes them.

use alloc::string::String;

use super::options::EncodeOptions;

/// Until the target's first event settles them, what the stream told; then what is written.
#[derive(Clone)]
pub(super) struct Identity {
    pub(super) id: String,
    pub(super) model: String,
    pub(super) created: Option<u64>,
}

impl Identity {
    pub(super) const fn new() -> Self {
        Self { id: String::new(), model: String::new(), created: None }
    }

    /// What the stream tells of them: the first of each counts, and one of more than `most_bytes` is none.
    pub(super) fn learn_first(
        &mut self,
        id: Option<&str>,
        model: Option<&str>,
        created: Option<u64>,
        most_bytes: usize,
    ) {
        let fits = |text: &&str| text.len() <= most_bytes;
        for (known, told) in [(&mut self.id, id), (&mut self.model, model)] {
            if known.is_empty() {
                known.push_str(told.filter(fits).unwrap_or_default());
            }
        }
        self.created = self.created.or(created);
    }

    /// The host's own, else the stream's, else these.
    pub(super) fn override_or_default_id_and_model(
        &mut self,
        options: &EncodeOptions,
        [default_id, default_model]: [&str; 2],
    ) {
        for (known, own, default) in
            [(&mut self.id, &options.id, default_id), (&mut self.model, &options.model, default_model)]
        {
            if let Some(own) = own.as_deref().filter(|own| !own.is_empty()) {
                known.replace_range(.., own);
            } else if known.is_empty() {
                known.push_str(default);
            }
        }
    }
}
