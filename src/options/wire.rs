//! The wires, by name: the one list of them.
//!
//! Knows: names. Must not know: anything about any of them.
//!
//! A wire is one entry here and one file of the second name under `src/parse/wire/`. The order is that in which they are
//! asked whether an event is theirs; chat, which every gateway speaks, is asked before all of them.

/// Hands the list to a macro: documentation, variant, module, word.
macro_rules! wires {
    ($then:ident) => {
        $then! {
            /// Anthropic Messages, and the legacy completion.
            Messages messages "messages",
            /// OpenAI Responses.
            Responses responses "responses",
            /// Cohere Chat, version 2.
            Cohere2 cohere2 "cohere2",
            /// Google Interactions.
            Interactions interactions "interactions",
            /// Cohere Chat, version 1.
            Cohere1 cohere1 "cohere1",
            /// OpenAI Assistants.
            Assistants assistants "assistants",
            /// Google `generateContent` (Gemini API, Vertex AI, Code Assist).
            GenerateContent generate_content "generate_content",
            /// Amazon Bedrock `ConverseStream`.
            Converse converse "converse",
            /// Baidu ERNIE, its own API.
            Ernie ernie "ernie",
            /// Ollama's own `/api/chat` and `/api/generate`.
            Ollama ollama "ollama",
            /// Tencent Hunyuan, its own API.
            Hunyuan hunyuan "hunyuan",
            /// iFlytek Spark.
            Spark spark "spark",
            /// Text Generation Inference `/generate_stream`.
            Tgi tgi "tgi",
            /// Amazon Bedrock `InvokeModelWithResponseStream`: bodies of Titan, Llama, Mistral.
            InvokeModel invoke_model "invoke_model",
            /// Alibaba DashScope, its own API.
            DashScope dashscope "dashscope",
            /// IBM watsonx.
            Watsonx watsonx "watsonx",
            /// llama.cpp's own `/completion`.
            LlamaCpp llama_cpp "llama_cpp",
            /// Cloudflare Workers AI.
            WorkersAi workers_ai "workers_ai",
            /// Replicate's streamed output.
            Replicate replicate "replicate",
            /// The AI SDK's UI message stream.
            UiStream ui_stream "ui_stream",
        }
    };
}
pub(crate) use wires;

/// Declares [`Wire`].
macro_rules! declare {
    ($($(#[$doc:meta])* $wire:ident $module:ident $word:literal,)*) => {
        $crate::words::words! {
            /// A wire: a grammar of its own in which answers are streamed, named after its API.
            ///
            /// Which one a stream speaks is found out from its first deciding event ([`crate::Ending::wire`]), unless
            /// [`crate::Options::wire`] fixes it.
            Wire {
                /// OpenAI Chat Completions (`chat.completion.chunk`), and the legacy completions.
                Chat = "chat",
                $($(#[$doc])* $wire = $word,)*
            }
        }
    };
}
wires!(declare);
