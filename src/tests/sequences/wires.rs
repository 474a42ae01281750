//! What hostile sequences of native wires are made of. Holes as in `pieces`; besides, `$x` is the key of a block or an item,
//! the same throughout a run.
//!
//! Knows: how services write events of each wire. Must not know: which piece follows which.

/// What one wire has.
pub(super) struct Grammar {
    /// How it begins.
    pub(super) first: &'static str,
    /// Events that come in runs.
    pub(super) pieces: &'static [&'static str],
    /// Events that stand alone: beginnings, ends, what is said once or again.
    pub(super) frames: &'static [&'static str],
}

pub(super) const WIRES: &[Grammar] = &[
    MESSAGES,
    RESPONSES,
    GEMINI,
    MESSAGES,
    RESPONSES,
    GEMINI,
    INTERACTIONS,
    OLLAMA,
    GENERATE,
    COHERE2,
    COHERE1,
    DASHSCOPE,
    ERNIE,
    HUNYUAN,
    SPARK,
    WATSONX,
    WORKERS_AI,
    KEYED,
    UI_STREAM,
];

const MESSAGES: Grammar = Grammar {
    first: r#"{"type":"message_start","message":{"id":"m$n","type":"message","role":"assistant","model":"s","content":[],"stop_reason":null,"usage":{"input_tokens":$n,"output_tokens":1}}}"#,
    pieces: &[
        r#"{"type":"content_block_delta","index":$x,"delta":{"type":"text_delta","text":"$t"}}"#,
        r#"{"type":"content_block_delta","index":$x,"delta":{"type":"text_delta","text":"$t"}}"#,
        r#"{"type":"content_block_delta","index":$x,"delta":{"type":"thinking_delta","thinking":"$t"}}"#,
        r#"{"type":"content_block_delta","index":$x,"delta":{"type":"input_json_delta","partial_json":"$t"}}"#,
        r#"{"type":"content_block_delta","index":$x,"delta":{"type":"input_json_delta","partial_json":"$t"}}"#,
        r#"{"type":"content_block_delta","delta":{"type":"text_delta","text":"$t"}}"#,
        r#"{"delta":{"text":"$t","type":"text_delta"},"index":$x,"p":"$p","type":"content_block_delta"}"#,
        r#"{"type":"content_block_delta","index":$x,"delta":{"type":"signature_delta","signature":"$t"}}"#,
        r#"{"type":"content_block_delta","index":$x,"delta":{"type":"citations_delta","citation":{"cited_text":"$t"}}}"#,
        r#"{"type":"content_block_delta","index":$n,"delta":{"type":"text_delta","text":"$t"}}"#,
        r#"{"type":"completion","completion":"$t","stop_reason":null}"#,
    ],
    frames: &[
        r#"{"type":"content_block_start","index":$x,"content_block":{"type":"text","text":""}}"#,
        r#"{"type":"content_block_start","index":$x,"content_block":{"type":"text","text":"$t"}}"#,
        r#"{"type":"content_block_start","index":$x,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
        r#"{"type":"content_block_start","index":$x,"content_block":{"type":"tool_use","id":"$a","name":"f","input":{}}}"#,
        r#"{"type":"content_block_start","index":$x,"content_block":{"type":"tool_use","id":"$a","name":"f","input":{"a":$n}}}"#,
        r#"{"type":"content_block_start","index":$x,"content_block":{"type":"server_tool_use","id":"$a","name":"web_search","input":{}}}"#,
        r#"{"type":"content_block_start","index":$x,"content_block":{"type":"redacted_thinking","data":"$t"}}"#,
        r#"{"type":"content_block_stop","index":$x}"#,
        r#"{"type":"content_block_stop","index":$x}"#,
        r#"{"type":"content_block_stop"}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":$n}}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":$n,"input_tokens":$n}}"#,
        r#"{"type":"message_start","message":{"id":"n$n","model":"s","role":"assistant","content":[{"type":"tool_use","id":"z","name":"g","input":{"b":1}}],"stop_reason":"tool_use"}}"#,
        r#"{"type":"message_stop"}"#,
        r#"{"type":"error","error":{"type":"overloaded_error","message":"$t"}}"#,
    ],
};

const RESPONSES: Grammar = Grammar {
    first: r#"{"type":"response.created","response":{"id":"r$n","model":"g","created_at":7,"status":"in_progress","output":[]}}"#,
    pieces: &[
        r#"{"type":"response.output_text.delta","item_id":"i","output_index":$x,"content_index":0,"delta":"$t","sequence_number":$n}"#,
        r#"{"type":"response.output_text.delta","item_id":"$a","output_index":$x,"content_index":$n,"delta":"$t","obfuscation":"$p"}"#,
        r#"{"type":"response.output_text.delta","delta":"$t"}"#,
        r#"{"type":"response.refusal.delta","output_index":$x,"content_index":0,"delta":"$t"}"#,
        r#"{"type":"response.reasoning_summary_text.delta","output_index":$x,"summary_index":0,"delta":"$t"}"#,
        r#"{"type":"response.reasoning_text.delta","output_index":$x,"content_index":0,"delta":"$t"}"#,
        r#"{"type":"response.function_call_arguments.delta","item_id":"i","output_index":$x,"delta":"$t"}"#,
        r#"{"type":"response.function_call_arguments.delta","item_id":"i","output_index":$x,"delta":"$t"}"#,
        r#"{"type":"response.custom_tool_call_input.delta","output_index":$x,"delta":"$t"}"#,
        r#"{"delta":"$t","output_index":$x,"content_index":0,"logprobs":[],"type":"response.output_text.delta"}"#,
        r#"{"type":"response.code_interpreter_call_code.delta","output_index":$x,"delta":"$t"}"#,
    ],
    frames: &[
        r#"{"type":"response.output_item.added","output_index":$x,"item":{"id":"i","type":"message","role":"assistant","content":[]}}"#,
        r#"{"type":"response.output_item.added","output_index":$x,"item":{"id":"i","type":"function_call","call_id":"$a","name":"f","arguments":""}}"#,
        r#"{"type":"response.output_item.added","output_index":$x,"item":{"id":"i","type":"reasoning","summary":[],"encrypted_content":"$t"}}"#,
        r#"{"type":"response.content_part.added","output_index":$x,"content_index":0,"part":{"type":"output_text","text":""}}"#,
        r#"{"type":"response.reasoning_summary_part.added","output_index":$x,"summary_index":$n,"part":{"type":"summary_text","text":""}}"#,
        r#"{"type":"response.output_text.done","output_index":$x,"content_index":0,"text":"$t"}"#,
        r#"{"type":"response.content_part.done","output_index":$x,"content_index":0,"part":{"type":"output_text","text":"$t"}}"#,
        r#"{"type":"response.function_call_arguments.done","output_index":$x,"arguments":"$t"}"#,
        r#"{"type":"response.output_item.done","output_index":$x,"item":{"id":"i","type":"message","content":[{"type":"output_text","text":"$t"}]}}"#,
        r#"{"type":"response.output_item.done","output_index":$x,"item":{"id":"i","type":"function_call","call_id":"$a","name":"f","arguments":"{\"q\":1}"}}"#,
        r#"{"type":"response.output_item.done","output_index":$x,"item":{"type":"reasoning","summary":[{"type":"summary_text","text":"$t"}],"encrypted_content":"e"}}"#,
        r#"{"type":"response.output_item.done","output_index":$x,"item":{"type":"web_search_call","id":"w","status":"completed"}}"#,
        r#"{"type":"response.created","response":{"id":"s","model":"h"}}"#,
        r#"{"type":"response.in_progress","response":{"id":"s"}}"#,
        r#"{"type":"response.completed","response":{"id":"r","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"$t"}]}],"usage":{"input_tokens":$n,"output_tokens":$n,"total_tokens":$n}}}"#,
        r#"{"type":"response.incomplete","response":{"incomplete_details":{"reason":"max_output_tokens"}}}"#,
        r#"{"type":"response.failed","response":{"error":{"code":"server_error","message":"$t"}}}"#,
        r#"{"type":"error","code":"server_error","message":"$t","param":null}"#,
    ],
};

const GEMINI: Grammar = Grammar {
    first: r#"{"candidates":[{"content":{"parts":[{"text":"$t"}],"role":"model"},"index":0}],"responseId":"g$n","modelVersion":"gm","usageMetadata":{"promptTokenCount":$n}}"#,
    pieces: &[
        r#"{"candidates":[{"content":{"parts":[{"text":"$t"}],"role":"model"}}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":"$t"}],"role":"model"},"index":$x}],"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":$n,"totalTokenCount":$n},"modelVersion":"gm","responseId":"g"}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":"$t","thought":true}],"role":"model"}}],"usageMetadata":{"thoughtsTokenCount":$n}}"#,
        r#"{"candidates":[{"content":{"parts":[{"thought":true,"text":"$t"},{"text":"$t"}]},"index":$x}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":"$t","thoughtSignature":"$p"}]}}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":$n}}}]},"index":$x}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"$t"}],"willContinue":true}}]}}]}"#,
        r#"{"response":{"candidates":[{"content":{"parts":[{"text":"$t"}]}}]}}"#,
        r#"{"candidates":[{"index":0,"content":{"parts":[{"text":"$t"}]}},{"index":1,"content":{"parts":[{"text":"$t"}]}}]}"#,
    ],
    frames: &[
        r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","willContinue":true}}]},"index":$x}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"functionCall":{}}]}}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"$t"}]},"finishReason":"STOP","index":$x}]}"#,
        r#"{"candidates":[{"finishReason":"MAX_TOKENS"}],"usageMetadata":{"candidatesTokenCount":$n}}"#,
        r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#,
        r#"{"usageMetadata":{"promptTokenCount":$n,"totalTokenCount":$n}}"#,
        r#"{"candidates":[{"groundingMetadata":{"webSearchQueries":["$t"]},"index":$x}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"executableCode":{"code":"$t"}},{"inlineData":{"data":"AA=="}}]}}]}"#,
        r#"{"error":{"code":503,"message":"$t","status":"UNAVAILABLE"}}"#,
        r#"{"candidates":[{"content":{"parts":[]},"index":$x}]}"#,
        r#"{"candidates":[]}"#,
    ],
};

const INTERACTIONS: Grammar = Grammar {
    first: r#"{"event_type":"interaction.created","interaction":{"id":"i$n","model":"gm","status":"in_progress"}}"#,
    pieces: &[
        r#"{"event_type":"step.delta","index":$x,"delta":{"type":"text","text":"$t"}}"#,
        r#"{"event_type":"step.delta","index":$x,"delta":{"type":"thought_summary","content":{"type":"text","text":"$t"}}}"#,
        r#"{"event_type":"step.delta","index":$x,"delta":{"type":"arguments_delta","arguments":"$t"}}"#,
        r#"{"delta":{"text":"$t","type":"text"},"index":$x,"event_type":"step.delta","event_id":"$p"}"#,
        r#"{"event_type":"step.delta","index":$x,"delta":{"type":"thought_signature","signature":"$t"}}"#,
    ],
    frames: &[
        r#"{"event_type":"step.start","index":$x,"step":{"type":"model_output"}}"#,
        r#"{"event_type":"step.start","index":$x,"step":{"type":"function_call","id":"$a","name":"f","arguments":{"a":$n}}}"#,
        r#"{"event_type":"step.start","index":$x,"step":{"type":"google_search_call","id":"s"}}"#,
        r#"{"event_type":"step.stop","index":$x}"#,
        r#"{"event_type":"interaction.completed","interaction":{"status":"completed","usage":{"total_input_tokens":$n,"total_output_tokens":$n}}}"#,
        r#"{"event_type":"interaction.status_update","status":"in_progress","metadata":{"usage":{"total_tokens":$n}}}"#,
        r#"{"event_type":"error","error":{"code":"x","message":"$t"}}"#,
    ],
};

const OLLAMA: Grammar = Grammar {
    first: r#"{"model":"l","created_at":"2025","message":{"role":"assistant","content":"$t"},"done":false}"#,
    pieces: &[
        r#"{"model":"l","created_at":"$p","message":{"role":"assistant","content":"$t"},"done":false}"#,
        r#"{"model":"l","created_at":"$p","message":{"role":"assistant","content":"","thinking":"$t"},"done":false}"#,
        r#"{"message":{"content":"$t","thinking":"$t"},"done":false}"#,
        r#"{"model":"l","message":{"role":"assistant","content":"","tool_calls":[{"function":{"index":$x,"name":"f","arguments":{"a":$n}}}]},"done":false}"#,
        r#"{"done":false,"message":{"role":"$r","content":"$t"},"eval_count":$n}"#,
    ],
    frames: &[
        r#"{"model":"l","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":$n,"eval_count":$n}"#,
        r#"{"error":"$t"}"#,
        r#"{"message":{"role":"assistant","content":"$t"},"done":true,"done_reason":"load"}"#,
        r#"{"message":null,"done":false}"#,
    ],
};

const GENERATE: Grammar = Grammar {
    first: r#"{"model":"l","created_at":"2025","response":"$t","done":false}"#,
    pieces: &[
        r#"{"model":"l","created_at":"$p","response":"$t","done":false}"#,
        r#"{"response":"","thinking":"$t","done":false}"#,
        r#"{"response":"$t","done":false}"#,
    ],
    frames: &[
        r#"{"model":"l","response":"","done":true,"done_reason":"length","context":[$n,$n],"eval_count":$n}"#,
        r#"{"response":"$t","done":true}"#,
    ],
};

const COHERE2: Grammar = Grammar {
    first: r#"{"id":"c$n","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[]}}}"#,
    pieces: &[
        r#"{"type":"content-delta","index":$x,"delta":{"message":{"content":{"text":"$t"}}}}"#,
        r#"{"type":"content-delta","index":$x,"delta":{"message":{"content":{"thinking":"$t"}}}}"#,
        r#"{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"$t"}}}"#,
        r#"{"type":"tool-call-delta","index":$x,"delta":{"message":{"tool_calls":{"function":{"arguments":"$t"}}}}}"#,
    ],
    frames: &[
        r#"{"type":"content-start","index":$x,"delta":{"message":{"content":{"type":"text","text":""}}}}"#,
        r#"{"type":"content-start","index":$x,"delta":{"message":{"content":{"type":"thinking","thinking":"$t"}}}}"#,
        r#"{"type":"content-end","index":$x}"#,
        r#"{"type":"tool-call-start","index":$x,"delta":{"message":{"tool_calls":{"id":"$a","type":"function","function":{"name":"f","arguments":"$t"}}}}}"#,
        r#"{"type":"tool-call-end","index":$x}"#,
        r#"{"type":"citation-start","index":$x,"delta":{"message":{"citations":{"text":"$t"}}}}"#,
        r#"{"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":$n},"tokens":{"input_tokens":$n,"output_tokens":$n}}}}"#,
        r#"{"type":"message-end","delta":{"error":"$t","finish_reason":"ERROR"}}"#,
    ],
};

const COHERE1: Grammar = Grammar {
    first: r#"{"is_finished":false,"event_type":"stream-start","generation_id":"c$n"}"#,
    pieces: &[
        r#"{"is_finished":false,"event_type":"text-generation","text":"$t"}"#,
        r#"{"text":"$t","is_finished":false}"#,
        r#"{"is_finished":false,"event_type":"tool-calls-chunk","text":"$t"}"#,
    ],
    frames: &[
        r#"{"is_finished":false,"event_type":"tool-calls-generation","tool_calls":[{"name":"f","parameters":{"a":$n}}]}"#,
        r#"{"is_finished":false,"event_type":"citation-generation","citations":[{"text":"$t"}]}"#,
        r#"{"is_finished":true,"event_type":"stream-end","finish_reason":"COMPLETE","response":{"text":"$t","meta":{"tokens":{"input_tokens":$n}}}}"#,
    ],
};

const DASHSCOPE: Grammar = Grammar {
    first: r#"{"output":{"choices":[{"message":{"content":"","role":"assistant"},"finish_reason":"null"}]},"usage":{},"request_id":"d$n"}"#,
    pieces: &[
        r#"{"output":{"choices":[{"message":{"content":"$t","role":"assistant"},"finish_reason":"null"}]},"usage":{"total_tokens":$n,"output_tokens":$n,"input_tokens":9},"request_id":"d"}"#,
        r#"{"output":{"choices":[{"message":{"content":"","reasoning_content":"$t","role":"assistant"},"finish_reason":"null","index":$x}]},"request_id":"d"}"#,
        r#"{"output":{"text":"$t","finish_reason":"null"},"usage":{"output_tokens":$n},"request_id":"d"}"#,
        r#"{"output":{"choices":[{"message":{"content":[{"text":"$t"}],"role":"$r"},"finish_reason":"null"}]}}"#,
        r#"{"output":{"choices":[{"message":{"content":"","tool_calls":[{"index":$i,"id":"$a","function":{"name":"f","arguments":"$t"}}]}}]}}"#,
        r#"{"output":{"choices":[{"message":{"content":"","tool_calls":[{"index":$x,"id":"","function":{"arguments":"$t"}}]}}]}}"#,
    ],
    frames: &[
        r#"{"output":{"choices":[{"message":{"content":""},"finish_reason":"stop"}],"search_info":{"search_results":[{"index":$n}]}}}"#,
        r#"{"output":{"choices":[{"message":{"content":[{"image":"$t"}]}}]}}"#,
        r#"{"code":"InternalError","message":"$t","request_id":"d"}"#,
        r#"{"output":{"workflow_message":{"message":{"content":"$t"}}}}"#,
        r#"{"output":null}"#,
    ],
};

const ERNIE: Grammar = Grammar {
    first: r#"{"id":"as$n","created":$n,"sentence_id":0,"is_end":false,"result":"$t","finish_reason":"normal"}"#,
    pieces: &[
        r#"{"id":"as","created":$n,"sentence_id":$n,"is_end":false,"result":"$t","finish_reason":"normal","usage":{"prompt_tokens":4,"completion_tokens":$n}}"#,
        r#"{"result":"$t","is_end":false}"#,
        r#"{"is_end":false,"result":"","function_call":{"name":"f","arguments":"$t"}}"#,
    ],
    frames: &[
        r#"{"is_end":true,"result":"$t","finish_reason":"normal"}"#,
        r#"{"is_end":false,"result":"$t","finish_reason":"length"}"#,
        r#"{"error_code":336100,"error_msg":"$t"}"#,
        r#"{"is_end":false,"result":"$t","error_code":$n}"#,
    ],
};

const HUNYUAN: Grammar = Grammar {
    first: r#"{"Choices":[{"Delta":{"Role":"assistant","Content":""},"FinishReason":""}],"Created":7,"Id":"h$n"}"#,
    pieces: &[
        r#"{"Note":"$p","Choices":[{"Delta":{"Role":"assistant","Content":"$t"},"FinishReason":""}],"Created":7,"Id":"h","Usage":{"PromptTokens":3,"CompletionTokens":$n,"TotalTokens":$n}}"#,
        r#"{"Choices":[{"Index":$x,"Delta":{"ReasoningContent":"$t","Content":""}}]}"#,
        r#"{"Choices":[{"Delta":{"ToolCalls":[{"Index":$x,"Id":"$a","Function":{"Name":"","Arguments":"$t"}}]}}]}"#,
        r#"{"Choices":[{"Delta":{"Content":"$t"}},{"Delta":{"Role":"$r","Content":"$t"}}]}"#,
    ],
    frames: &[
        r#"{"Choices":[{"Delta":{"Content":""},"FinishReason":"stop"}]}"#,
        r#"{"Choices":[{"Delta":{"Content":"$t"}}],"ErrorMsg":{"Msg":"$t","Code":$n}}"#,
        r#"{"Response":{"Error":{"Code":"x","Message":"$t"}}}"#,
        r#"{"Choices":[],"SearchInfo":{"SearchResults":[{"Index":$n}]}}"#,
    ],
};

const SPARK: Grammar = Grammar {
    first: r#"{"header":{"code":0,"message":"Success","sid":"s$n","status":0},"payload":{"choices":{"status":0,"seq":0,"text":[{"content":"$t","role":"assistant","index":0}]}}}"#,
    pieces: &[
        r#"{"header":{"code":0,"message":"Success","sid":"s","status":1},"payload":{"choices":{"status":1,"seq":$n,"text":[{"content":"$t","role":"assistant","index":0}]}}}"#,
        r#"{"header":{"code":0,"sid":"s","status":1},"payload":{"choices":{"text":[{"content":"","reasoning_content":"$t","index":$x}]}}}"#,
        r#"{"header":{"code":0,"status":1},"payload":{"choices":{"text":[{"content":"$t","index":0},{"content":"$t","index":1}]}}}"#,
    ],
    frames: &[
        r#"{"header":{"code":0,"status":1},"payload":{"choices":{"text":[{"content":"","function_call":{"name":"f","arguments":"$t"}}]}}}"#,
        r#"{"header":{"code":0,"status":2},"payload":{"choices":{"text":[{"content":"$t","index":$x}]},"usage":{"text":{"prompt_tokens":$n}}}}"#,
        r#"{"header":{"code":10013,"message":"$t","status":2}}"#,
        r#"{"header":{"code":$n,"message":"$t"},"payload":{"choices":{"text":[]}}}"#,
    ],
};

const WATSONX: Grammar = Grammar {
    first: r#"{"model_id":"w","created_at":"2025","results":[{"generated_text":"","generated_token_count":0,"input_token_count":8,"stop_reason":"not_finished"}]}"#,
    pieces: &[
        r#"{"model_id":"w","created_at":"$p","results":[{"generated_text":"$t","generated_token_count":$n,"input_token_count":0,"stop_reason":"not_finished"}]}"#,
        r#"{"model_id":"w","results":[{"generated_text":"$t","generated_token_count":$n,"input_token_count":$n,"stop_reason":"not_finished"}]}"#,
        r#"{"results":[{"generated_text":"$t"},{"generated_text":"$t"}]}"#,
    ],
    frames: &[
        r#"{"model_id":"w","results":[{"generated_text":"$t","generated_token_count":$n,"stop_reason":"max_tokens"}]}"#,
        r#"{"model_id":"v","results":[]}"#,
    ],
};

const WORKERS_AI: Grammar = Grammar {
    first: r#"{"response":"$t","p":"$p"}"#,
    pieces: &[
        r#"{"response":"$t","p":"$p"}"#,
        r#"{"response":"$t"}"#,
        r#"{"p":"$p","response":"$t","usage":{"prompt_tokens":3,"completion_tokens":$n}}"#,
    ],
    frames: &[
        r#"{"response":"","tool_calls":[{"name":"f","arguments":{"a":$n}}]}"#,
        r#"{"response":null,"usage":{"prompt_tokens":$n}}"#,
        r#"{"tool_calls":[{"name":"$a","arguments":"$t"},{"name":"g"}]}"#,
    ],
};

/// Converse's events as members of an object, as Nova sends them in an invoked stream.
/// Converse: where the events are messages, the one member's name is the message's.
pub(super) const KEYED: Grammar = Grammar {
    first: r#"{"messageStart":{"role":"assistant"}}"#,
    pieces: &[
        r#"{"contentBlockDelta":{"contentBlockIndex":$x,"delta":{"text":"$t"},"p":"$p"}}"#,
        r#"{"contentBlockDelta":{"delta":{"text":"$t"},"contentBlockIndex":$x}}"#,
        r#"{"contentBlockDelta":{"contentBlockIndex":$x,"delta":{"toolUse":{"input":"$t"}}}}"#,
        r#"{"contentBlockDelta":{"contentBlockIndex":$x,"delta":{"reasoningContent":{"text":"$t"}}}}"#,
        r#"{"contentBlockDelta":{"contentBlockIndex":$x,"delta":{"toolUse":{"input":"$t"}},"p":"$p"}}"#,
    ],
    frames: &[
        r#"{"contentBlockStart":{"contentBlockIndex":$x,"start":{"toolUse":{"toolUseId":"$a","name":"f"}}}}"#,
        r#"{"contentBlockStop":{"contentBlockIndex":$x}}"#,
        r#"{"messageStop":{"stopReason":"end_turn"}}"#,
        r#"{"metadata":{"usage":{"inputTokens":$n,"outputTokens":$n}}}"#,
    ],
};

const UI_STREAM: Grammar = Grammar {
    first: r#"{"type":"start","messageId":"u$n","messageMetadata":{"model":"v","createdAt":$n}}"#,
    pieces: &[
        r#"{"type":"text-delta","id":"$x","delta":"$t"}"#,
        r#"{"type":"text-delta","id":"$x","delta":"$t"}"#,
        r#"{"type":"reasoning-delta","id":"$x","delta":"$t"}"#,
        r#"{"type":"tool-input-delta","toolCallId":"$a","inputTextDelta":"$t"}"#,
        r#"{"type":"tool-input-delta","toolCallId":"$x","inputTextDelta":"$t"}"#,
        r#"{"type":"reasoning-delta","id":"$x","delta":"$t","providerMetadata":{"p":{"signature":"$t"}}}"#,
        r#"{"delta":"$t","type":"text-delta","id":$x,"p":"$p"}"#,
        r#"{"type":"text-delta","delta":"$t"}"#,
    ],
    frames: &[
        r#"{"type":"start-step"}"#,
        r#"{"type":"text-start","id":"$x"}"#,
        r#"{"type":"reasoning-start","id":"$x","providerMetadata":{"p":{"redactedData":"$t"}}}"#,
        r#"{"type":"text-end","id":"$x"}"#,
        r#"{"type":"reasoning-end","id":"$x","providerMetadata":{"p":{"reasoningEncryptedContent":"$t"}}}"#,
        r#"{"type":"tool-input-start","toolCallId":"$a","toolName":"f"}"#,
        r#"{"type":"tool-input-start","toolCallId":"$x","toolName":"f","providerExecuted":true}"#,
        r#"{"type":"tool-input-available","toolCallId":"$a","toolName":"f","input":{"a":$n}}"#,
        r#"{"type":"tool-input-error","toolCallId":"$a","toolName":"f","input":"$t","errorText":"$t"}"#,
        r#"{"type":"tool-output-available","toolCallId":"$a","output":"$t"}"#,
        r#"{"type":"data-x","data":{"a":"$t"}}"#,
        r#"{"type":"finish-step"}"#,
        r#"{"type":"finish","finishReason":"tool-calls","messageMetadata":{"usage":{"inputTokens":$n,"outputTokens":$n}}}"#,
        r#"{"type":"abort"}"#,
        r#"{"type":"error","errorText":"$t"}"#,
    ],
};

/// Keys of blocks and items, most of them sound.
pub(super) const KEYS: &[&str] = &[
    "0",
    "0",
    "0",
    "0",
    "1",
    "1",
    "1",
    "2",
    "3",
    "7",
    "18446744073709551615",
    "18446744073709551616",
    "-1",
    "1.5",
    "\"0\"",
    "\"a\"",
    "null",
    "{}",
];

/// Payloads that are of no wire, of any, or of one by half.
pub(super) const STRAYS: &[&str] = &[
    r#"{"type":"ping"}"#,
    r#"{"type":"keepalive"}"#,
    r#"{"type":$n}"#,
    r#"{"type":"content_block_delta"}"#,
    r#"{"type":"content_block_delta","type":"message_stop"}"#,
    r#"{"type":"response.unheard_of","delta":"$t"}"#,
    r#"{"type":"content_block_delta","index":0,"delta":"$t"}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"$t"}}]}"#,
    r#"{"choices":[]}"#,
    r#"{"error":{"message":"$t","type":"x"}}"#,
    r#"{"error":"$t"}"#,
    r#"{"detail":"$t"}"#,
    r#"{"value":"$t"}"#,
    "[DONE]",
    "",
    "{}",
    "x",
    r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"$t""#,
];
