//! Arguments that are set piece by piece at JSON paths: N16. They are told as they grow, so what was left is closed: only
//! the last member of an object and the last element of an array can still change.

use serde_json::Value;

#[derive(Default)]
pub(super) struct PartialArgs(Option<Node>);

#[derive(Clone)]
enum Node {
    Unset,
    Value(Value),
    Object(Vec<(String, Node)>),
    Array(Vec<Node>),
}

/// A step of a path.
enum Step {
    Member(String),
    Element(usize),
}

/// The most steps.
const DEEPEST: usize = 127;

impl PartialArgs {
    /// One piece: a string is appended, anything else is set once. What has no place changes nothing.
    pub(super) fn set(&mut self, piece: &Value) {
        let path = piece.get("jsonPath").or(piece.get("json_path")).and_then(Value::as_str);
        let given = |camel: &str, snake: &str, is: fn(&Value) -> bool| {
            piece.get(camel).or(piece.get(snake)).filter(|value| is(value)).cloned()
        };
        let value = given("stringValue", "string_value", Value::is_string)
            .or(given("numberValue", "number_value", Value::is_number))
            .or(given("boolValue", "bool_value", Value::is_boolean))
            .or(given("nullValue", "null_value", |_| true).map(|_| Value::Null));
        let mut changed = self.0.clone().unwrap_or(Node::Unset);
        let steps = path.and_then(steps).filter(|steps| steps.len() <= DEEPEST);
        if let (Some(steps), Some(value)) = (steps, value)
            && set(&mut changed, &steps, value).is_some()
        {
            self.0 = Some(changed);
        }
    }

    pub(super) fn text(&self) -> String {
        self.0.as_ref().map(|node| node.value().to_string()).unwrap_or_default()
    }
}

impl Node {
    fn value(&self) -> Value {
        match self {
            Self::Unset => Value::Null,
            Self::Value(value) => value.clone(),
            Self::Object(members) => members
                .iter()
                .map(|(name, node)| (name.clone(), node.value()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Self::Array(elements) => elements.iter().map(Self::value).collect::<Vec<_>>().into(),
        }
    }
}

/// Sets what the steps lead to; none if they lead nowhere, or to what is closed.
fn set(node: &mut Node, steps: &[Step], value: Value) -> Option<()> {
    let Some((step, rest)) = steps.split_first() else {
        match (&mut *node, value) {
            (Node::Value(Value::String(so_far)), Value::String(more)) => *so_far += &more,
            (Node::Unset, value) => *node = Node::Value(value),
            _ => return None,
        }
        return Some(());
    };
    match step {
        Step::Member(name) => {
            if let Node::Unset = node {
                *node = Node::Object(Vec::new());
            }
            let Node::Object(members) = node else { return None };
            match members.iter().position(|(known, _)| known == name) {
                Some(at) if at + 1 == members.len() => {}
                Some(_) => return None,
                None => members.push((name.clone(), Node::Unset)),
            }
            set(&mut members.last_mut()?.1, rest, value)
        }
        Step::Element(at) => {
            if let Node::Unset = node {
                *node = Node::Array(Vec::new());
            }
            let Node::Array(elements) = node else { return None };
            match elements.len() {
                length if *at == length => elements.push(Node::Unset),
                length if *at + 1 == length => {}
                _ => return None,
            }
            set(elements.last_mut()?, rest, value)
        }
    }
}

/// `$.a.b[0]['c']`.
fn steps(path: &str) -> Option<Vec<Step>> {
    let (mut rest, mut steps) = (path.strip_prefix('$')?, Vec::new());
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let length = after.find(['.', '[']).unwrap_or(after.len());
            steps.push(Step::Member(after[..length].to_owned()));
            rest = &after[length..];
            if length == 0 {
                return None;
            }
        } else {
            let (inside, after) = rest.strip_prefix('[')?.split_once(']')?;
            let quoted = inside.strip_prefix(['\'', '"']).and_then(|inside| inside.strip_suffix(['\'', '"']));
            steps.push(match quoted {
                Some(name) => Step::Member(name.to_owned()),
                None => Step::Element(inside.parse().ok()?),
            });
            rest = after;
        }
    }
    (!steps.is_empty()).then_some(steps)
}
