//! A proxy filter: hyper forwards every byte of the upstream's answer untouched; a tap reads what it cost.
//!
//! `cargo run --bin proxy -- 127.0.0.1:8081 127.0.0.1:8080`

use std::env;

use deltaic::http_body::TapBody;
use deltaic::{Delta, Ending, Usage, tap::Close, tap::Observer};
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::{Request, Response, server::conn::http1, service::service_fn};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

/// Prints one line for each answer, also for those whose client hung up.
#[derive(Default)]
struct Log(Option<Usage>);

impl Observer for Log {
    fn observe(&mut self, item: Result<Delta<'_>, deltaic::Error>) {
        if let Ok(Delta::Usage(usage)) = item {
            self.0 = Some(*usage);
        }
    }

    fn end(&mut self, ending: Ending, close: Close) {
        let tokens = self.0.and_then(|usage| usage.output);
        println!("{close:?}, truncated: {}, output tokens: {tokens:?}", ending.is_truncated());
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Upstream = Client<HttpConnector, Incoming>;

async fn forward(
    mut request: Request<Incoming>,
    upstream: Upstream,
    to: String,
) -> Result<Response<TapBody<Incoming, Log>>, BoxError> {
    *request.uri_mut() = format!("http://{to}{}", request.uri()).parse()?;
    request.headers_mut().insert("accept-encoding", HeaderValue::from_static("identity"));
    Ok(upstream.request(request).await?.map(|body| TapBody::new(body, Log::default())))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let [from, to] = [1, 2].map(|at| env::args().nth(at).unwrap_or_default());
    let listener = TcpListener::bind(from).await?;
    println!("listening on {}", listener.local_addr()?);
    let upstream: Upstream = Client::builder(TokioExecutor::new()).build_http();
    loop {
        let (client, _) = listener.accept().await?;
        let (up, to) = (upstream.clone(), to.clone());
        let service = service_fn(move |request| forward(request, up.clone(), to.clone()));
        let served = http1::Builder::new().serve_connection(TokioIo::new(client), service);
        tokio::spawn(async { served.await.unwrap_or_else(|error| eprintln!("{error}")) });
    }
}
