//! A client: reqwest's body as a stream of deltas.
//!
//! `cargo run --bin client -- http://127.0.0.1:8080/v1/chat/completions '{"stream":true,…}'`

use std::io::Write;
use std::pin::pin;
use std::{env, error::Error};

use deltaic::OwnedDelta;
use deltaic::stream::{DeltasExt, StreamError};
use futures_util::StreamExt;
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::args().nth(1).ok_or("a URL is missing")?;
    let body = env::args().nth(2).unwrap_or_else(|| r#"{"stream":true,"messages":[]}"#.to_owned());
    let key = env::var("API_KEY").unwrap_or_default();
    let response = reqwest::Client::new()
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT_ENCODING, "identity") // a compressed body is no stream of events
        .header(AUTHORIZATION, format!("Bearer {key}"))
        .body(body)
        .send()
        .await?;

    let mut deltas = pin!(response.bytes_stream().deltas());
    while let Some(item) = deltas.next().await {
        match item {
            Ok(OwnedDelta::Text { text, .. }) => print!("{text}"),
            Ok(OwnedDelta::PeerError { message, .. }) => eprintln!("the service reports: {message}"),
            Ok(_) => {} // reasoning, tool calls, usage, …
            Err(StreamError::Body(error)) => return Err(error.into()),
            Err(StreamError::Decode(error)) => eprintln!("{error}"), // one bad event; the next one decodes
        }
        std::io::stdout().flush()?;
    }
    println!();
    let ending = deltas.ending();
    if ending.events() == 0 {
        eprintln!("no stream, but {:?}", String::from_utf8_lossy(ending.first_bytes()));
    }
    if ending.is_truncated() { Err("the answer is cut off".into()) } else { Ok(()) }
}
