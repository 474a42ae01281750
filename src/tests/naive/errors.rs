//! The error shapes that wires share: Q129 to Q138.

use serde_json::Value;

/// The types of exceptions under which one is, where it came as JSON.
const EXCEPTIONS: [&str; 6] = [
    "internalServerException",
    "modelStreamErrorException",
    "modelTimeoutException",
    "serviceUnavailableException",
    "throttlingException",
    "validationException",
];

/// What the peer complains of, if it does.
pub(super) fn message(value: &Value, has_choices: bool) -> Option<String> {
    let error = &value["error"];
    if says_something(error) {
        return Some(match error {
            Value::String(message) => message.clone(),
            Value::Object(_) => of_object(error),
            other => other.to_string(),
        });
    }
    if has_choices {
        return None;
    }
    let response = &value["Response"]["Error"];
    if response.is_object() {
        return Some(text_of(&response["Message"]).unwrap_or_default());
    }
    // A status that is zero is good news.
    let error = &value["ErrorMsg"];
    if super::json::count(&error["Code"]).is_some_and(|code| code != 0) {
        return Some(text_of(&error["Msg"]).unwrap_or_default());
    }
    let header = &value["header"];
    if super::json::count(&header["code"]).is_some_and(|code| code != 0) {
        return Some(text_of(&header["message"]).unwrap_or_default());
    }
    let code = &value["base_resp"]["status_code"];
    if super::json::count(code).is_some_and(|code| code != 0) {
        return Some(text_of(&value["base_resp"]["status_msg"]).unwrap_or_default());
    }
    let listed = value["errors"].as_array().into_iter().flatten().chain(EXCEPTIONS.map(|name| &value[name]));
    if let Some(error) = listed.filter(|error| error.is_object()).find(|error| says_something(error)) {
        return Some(of_object(error));
    }
    let is_error = value["object"] == "error"
        || value["type"] == "error"
        || value.get("errorText").is_some_and(says_something)
        || value.get("code").is_some_and(says_something) && value.get("message").is_some()
        || (value["message"].is_string() || value["Message"].is_string())
            && ["code", "type", "role", "done"].iter().all(|name| value[*name].is_null())
        || value.get("detail").is_some_and(says_something)
        || value.get("error_code").is_some_and(says_something)
        || value.get("error_msg").is_some_and(says_something);
    is_error.then(|| flat(value).unwrap_or_default())
}

fn of_object(error: &Value) -> String {
    words(error).unwrap_or_default()
}

/// What an object that is an error says.
pub(super) fn words(error: &Value) -> Option<String> {
    let names = ["message", "Message", "msg", "Msg", "detail", "error_msg"];
    names.iter().find_map(|name| text_of(&error[*name]))
}

fn flat(value: &Value) -> Option<String> {
    let names = ["message", "Message", "detail", "error_msg", "msg", "errorText"];
    names.iter().find_map(|name| text_of(&value[*name]))
}

/// A message is a string, or the JSON text of whatever it is.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Null, `{}`, `""`, `false`, 0, `[]` are no errors (Q132).
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(members) => members.values().any(|member| !member.is_null()),
        Value::Bool(true) => true,
    }
}
