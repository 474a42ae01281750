//! A gateway: whatever wire the upstream speaks, official OpenAI clients read the answer.
//!
//! `cargo run --bin gateway -- 127.0.0.1:8082 http://127.0.0.1:8080/v1/messages`

use std::ops::ControlFlow;
use std::{env, error::Error, pin::Pin};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::{Router, response::IntoResponse, response::Response, routing::post};
use deltaic::{Decoder, encode::ChunkEncoder};
use futures_util::{Stream, StreamExt, stream};
use tokio::net::TcpListener;

type Upstream = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let [from, to] = [1, 2].map(|at| env::args().nth(at).unwrap_or_default());
    let listener = TcpListener::bind(from).await?;
    println!("listening on {}", listener.local_addr()?);
    let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(to);
    Ok(axum::serve(listener, router).await?)
}

/// Translating the request is yours; here it goes on as it came.
async fn answer(State(to): State<String>, request: Request) -> Response {
    let body = reqwest::Body::wrap_stream(request.into_body().into_data_stream());
    let request = reqwest::Client::new().post(to).header(header::ACCEPT_ENCODING, "identity").body(body);
    match request.send().await {
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
        Ok(upstream) => {
            let chunks = chunks(Box::pin(upstream.bytes_stream()));
            ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(chunks)).into_response()
        }
    }
}

/// The upstream's events, written anew: one output for each input, and one for the end.
fn chunks(upstream: Upstream) -> impl Stream<Item = reqwest::Result<Vec<u8>>> {
    let machine = (Decoder::new(), ChunkEncoder::new(), Some(upstream));
    stream::unfold(machine, async |(mut decoder, mut encoder, upstream)| {
        let (mut upstream, mut out) = (upstream?, Vec::new());
        match upstream.next().await {
            Some(Err(error)) => Some((Err(error), (decoder, encoder, None))),
            Some(Ok(input)) => {
                let _ = decoder.for_each(&input, |item| encoder.push_ok(item, &mut out));
                Some((Ok(out), (decoder, encoder, Some(upstream))))
            }
            None => {
                let ControlFlow::Continue(ending) = decoder.end(|item| encoder.push_ok(item, &mut out));
                encoder.finish(&ending, &mut out);
                Some((Ok(out), (decoder, encoder, None)))
            }
        }
    })
}
