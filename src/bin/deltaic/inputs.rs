//! Which inputs are meant: files, standard input, and whatever is below a directory.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What is to be read, in order.
pub(crate) struct Inputs {
    pub(crate) paths: Vec<io::Result<PathBuf>>,
    /// Of which input something is must be said.
    pub(crate) several: bool,
}

/// The path that means standard input.
pub(crate) fn is_standard(path: &Path) -> bool {
    path == OsStr::new("-")
}

impl Inputs {
    /// `given`, each directory replaced by the files below it.
    pub(crate) fn find(given: &[PathBuf]) -> Self {
        if given.is_empty() {
            return Self { paths: vec![Ok(PathBuf::from("-"))], several: false };
        }
        let mut paths = Vec::new();
        let mut several = given.len() > 1;
        for path in given {
            if !is_standard(path) && path.is_dir() {
                several = true;
                add_below(path, &mut paths);
            } else {
                paths.push(Ok(path.clone()));
            }
        }
        Self { paths, several }
    }
}

/// All files below a directory, sorted by name at each level; what is hidden is not meant, and links to directories are not
/// followed.
fn add_below(directory: &Path, paths: &mut Vec<io::Result<PathBuf>>) {
    let before = paths.len();
    let mut waiting = vec![directory.to_owned()];
    while let Some(path) = waiting.pop() {
        let is_directory = path.as_path() == directory || (path.is_dir() && !path.is_symlink());
        if !is_directory {
            if path.is_file() {
                paths.push(Ok(path));
            }
            continue;
        }
        match children(&path) {
            Ok(mut children) => {
                children.sort_unstable_by(|a, b| b.cmp(a));
                waiting.append(&mut children);
            }
            Err(error) => paths.push(Err(about(&path, &error))),
        }
    }
    if paths.len() == before {
        let nothing = io::Error::new(io::ErrorKind::NotFound, "no file in it");
        paths.push(Err(about(directory, &nothing)));
    }
}

fn children(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let is_hidden =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let paths = fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path()));
    paths.filter(|path| !path.as_ref().is_ok_and(is_hidden)).collect()
}

fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
