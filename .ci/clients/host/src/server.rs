//! The server: corpus files as a service would stream them, a proxy that taps, the gateway.
//!
//! Knows: axum, hyper's client. Must not know: what is asked by whom.
//!
//! * `GET /raw/NAME`: the file. `GET /stall/NAME`: its first half, and then nothing.
//! * `GET /tap/raw/NAME`, `/tap/stall/NAME`: the same by way of a proxy with a `TapBody`.
//! * `POST /TARGET/…`: the gateway; the member `model` names the file.
//! * `GET /cases`: what the clients are to read, and what each file folds to.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use bytes::Bytes;
use deltaic::http_body::TapBody;
use deltaic::tap::{Close, Observer, Tap};
use deltaic::{Delta, Ending, Error, OwnedDelta};
use futures_util::stream::{self, StreamExt};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::corpus::Stream;
use crate::gateway;

type Streams = HashMap<String, Arc<Stream>>;

/// What a tap saw.
#[derive(Default, Clone)]
pub struct Seen {
    pub items: Vec<Result<OwnedDelta, Error>>,
    pub endings: Vec<(Ending, Close)>,
}

/// What the taps saw, by the path that was asked for.
pub type Taps = Arc<Mutex<HashMap<String, Seen>>>;

struct Shared {
    streams: Streams,
    cases: Value,
    taps: Taps,
    upstream: SocketAddr,
    client: Client<HttpConnector, http_body_util::Empty<Bytes>>,
}

/// Serves on a free port of loopback until the runtime ends.
pub async fn start(streams: &[Arc<Stream>], cases: Value) -> io::Result<(SocketAddr, Taps)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let (address, taps) = (listener.local_addr()?, Taps::default());
    // Else each small piece waits for the receipt of the one before.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    let shared = Arc::new(Shared {
        streams: streams.iter().map(|stream| (stream.name.clone(), stream.clone())).collect(),
        cases,
        taps: taps.clone(),
        upstream: address,
        client: Client::builder(TokioExecutor::new()).build_http(),
    });
    let router = Router::new()
        .route("/raw/{*name}", get(raw))
        .route("/stall/{*name}", get(stall))
        .route("/tap/{*path}", get(tap))
        .route("/cases", get(cases_of))
        .route("/{target}/{*endpoint}", post(chat))
        .with_state(shared);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((address, taps))
}

async fn raw(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    match shared.streams.get(&name) {
        Some(stream) => streamed(stream.cuts()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn stall(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    let Some(stream) = shared.streams.get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let half = stream.bytes.slice(..stream.bytes.len() / 2);
    let endless = stream::once(async { Ok::<_, io::Error>(half) }).chain(stream::pending());
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(endless)).into_response()
}

/// The proxy: the upstream's body, untouched, and a tap beside it.
async fn tap(State(shared): State<Arc<Shared>>, Path(path): Path<String>) -> Response {
    let Some((_, name)) = path.split_once('/') else { return StatusCode::NOT_FOUND.into_response() };
    let Some(stream) = shared.streams.get(name) else { return StatusCode::NOT_FOUND.into_response() };
    let Ok(url) = format!("http://{}/{path}", shared.upstream).parse() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let decoder = stream.decoder();
    let observer = Witness { taps: shared.taps.clone(), path };
    match shared.client.get(url).await {
        Ok(response) => {
            let tap = Tap::with_decoder(observer, decoder);
            response.map(|body| Body::new(TapBody::with_tap(body, tap)))
        }
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

async fn chat(
    State(shared): State<Arc<Shared>>,
    Path((target, _)): Path<(String, String)>,
    Json(request): Json<Value>,
) -> Response {
    let name = request.get("model").and_then(Value::as_str).unwrap_or_default();
    match shared.streams.get(name).and_then(|stream| gateway::answer(&target, stream)) {
        Some(pieces) => streamed(pieces),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn cases_of(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.cases.clone())
}

/// Piece by piece: between them whoever else is ready goes on, so that they leave one by one.
fn streamed(pieces: Vec<Bytes>) -> Response {
    let pieces = stream::iter(pieces).then(|piece| async {
        tokio::task::yield_now().await;
        Ok::<_, io::Error>(piece)
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(pieces)).into_response()
}

/// Writes down what a tap says.
struct Witness {
    taps: Taps,
    path: String,
}

impl Witness {
    fn write(&self, write: impl FnOnce(&mut Seen)) {
        if let Ok(mut taps) = self.taps.lock() {
            write(taps.entry(self.path.clone()).or_default());
        }
    }
}

impl Observer for Witness {
    fn observe(&mut self, item: Result<Delta<'_>, Error>) {
        self.write(|seen| seen.items.push(item.map(Delta::into_owned)));
    }

    fn end(&mut self, ending: Ending, close: Close) {
        self.write(|seen| seen.endings.push((ending, close)));
    }
}
