//! Errors: the members that tell them from chunks, and what they say.
//!
//! Knows: names. Must not know: everything else; it has no state and calls nobody.

/// Top-level members that tell errors and other wires from chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SurveyKey {
    /// `type`: Anthropic Messages and OpenAI Responses name each event.
    Type,
    /// `error_type` beside an `error` that is a string.
    ErrorType,
    Code,
    Message,
    Detail,
    /// MiniMax: `{status_code, status_msg}`; zero is good news.
    BaseResponse,
    ErrorCode,
    ErrorMessage,
    /// Tencent: `{Error: {Code, Message}}`.
    Response,
    /// iFlytek: `{code, message}`; zero is good news.
    Header,
    /// Another wire's content: never a chunk.
    OtherWire,
    /// `object`: it may say that it is an error.
    Object,
    Error,
    /// IBM, Cloudflare: `[{code, message}]`.
    Errors,
    /// Amazon Bedrock: the exception, under its type.
    Exception,
}

/// The member that is an error on every wire, whatever stands beside it.
pub(super) const ERROR_MEMBER: &[u8] = b"error";

/// The same top-level members in a second look, for what only an error or another wire has.
pub(crate) fn survey_key(key: &[u8]) -> Option<SurveyKey> {
    Some(match key {
        b"object" => SurveyKey::Object,
        ERROR_MEMBER => SurveyKey::Error,
        b"errors" => SurveyKey::Errors,
        b"internalServerException"
        | b"modelStreamErrorException"
        | b"modelTimeoutException"
        | b"serviceUnavailableException"
        | b"throttlingException"
        | b"validationException" => SurveyKey::Exception,
        b"type" | b"event_type" => SurveyKey::Type,
        b"error_type" => SurveyKey::ErrorType,
        b"code" => SurveyKey::Code,
        b"message" | b"Message" => SurveyKey::Message,
        b"detail" => SurveyKey::Detail,
        b"base_resp" => SurveyKey::BaseResponse,
        b"error_code" => SurveyKey::ErrorCode,
        b"error_msg" | b"error_message" | b"ErrorMsg" | b"errorText" => SurveyKey::ErrorMessage,
        b"Response" | b"response" => SurveyKey::Response,
        b"header" => SurveyKey::Header,
        b"candidates" | b"usageMetadata" | b"promptFeedback" | b"delta" | b"done" | b"token" | b"output"
        | b"result" | b"results" | b"content" | b"contentBlockIndex" | b"is_finished" | b"Choices" => {
            SurveyKey::OtherWire
        }
        _ => return None,
    })
}

/// A response's member that holds its error.
pub(crate) fn names_inner_error(key: &[u8]) -> bool {
    key == b"error" || key == b"Error"
}

/// Members of an error, in whatever object it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorKey {
    Code,
    Kind,
    Message,
    Other,
}

pub(crate) fn error_key(key: &[u8]) -> ErrorKey {
    match key {
        b"code" | b"Code" | b"status_code" | b"error_code" => ErrorKey::Code,
        b"type" | b"error_type" | b"status" | b"error" => ErrorKey::Kind,
        b"message" | b"Message" | b"msg" | b"detail" | b"status_msg" | b"error_msg" | b"ErrorMsg"
        | b"Msg" => ErrorKey::Message,
        _ => ErrorKey::Other,
    }
}

/// Values of `object` that are no chunk but an error.
pub(crate) const ERROR_OBJECT: &[u8] = b"error";
