//! Exact instruction counts: the `counted` binary under callgrind, counting inside [`region`] only.

use std::{
    env, fs,
    process::{self, Command},
};

/// The one function whose instructions, callees included, are counted.
#[inline(never)]
pub fn region(job: &mut dyn FnMut()) {
    job();
}

/// Copies in vector loops: callgrind counts a `rep movsb`, one instruction to the processor, as one for each byte.
const NO_REP: &str =
    "glibc.cpu.x86_rep_movsb_threshold=0x40000000:glibc.cpu.x86_rep_stosb_threshold=0x40000000";

/// Instructions of one `counted` run with these arguments.
///
/// # Errors
/// What valgrind said, when it gave no count.
pub fn instructions(arguments: &[&str]) -> Result<u64, String> {
    let said = callgrind(&["--callgrind-out-file=/dev/null"], arguments)?;
    let count = said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    count.ok_or_else(|| format!("{arguments:?}: {said}"))
}

/// Instructions of each [`region`] of one `counted` run with these arguments, in their order.
///
/// # Errors
/// What valgrind said, when it gave no counts.
pub fn instructions_of_each(arguments: &[&str]) -> Result<Vec<u64>, String> {
    let path = env::temp_dir().join(format!("counted-{}-{}", process::id(), arguments.join("-")));
    let path = path.display().to_string();
    let said = callgrind(
        &[&format!("--callgrind-out-file={path}"), "--dump-after=deltaic_benches::valgrind::region"],
        arguments,
    )?;
    let counts =
        (1..).map(|region| take_dump(&format!("{path}.{region}"))).map_while(|count| count).collect();
    // What is left when the process ends.
    let _ = fs::remove_file(path);
    Some(counts).filter(|counts: &Vec<_>| !counts.is_empty()).ok_or_else(|| format!("{arguments:?}: {said}"))
}

/// What callgrind counted up to one dump, which is removed; none when there is no such dump.
fn take_dump(path: &str) -> Option<u64> {
    let dump = fs::read_to_string(path).ok()?;
    fs::remove_file(path).ok()?;
    dump.lines().find_map(|line| line.strip_prefix("totals:")?.trim().parse().ok())
}

/// Runs `counted` under callgrind; what valgrind said.
fn callgrind(options: &[&str], arguments: &[&str]) -> Result<String, String> {
    let counted = env::current_exe().map_err(|error| error.to_string())?.with_file_name("counted");
    let output = Command::new("valgrind")
        .env("GLIBC_TUNABLES", NO_REP)
        .args(["--tool=callgrind", "--collect-atstart=no", "--toggle-collect=*valgrind*region*"])
        .args(options)
        .arg(counted)
        .args(arguments)
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(said) } else { Err(format!("{arguments:?}: {said}")) }
}

/// Runs `each` over `jobs` on two threads and keeps their order.
pub fn in_parallel<J: Sync, T: Send>(jobs: &[J], each: impl Fn(&J) -> T + Sync) -> Vec<T> {
    let (left, right) = jobs.split_at(jobs.len() / 2);
    let all = |jobs: &[J]| jobs.iter().map(&each).collect::<Vec<T>>();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| all(right));
        let mut done = all(left);
        done.extend(second.join().expect("a count panicked"));
        done
    })
}
