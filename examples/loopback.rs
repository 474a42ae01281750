//! The examples at work: corpus streams in awkward cuts, over real sockets, on loopback only.

use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::process::{Child, Command, Stdio};
use std::{convert::Infallible, fs, thread};

use axum::{Router, body::Body, response::IntoResponse, routing::post};
use deltaic::{Completion, Decoder, Options, OwnedDelta, Wire, read::DeltaReader};
use futures_util::stream;

const CHAT: &str = "../corpus/stepfun/step-1-8k.sse";
const MESSAGES: &str = "../corpus/anthropic/text.sse";

fn text(path: &str) -> String {
    let texts = DeltaReader::new(fs::File::open(path).unwrap()).map(|item| match item.unwrap() {
        OwnedDelta::Text { text, .. } => String::from(text),
        _ => String::new(),
    });
    texts.collect()
}

/// Answers with the file, in pieces of 7 bytes, each a chunk of its own.
async fn answer(path: &'static str) -> impl IntoResponse {
    let bytes = fs::read(path).unwrap();
    let pieces: Vec<_> = bytes.chunks(7).map(|piece| Ok::<_, Infallible>(piece.to_vec())).collect();
    Body::from_stream(stream::iter(pieces))
}

/// Serves until the tests are over.
fn upstream() -> String {
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap().to_string()).unwrap();
            let router = Router::new()
                .route("/chat", post(|_: String| answer(CHAT)))
                .route("/messages", post(|_: String| answer(MESSAGES)));
            axum::serve(listener, router).await.unwrap();
        });
    });
    receiver.recv().unwrap()
}

/// A server among the examples, ended with its test; its address, and what else it prints.
struct Server(Child, String, BufReader<std::process::ChildStdout>);

impl Server {
    fn start(path: &str, to: &str) -> Self {
        let mut child = Command::new(path).args(["127.0.0.1:0", to]).stdout(Stdio::piped()).spawn().unwrap();
        let mut printed = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        printed.read_line(&mut line).unwrap();
        Self(child, line.trim().replace("listening on ", ""), printed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// What the client prints, and whether it found the answer whole.
fn client(url: &str) -> (String, bool) {
    let output = Command::new(env!("CARGO_BIN_EXE_client")).arg(url).output().unwrap();
    (String::from_utf8(output.stdout).unwrap().trim_end().to_owned(), output.status.success())
}

#[test]
fn the_client_reads_through_the_proxy() {
    let upstream = upstream();
    assert_eq!(client(&format!("http://{upstream}/chat")), (text(CHAT), true));

    let mut proxy = Server::start(env!("CARGO_BIN_EXE_proxy"), &upstream);
    assert_eq!(client(&format!("http://{}/chat", proxy.1)), (text(CHAT), true));
    let mut line = String::new();
    proxy.2.read_line(&mut line).unwrap();
    assert_eq!(line, "Finished, truncated: false, output tokens: Some(150)\n");
    assert_eq!(client(&format!("http://{}/no-such-path", proxy.1)), (String::new(), false));
}

/// What is answered: whether the UI stream is announced, and the body.
fn fetch(url: String) -> (bool, Vec<u8>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build().unwrap();
    runtime.block_on(async {
        let response = reqwest::Client::new().post(url).send().await.unwrap();
        let header = response.headers().get("x-vercel-ai-ui-message-stream").is_some();
        (header, response.bytes().await.unwrap().to_vec())
    })
}

/// Whatever the upstream speaks, each path answers over its own wire, and says the same.
#[test]
fn the_gateway_answers_over_each_wire() {
    let upstream = upstream();
    for (path, answer) in [("messages", MESSAGES), ("chat", CHAT)] {
        let gateway = Server::start(env!("CARGO_BIN_EXE_gateway"), &format!("http://{upstream}/{path}"));
        assert!(!text(answer).is_empty());
        for (path, wire) in [
            ("v1/chat/completions", Wire::Chat),
            ("v1/messages", Wire::Messages),
            ("v1/responses", Wire::Responses),
            ("api/chat", Wire::UiStream),
        ] {
            let url = format!("http://{}/{path}", gateway.1);
            assert_eq!(client(&url), (text(answer), true), "{path}");
            let (is_announced, body) = fetch(url);
            let mut decoder = Decoder::with_options(Options::strict());
            let _ = decoder
                .for_each(&body, |said| said.map_or_else(ControlFlow::Break, |_| ControlFlow::Continue(())));
            assert_eq!((decoder.wire(), decoder.ending().done()), (Some(wire), true), "{path}");
            assert_eq!(is_announced, wire == Wire::UiStream);
        }
    }
}

#[test]
fn the_reader_reads_files_and_pipes() {
    let file = Command::new(env!("CARGO_BIN_EXE_reader")).arg(CHAT).output().unwrap();
    let pipe =
        Command::new(env!("CARGO_BIN_EXE_reader")).stdin(fs::File::open(CHAT).unwrap()).output().unwrap();
    assert_eq!(file.stdout, pipe.stdout);
    assert_eq!(String::from_utf8(file.stdout).unwrap().trim_end(), text(CHAT));
    assert!(file.status.success());
    let mut completion = Completion::new();
    DeltaReader::new(fs::File::open(CHAT).unwrap())
        .for_each(|item| completion.apply(item.unwrap().as_delta()));
    assert_eq!(completion.choices[&0].text, text(CHAT));
}
