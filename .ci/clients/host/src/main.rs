//! `deltaic-clients check CORPUS`: the adapters over loopback, then the end.
//! `deltaic-clients serve CORPUS DELTAIC`: prints where it listens, and serves until its standard input ends.
//!
//! Knows: the two tasks. Must not know: how either is done.

mod adapters;
mod corpus;
mod gateway;
mod server;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use corpus::Stream;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn Error + Send + Sync>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["check", corpus] => {
            let streams = read(corpus)?;
            let (address, taps) = server::start(&streams, Value::Null).await?;
            let wrong = adapters::check(address, &streams, &taps).await?;
            wrong.iter().for_each(|line| println!("{line}"));
            println!(
                "{} streams, by way of reqwest, hyper, and hyper hung up: {} wrong",
                streams.len(),
                wrong.len()
            );
            Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        ["serve", corpus, command] => {
            let streams = read(corpus)?;
            let cases = cases(&streams, Path::new(corpus), command)?;
            let (address, _) = server::start(&streams, cases).await?;
            println!("http://{address}");
            tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
            Ok(ExitCode::SUCCESS)
        }
        _ => Err("check CORPUS | serve CORPUS DELTAIC".into()),
    }
}

fn read(corpus: &str) -> Result<Vec<Arc<Stream>>, Box<dyn Error + Send + Sync>> {
    let streams: Vec<_> = corpus::read(Path::new(corpus))?.into_iter().map(Arc::new).collect();
    if streams.is_empty() { Err("no stream in the corpus".into()) } else { Ok(streams) }
}

/// Of each stream its name and what the command folds it to.
fn cases(
    streams: &[Arc<Stream>],
    corpus: &Path,
    command: &str,
) -> Result<Value, Box<dyn Error + Send + Sync>> {
    let mut by_words: BTreeMap<&[String], Vec<&Stream>> = BTreeMap::new();
    for stream in streams {
        by_words.entry(&stream.words).or_default().push(stream);
    }
    let mut cases = Vec::new();
    for (words, streams) in by_words {
        let files = streams.iter().map(|stream| corpus.join(&stream.name));
        let output =
            Command::new(command).args(["-o", "completion"]).args(words).args(files).output()?.stdout;
        let folds: Vec<Value> =
            serde_json::Deserializer::from_slice(&output).into_iter().collect::<Result<_, _>>()?;
        if folds.len() != streams.len() {
            return Err(format!("{words:?}: {} folds of {} streams", folds.len(), streams.len()).into());
        }
        for (stream, fold) in streams.iter().zip(folds) {
            cases.push(json!({ "name": stream.name, "fold": fold }));
        }
    }
    Ok(Value::Array(cases))
}
