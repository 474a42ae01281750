//! A gateway: whatever wire the upstream speaks, clients of chat completions, of Messages and of Responses, and pages that read
//! the AI SDK's UI message stream, read the answer. The path that is asked for says over which wire.
//!
//! `cargo run --bin gateway -- 127.0.0.1:8082 http://127.0.0.1:8080/v1/messages`

use std::ops::ControlFlow;
use std::{env, error::Error, pin::Pin};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::{Router, response::IntoResponse, response::Response, routing::post};
use deltaic::Decoder;
use deltaic::encode::{ChunkEncoder, Encoder, MessagesEncoder, ResponsesEncoder, UiStreamEncoder};
use futures_util::{Stream, StreamExt, stream};
use tokio::net::TcpListener;

type Target = Box<dyn Encoder + Send>;
type Upstream = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let [from, to] = [1, 2].map(|at| env::args().nth(at).unwrap_or_default());
    let listener = TcpListener::bind(from).await?;
    println!("listening on {}", listener.local_addr()?);
    let chunks = |to, request| answer(Box::new(ChunkEncoder::new()), false, to, request);
    let messages = |to, request| answer(Box::new(MessagesEncoder::new()), false, to, request);
    let responses = |to, request| answer(Box::new(ResponsesEncoder::new()), false, to, request);
    let ui = |to, request| answer(Box::new(UiStreamEncoder::new()), true, to, request);
    let router = Router::new()
        .route("/v1/chat/completions", post(chunks))
        .route("/v1/messages", post(messages))
        .route("/v1/responses", post(responses))
        .route("/api/chat", post(ui))
        .with_state(to);
    Ok(axum::serve(listener, router).await?)
}

/// Translating the request is yours; here it goes on as it came.
async fn answer(encoder: Target, for_pages: bool, State(to): State<String>, request: Request) -> Response {
    let body = reqwest::Body::wrap_stream(request.into_body().into_data_stream());
    let request = reqwest::Client::new().post(to).header(header::ACCEPT_ENCODING, "identity").body(body);
    match request.send().await {
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
        Ok(upstream) => {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
            if for_pages {
                let name = HeaderName::from_static("x-vercel-ai-ui-message-stream");
                headers.insert(name, HeaderValue::from_static("v1"));
            }
            let events = events(encoder, Box::pin(upstream.bytes_stream()));
            (headers, Body::from_stream(events)).into_response()
        }
    }
}

/// The upstream's events, written anew: one output for each input, and one for the end.
fn events(encoder: Target, upstream: Upstream) -> impl Stream<Item = reqwest::Result<Vec<u8>>> {
    let machine = (Decoder::new(), encoder, Some(upstream));
    stream::unfold(machine, async |(mut decoder, mut encoder, upstream)| {
        let (mut upstream, mut out) = (upstream?, Vec::new());
        match upstream.next().await {
            Some(Err(error)) => Some((Err(error), (decoder, encoder, None))),
            Some(Ok(input)) => {
                let _ = decoder.for_each(&input, |said| encoder.push_ok(said, &mut out));
                Some((Ok(out), (decoder, encoder, Some(upstream))))
            }
            None => {
                let ControlFlow::Continue(ending) = decoder.end(|said| encoder.push_ok(said, &mut out));
                encoder.finish(&ending, &mut out);
                Some((Ok(out), (decoder, encoder, None)))
            }
        }
    })
}
