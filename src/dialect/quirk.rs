//! The register of quirks: each one named deviation from the reference wire.
//!
//! Knows: names. Must not know: how a quirk is recognized or served; that is the room's that meets it.
//!
//! A quirk is one bit, used twice: as *allowed* ([`crate::Options::quirks`]) and as *seen*
//! ([`crate::Decoder::quirks_seen`]). Laws, each held by a test: every quirk has a witness in `corpus/`; switching it off
//! changes what its witness decodes to; streams on the reference wire see none; a golden's header names exactly what
//! its stream saw.
//!
//! Precedence, where two can meet:
//! 1. Framing comes first: a payload is cut out, stripped of doubled prefixes, then recognized (end marker, comment,
//!    JSON, text), then read.
//! 2. Of several homes of one fact the `delta` wins over `message`, `message` over `text` in the choice; of several
//!    spellings of reasoning the first of the table that is not empty.
//! 3. An `error` is told before whatever else its chunk carries.
//! 4. A tool call is found by index, then by id, then by name, then it is the latest.
//! 5. The first real finish reason wins; of usage fields the last number that is not a late zero.

use crate::words::{word_serde, word_traits, words};

words! {
    /// What kind of deviation a quirk is.
    QuirkClass {
        /// Another name or word for a known thing.
        Spelling = "spelling",
        /// A known thing where it does not belong.
        Place = "place",
        /// A known thing in another JSON type or structure.
        Shape = "shape",
        /// Doubt about which choice or tool call is meant.
        Identity = "identity",
        /// Two statements of one fact in one chunk.
        Coincidence = "coincidence",
        /// A fact said again.
        Redundant = "redundant",
        /// Events cut out of the bytes, or JSON written, in another way.
        Framing = "framing",
        /// Readable in two ways; a written rule decides.
        Ambiguous = "ambiguous",
    }
}

macro_rules! register {
    ($($variant:ident $name:literal $class:ident $witness:literal
        $wire:literal $rule:literal $safe:literal)*) => {
        /// One named deviation from the reference wire.
        ///
        /// Each is documented in four lines: what the wire does, the rule that serves it, why serving it cannot
        /// misread a conforming stream, and the witness in `corpus/`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Quirk {
            $(
                #[doc = concat!("Wire: ", $wire)]
                ///
                #[doc = concat!("Rule: ", $rule)]
                ///
                #[doc = concat!("Safe: ", $safe)]
                ///
                #[doc = concat!("Witness: `corpus/", $witness, "`")]
                $variant,
            )*
        }

        impl Quirk {
            /// Every quirk, in the register's order.
            pub const ALL: &'static [Quirk] = &[$(Quirk::$variant,)*];

            /// Its name in snake case, as reports print it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Its class.
            #[must_use]
            pub const fn class(self) -> QuirkClass {
                match self { $(Self::$variant => QuirkClass::$class,)* }
            }

            /// What the wire does.
            #[must_use]
            pub const fn wire(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }

            /// The rule that serves it.
            #[must_use]
            pub const fn rule(self) -> &'static str {
                match self { $(Self::$variant => $rule,)* }
            }

            /// Why serving it cannot misread a conforming stream.
            #[must_use]
            pub const fn safety(self) -> &'static str {
                match self { $(Self::$variant => $safe,)* }
            }

            /// Its witness: a path below `corpus/`.
            #[must_use]
            pub const fn witness(self) -> &'static str {
                match self { $(Self::$variant => $witness,)* }
            }
        }

        word_traits!(Quirk);
        word_serde!(Quirk "the name of a quirk");
    };
}

register! {
    // Framing: how events are cut out of the bytes.
    NoBlankLine "no_blank_line" Framing "infly/inf-chat-v1.sse"
        "Every `data:` line is a JSON document of its own; no blank line between them."
        "A further `data:` line begins a new event when the pending data is a complete JSON value or an end marker, or when no JSON can go on so; once events were single lines, every complete line is one."
        "Two complete JSON values joined by a line feed are no JSON value, so no conforming event reads so."
    BareContinuation "bare_continuation" Framing "siliconflow/qwen2.5-7b.sse"
        "Pretty-printed JSON whose further lines have no `data:` before them."
        "While the pending data is an incomplete JSON value, a line that is no field is its continuation."
        "A conforming event is complete by its blank line; unknown lines inside an incomplete value do not occur in it."
    BareDone "bare_done" Framing "lm-gateway/text.sse"
        "`[DONE]` on a line of its own, without `data:`."
        "Such a line is an event with that data."
        "`[DONE]` is no field name of the event stream format."
    BareJsonLine "bare_json_line" Framing "gateway/bare-json-error-line.sse"
        "A JSON object, or a list of them, on lines of its own in the middle of an event stream."
        "A line that begins with `{` or `[{` while no data is pending is data."
        "No field name begins with a bracket."
    BareJson "bare_json" Framing "gateway/json-array.json"
        "No event stream at all: JSON lines, one JSON array, or one JSON value."
        "The first byte that is not white space decides: `{` is JSON, one value a line or over many lines; `[` an array whose elements are the events."
        "An event stream that begins with a brace or bracket has no field there."
    BlankSeparator "blank_separator" Framing "hunyuan/tab-separator-named.sse"
        "The line between events holds white space."
        "A line of spaces and tabs ends an event whose data is complete."
        "By the specification it is a field of no known name, so it carries nothing."
    UnterminatedEvent "unterminated_event" Framing "llamacpp/unterminated-finish.sse"
        "The stream ends without the last event's blank line, or without its line end."
        "At the end of input a pending event whose data is a complete JSON value, an end marker or plain text is an event."
        "A value cut short is not complete, so truncation still shows."
    DoubledPrefix "doubled_prefix" Framing "gateway/doubled-prefix.sse"
        "`data: data: {…}`: a gateway framed a line that was framed already."
        "`data:` before the payload, and then before its further lines, is removed, however often."
        "No JSON value begins with `data:`."
    InlineRecords "inline_records" Framing "gateway/inline-records.sse"
        "Several `data:` records on one line."
        "After a complete value, `data:` begins the next record of the same event."
        "JSON allows nothing after a value."
    Concatenated "concatenated" Framing "gateway/concatenated.sse"
        "Several JSON documents in one payload."
        "After one document the next begins at its brace."
        "JSON allows nothing after a value."
    TrailingGarbage "trailing_garbage" Framing "lm-gateway/damaged.sse"
        "Bytes after the JSON value: stray brackets, text."
        "The value is delivered, the rest dropped."
        "JSON allows nothing after a value."
    CommentInData "comment_in_data" Framing "gateway/comment-in-data.sse"
        "`data: : ping`: a comment that a gateway wrapped as data."
        "A payload that begins with a colon is a keep-alive."
        "No JSON value begins with a colon."
    EmptyData "empty_data" Framing "gateway/empty-data.sse"
        "An event with empty data, as a keep-alive."
        "It is a keep-alive."
        "An empty payload carries nothing."
    DoneSpelling "done_spelling" Spelling "gateway/done-quoted.sse"
        "`\"[DONE]\"`, `[done]`, `DONE`, or white space around the marker."
        "The payload, trimmed and unquoted, is looked up in the table of end markers."
        "None of them is a chunk."
    NamedEnd "named_end" Spelling "replicate/named-end.sse"
        "`event: done` or `event: end` with an empty object."
        "It is the stream's end."
        "A chunk of the reference wire is never empty and has no event name."
    AfterDone "after_done" Redundant "gateway/after-done.sse"
        "Events after the end marker."
        "They are dropped."
        "The reference wire ends with its marker."
    ErrorField "error_field" Framing "llamacpp/error-field.sse"
        "`error: {…}` as a field of the event stream."
        "Its value is an error's payload."
        "By the specification the field is ignored, so no conforming stream means anything by it."
    ErrorEvent "error_event" Spelling "groq/error-event-other.sse"
        "`event: error`, whatever the data."
        "The data is the peer's error, also when it is no JSON."
        "The reference wire names no events."
    EventNameMissing "event_name_missing" Spelling "anthropic/unnamed.sse"
        "No `event:` line, on a wire whose reference names each event."
        "The `type` in the data says what the event is."
        "The name repeats the `type`; where there is no name, there is nothing to be misread."
    PlainText "plain_text" Framing "gateway/plain-text-error.sse"
        "Plain text where a chunk should be."
        "It is the peer's error, with the text as its message."
        "A chunk begins with a brace."
    InvalidUtf8 "invalid_utf8" Framing "llamacpp/invalid-utf8.sse"
        "Bytes that are not UTF-8 in an event."
        "Replaced by U+FFFD exactly as the Encoding Standard decodes."
        "The event stream format is UTF-8 by definition."
    // JSON as strict parsers refuse it.
    LoneSurrogate "lone_surrogate" Framing "gateway/surrogate-split.sse"
        "`\\ud83d` without its partner, which may come in the next chunk."
        "A high surrogate at a string's end waits for a low one at the start of the same channel's next string; alone it becomes U+FFFD."
        "RFC 8259 section 8.2 leaves it open; conforming writers emit pairs."
    RawControl "raw_control" Framing "gateway/raw-control.sse"
        "Control characters in a string, not escaped."
        "All but CR and LF stand for themselves."
        "RFC 8259 section 7 requires them escaped."
    NonFinite "non_finite" Framing "vllm/nan-logprob.sse"
        "`NaN`, `Infinity`, `-Infinity` as numbers."
        "They are numbers without a value."
        "None of them is a JSON token."
    DuplicateKey "duplicate_key" Framing "gateway/duplicate-keys.sse"
        "One name twice in an object."
        "The last value that is not null wins."
        "RFC 8259 section 4 leaves it open; conforming writers do not repeat names."
    Repaired "repaired" Ambiguous "lm-gateway/damaged-repaired.sse"
        "A damaged envelope: brackets missing, extra or mismatched, raw line breaks or comments inside, a chunk cut short."
        "By option: known members are salvaged where they are whole; never tool arguments."
        "Only a payload that is no JSON is looked at."
    // The envelope.
    NumberType "number_type" Shape "gateway/number-types.sse"
        "A number as a digit string or an integral float."
        "It is the integer it says."
        "Neither reads as anything else there."
    ChoiceIndexMissing "choice_index_missing" Identity "glm/choice-index-missing.sse"
        "A choice without `index`, or null."
        "It is the position in the array."
        "The reference wire numbers choices."
    ChoicesMissing "choices_missing" Shape "gateway/choices-missing.sse"
        "A chunk without `choices`, or null."
        "It is read as an empty array when the chunk carries usage or names itself a chunk."
        "Documents with another wire's marks are not taken for chunks."
    ChoicesObject "choices_object" Shape "gateway/choices-object.sse"
        "`choices` as an empty object, beside usage."
        "It is an empty list."
        "The reference sends a list."
    DeltaMissing "delta_missing" Shape "gateway/delta-missing.sse"
        "A choice without `delta`, or null, and nothing in its place."
        "It is an empty delta."
        "An empty delta carries nothing."
    MessageForDelta "message_for_delta" Place "gateway/message-for-delta.sse"
        "`message` in place of `delta`."
        "It is read as the delta."
        "The reference chunk has no `message`."
    MessageBeside "message_beside" Coincidence "perplexity/message-beside-delta.sse"
        "A cumulative `message` beside the delta."
        "The delta wins; the message is dropped."
        "The reference chunk has no `message`."
    MessageRepeats "message_repeats" Redundant "minimax/final-message.sse"
        "The last chunk repeats the whole answer as a `message`."
        "What came in deltas already is dropped; finish and usage count."
        "The reference chunk has no `message`."
    ChoiceText "choice_text" Place "together/text-in-choice.sse"
        "`text` in the choice (completions API), alone or beside the delta."
        "It is content when the chunk has no delta."
        "The reference chunk has no `text` in a choice."
    // Content and roles.
    ContentParts "content_parts" Shape "mistral/content-parts.sse"
        "`content` as an array of typed parts, or as an object."
        "Text parts are text, thinking parts reasoning; others are passed on."
        "The reference content is a string."
    TextNumber "text_number" Shape "cloudflare/text-number.sse"
        "A piece of content, reasoning or a refusal that is all digits as a JSON number."
        "The number as it is written is the text."
        "The reference's text is a string."
    RoleRepeated "role_repeated" Redundant "openrouter/role-repeated.sse"
        "The role again on later chunks."
        "It is told once, and on change."
        "Saying it again says nothing new."
    EmptyString "empty_string" Shape "stepfun/step-1-8k.sse"
        "`\"\"` where the reference sends null or nothing: role, finish reason, ids and names of later fragments."
        "Empty is absence."
        "None of them can be empty on the reference wire."
    SideRole "side_role" Place "minimax/tool-role.sse"
        "A delta of another role than `assistant` in the middle of the answer."
        "It is passed on whole; its finish reason is not the choice's."
        "The reference answers as the assistant."
    Cumulative "cumulative" Ambiguous "qwen-mt/plus.ndjson"
        "Each chunk repeats all the text so far."
        "By option, or by the model's name and what the stream does; only what is new is told. A chunk that does not start with all so far is told whole, and so is all that was held until then."
        "The names in the table are models that are documented to do so, and two chunks in a row must start with all before and be longer."
    // Reasoning.
    ReasoningField "reasoning_field" Spelling "deepseek/reasoning-content.sse"
        "Reasoning in a member of its own."
        "It is reasoning."
        "The reference delta has none of these members."
    ReasoningDetails "reasoning_details" Spelling "openrouter/reasoning-details.sse"
        "Reasoning as an array of typed entries: `reasoning_details`, `thinking_blocks`."
        "Text and summaries are reasoning, signatures and encrypted data opaque."
        "The reference delta has none of these members."
    ReasoningShape "reasoning_shape" Shape "gateway/reasoning-object.sse"
        "A reasoning member as an object or an array."
        "Its `text` or `content` is the reasoning, or each of its parts'."
        "The reference delta has none of these members."
    ReasoningTwice "reasoning_twice" Coincidence "openrouter/reasoning-twice.sse"
        "The same reasoning under several names in one delta."
        "One source a delta: the first of the table that is not empty."
        "The reference delta has none of these members."
    ThinkTags "think_tags" Ambiguous "groq/think-tags.sse"
        "Reasoning between tags in the content."
        "Content that begins with a known opening tag is reasoning up to its closing tag."
        "By option it can be switched off; text that merely mentions a tag is never touched."
    // Tool calls.
    ToolIndexMissing "tool_index_missing" Identity "mistral/tool-index-missing.sse"
        "A tool call without `index`."
        "Found by id; else a name begins a new call when the latest has arguments or another name; else it is the latest."
        "The reference numbers its calls."
    ToolIndexReused "tool_index_reused" Identity "ollama/tool-index-zero.sse"
        "Every call has index 0."
        "The same index with another id and a name begins a new call."
        "The reference sends id and name once, together, under a new index."
    ToolIdChanges "tool_id_changes" Identity "lmstudio/tool-id-changes.sse"
        "Another id on every fragment of one call."
        "The same index with another id and no name is the same call; the first id stays."
        "The reference sends an id once."
    ToolIdRepeated "tool_id_repeated" Redundant "together/tool-id-repeated.sse"
        "The id again on later fragments."
        "It is told once."
        "Saying it again says nothing new."
    ToolNameRepeated "tool_name_repeated" Redundant "sglang/tool-name-repeated.sse"
        "The name again on later fragments."
        "A name that equals the call's is dropped; so is any once arguments came."
        "Saying it again says nothing new."
    ToolNameSplit "tool_name_split" Ambiguous "azure/tool-name-split.sse"
        "The name in pieces."
        "Before any arguments, a piece that differs from the name so far is appended."
        "The reference sends a name once."
    ToolIdLate "tool_id_late" Identity "gateway/tool-id-late.sse"
        "The id after the name, or not at all."
        "The call begins without it; a late id is told as an update."
        "The reference sends both in the first fragment."
    ArgumentsObject "arguments_object" Shape "minimax/arguments-object.sse"
        "`arguments` as an object, not as its text."
        "Its JSON text is the fragment."
        "The reference arguments are a string."
    ToolCallsObject "tool_calls_object" Shape "cohere/tool-calls-object.sse"
        "`tool_calls` as one object."
        "It is an array of one."
        "The reference sends an array."
    ToolCallsArray "tool_calls_array" Shape "cohere/v2-tool-calls-array.sse"
        "On Cohere's version 2, `tool_calls` as an array."
        "Its first entry is the event's call, further ones have the indices after it."
        "That wire sends one object."
    FunctionCall "function_call" Place "azure/function-call.sse"
        "The legacy `function_call` member."
        "It is the choice's first call, without id."
        "The reference no longer sends it."
    ToolMetadata "tool_metadata" Shape "gemini-compat/tool-metadata.sse"
        "A tool call entry with neither function nor name, only metadata."
        "It begins no call."
        "The reference's entries name a function or carry arguments."
    RepeatedArguments "repeated_arguments" Ambiguous "glm/repeated-arguments.sse"
        "The last fragment repeats all arguments."
        "By option: of a fragment that is complete JSON and starts with everything so far, only the rest is told."
        "Off by default: a fragment may by chance be complete JSON."
    // Finish.
    FinishSpelling "finish_spelling" Spelling "together/finish-eos.sse"
        "Another word for a finish reason."
        "The table maps it; the word is kept."
        "The reference's own words are not in the table."
    FinishPlace "finish_place" Place "lm-gateway/think.sse"
        "The finish reason beside `choices`, inside the delta, or in the choice as `stop_reason`."
        "Looked for in the choice, then the delta, then the choice's `stop_reason`, then the chunk."
        "The reference has it in the choice only, and under its own name, which counts first."
    FinishRepeated "finish_repeated" Redundant "openrouter/finish-repeated.sse"
        "A finish reason again, or another one."
        "The first real one wins."
        "The reference finishes a choice once."
    FinishAgain "finish_again" Redundant "gateway/finish-per-call.sse"
        "A finish reason, then more content or calls, then the real one."
        "The last one with nothing after it stands: it is told again if it says otherwise, or ends calls."
        "The reference sends nothing after a choice's finish."
    FinishNullWord "finish_null_word" Spelling "dashscope/finish-null-word.sse"
        "`\"null\"` as a word."
        "It is null."
        "It is no finish reason."
    FinishProvisional "finish_provisional" Ambiguous "ernie/finish-normal.sse"
        "`normal` with every chunk."
        "It is told at the end, unless a real one comes."
        "It is no word of the reference."
    // Usage.
    UsagePlace "usage_place" Place "moonshot/usage-in-choice.sse"
        "Usage in the choice, or in an object beside the choices."
        "It is the chunk's usage."
        "The reference has it in the chunk only."
    UsageSpelling "usage_spelling" Spelling "gateway/usage-input-output.sse"
        "Other names of the counters."
        "The table maps them."
        "The reference's usage has none of these members."
    UsageZero "usage_zero" Redundant "minimax/usage-zero.sse"
        "A later zero for a number that was known."
        "It is dropped."
        "Counts of one completion never shrink to nothing."
    // Errors.
    ErrorShape "error_shape" Shape "vllm/error-flat.sse"
        "An error that is no `error` object: flat, a string, `detail`, a status in `base_resp`."
        "The table of error shapes; only for documents without choices."
        "A chunk has choices."
    ModelSpelling "model_spelling" Spelling "watsonx/close-and-model-id.sse"
        "The model as `model_id`."
        "It is the model, where there is no `model`."
        "The reference names it `model`."
    PingEvent "ping_event" Redundant "gateway/ping-among-chunks.sse"
        "`{\"type\":\"ping\"}` or `keepalive` among chunks."
        "It is a keep-alive."
        "A chunk has no `type`."
    ErrorEmpty "error_empty" Redundant "gateway/error-null.sse"
        "`error` as `{}`, an empty string, `false`, `0`, `[]`, or all nulls on good chunks."
        "It is no error."
        "An error says something."
    // Wires of their own.
    SnakeCase "snake_case" Spelling "gemini/snake-case.sse"
        "Members of proto3 JSON in snake case."
        "They are those of the same name in camel case."
        "Proto3 JSON names its members in camel case; no member has both."
}
