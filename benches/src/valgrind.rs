//! Exact instruction counts: the `counted` binary under callgrind, counting inside [`region`] only.

use std::{env, process::Command};

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
    let counted = env::current_exe().map_err(|error| error.to_string())?.with_file_name("counted");
    let output = Command::new("valgrind")
        .env("GLIBC_TUNABLES", NO_REP)
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg("--toggle-collect=*valgrind*region*")
        .arg(counted)
        .args(arguments)
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let count = said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    count.filter(|_| output.status.success()).ok_or_else(|| format!("{arguments:?}: {said}"))
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
