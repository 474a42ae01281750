//! The adapters, over real connections: what they yield is what the bare decoder does.
//!
//! Knows: the clients (reqwest, hyper), the server's paths. Must not know: axum.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use deltaic::stream::{DeltasExt, StreamError};
use deltaic::tap::Close;
use deltaic::{Ending, Error, OwnedDelta};
use futures_util::StreamExt;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::corpus::Stream;
use crate::server::{Seen, Taps};

type Problem = Box<dyn std::error::Error + Send + Sync>;
type Items = Vec<Result<OwnedDelta, Error>>;

/// How long a proxy may take to notice that its client is gone.
const HANG_UP: Duration = Duration::from_secs(10);

/// Asks for every stream in each way; returns what went wrong, a line each.
pub async fn check(base: SocketAddr, streams: &[Arc<Stream>], taps: &Taps) -> Result<Vec<String>, Problem> {
    let reqwest = reqwest::Client::builder().no_proxy().build()?;
    let hyper = Client::builder(TokioExecutor::new()).build_http();
    let mut wrong = Vec::new();
    let mut expect = |holds: bool, what: &str, stream: &Stream| {
        if !holds {
            wrong.push(format!("{}: {what}", stream.name));
        }
    };
    for stream in streams {
        let (items, ending) = bare(stream, &stream.bytes);

        let (received, end) = received(&reqwest, base, stream).await?;
        expect(received == items, "reqwest: other deltas than the decoder's", stream);
        expect(end == ending, "reqwest: another ending", stream);

        let (bytes, seen) = tapped(&hyper, base, stream, taps).await?;
        expect(bytes == stream.bytes, "tap: the bytes were touched", stream);
        expect(seen.items == items, "tap: other deltas than the decoder's", stream);
        expect(seen.endings == [(ending, Close::Finished)], "tap: not one ending, the decoder's", stream);

        let half = stream.bytes.slice(..stream.bytes.len() / 2);
        let (items, ending) = bare(stream, &half);
        let (bytes, seen) = hung_up(&hyper, base, stream, half.len(), taps).await?;
        expect(bytes == half, "tap, hung up: the bytes were touched", stream);
        expect(seen.items == items, "tap, hung up: other deltas than the decoder's", stream);
        expect(seen.endings == [(ending, Close::Dropped)], "tap, hung up: not one ending, dropped", stream);
    }
    Ok(wrong)
}

/// The decoder alone, with all the bytes at once. Goes on after an error, as adapters do, but ends after a fatal one.
fn bare(stream: &Stream, bytes: &[u8]) -> (Items, Ending) {
    let (mut decoder, mut items) = (stream.decoder(), Items::new());
    let mut is_dead = false;
    let mut item = |said: Result<deltaic::Delta<'_>, Error>| {
        if !is_dead {
            is_dead = said.as_ref().is_err_and(Error::is_fatal);
            items.push(said.map(deltaic::Delta::into_owned));
        }
        ControlFlow::<()>::Continue(())
    };
    let _ = decoder.for_each(bytes, &mut item);
    let _ = decoder.end(&mut item);
    (items, decoder.ending())
}

async fn received(
    client: &reqwest::Client,
    base: SocketAddr,
    stream: &Stream,
) -> Result<(Items, Ending), Problem> {
    let response = client.get(format!("http://{base}/raw/{}", stream.name)).send().await?;
    let body = response.error_for_status()?.bytes_stream();
    let mut deltas = std::pin::pin!(body.deltas_with(stream.decoder()));
    let mut items = Items::new();
    while let Some(item) = deltas.next().await {
        items.push(match item {
            Ok(delta) => Ok(delta),
            Err(StreamError::Decode(error)) => Err(error),
            Err(StreamError::Body(error)) => return Err(error.into()),
        });
    }
    Ok((items, deltas.ending()))
}

type Hyper = Client<HttpConnector, Empty<Bytes>>;

async fn tapped(
    client: &Hyper,
    base: SocketAddr,
    stream: &Stream,
    taps: &Taps,
) -> Result<(Bytes, Seen), Problem> {
    let path = format!("raw/{}", stream.name);
    let response = client.get(format!("http://{base}/tap/{path}").parse()?).await?;
    let bytes = response.into_body().collect().await?.to_bytes();
    Ok((bytes, ended(taps, &path).await))
}

/// Reads as much as there is of a stream that goes no further, and hangs up.
async fn hung_up(
    client: &Hyper,
    base: SocketAddr,
    stream: &Stream,
    length: usize,
    taps: &Taps,
) -> Result<(Bytes, Seen), Problem> {
    let path = format!("stall/{}", stream.name);
    let mut body = client.get(format!("http://{base}/tap/{path}").parse()?).await?.into_body();
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let Some(frame) = body.frame().await else { break };
        bytes.extend_from_slice(&frame?.into_data().unwrap_or_default());
    }
    drop(body);
    Ok((bytes.into(), ended(taps, &path).await))
}

/// What a tap saw, once it was told of an end. An end that is told twice would follow at once: the tap was dropped then.
async fn ended(taps: &Taps, path: &str) -> Seen {
    let seen = || taps.lock().ok().and_then(|taps| taps.get(path).cloned()).unwrap_or_default();
    let wait = async {
        while seen().endings.is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::task::yield_now().await;
    };
    let _ = tokio::time::timeout(HANG_UP, wait).await;
    seen()
}
