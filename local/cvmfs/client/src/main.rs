//! cvmfs-compatible-client: mounts a CernVM-FS repository, read-only, for every user.
//!
//! It stands for the official client where that cannot be installed: local development and tests.
//! `mount.cvmfs` beside it reads the official client's configuration and calls it.

mod options;
mod tolerant;
mod trust;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::process::exit;
use std::time::Duration;

use cvmfs::{fetcher::Fetcher, file_system::CernvmFileSystem, repository::Repository};
use fuser::{Config, MountOption, Session, SessionACL};

use options::Options;
use tolerant::Tolerant;

/// mount(8)'s code for a mount that failed.
const MOUNT_FAILED: i32 = 32;

fn main() {
    let options = Options::from_arguments(std::env::args().skip(1)).unwrap_or_else(|problem| {
        eprintln!("cvmfs-compatible-client: {problem}");
        exit(1);
    });
    let outcome =
        if options.foreground { serve(&options, None) } else { serve_in_background(&options) };
    if let Err(problem) = outcome {
        eprintln!("cvmfs-compatible-client: {}: {problem}", options.repository);
        exit(MOUNT_FAILED);
    }
}

/// Ends when the mount stands and a child serves it; a mount that fails has been reported by the child.
///
/// The child leaves this process group only after that: to autofs, whatever is outside its own
/// group is a user of the mount point, which it makes wait until the mount stands.
fn serve_in_background(options: &Options) -> Result<(), String> {
    let mut ends = [0; 2];
    // SAFETY: no thread exists yet, so the child may do whatever it likes after fork.
    let child = unsafe {
        if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) != 0 {
            return Err(format!("no pipe: {}", io::Error::last_os_error()));
        }
        libc::fork()
    };
    if child < 0 {
        return Err(format!("no child process: {}", io::Error::last_os_error()));
    }
    // SAFETY: each of the two descriptors gets one owner in each process.
    let (mut reader, writer) = unsafe { (File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1])) };
    if child == 0 {
        drop(reader);
        return serve(options, Some(writer));
    }
    drop(writer);
    let mut mounted = [0];
    if reader.read_exact(&mut mounted).is_err() {
        exit(MOUNT_FAILED);
    }
    Ok(())
}

/// Mounts, tells `parent`, and serves until the file system is unmounted.
fn serve(options: &Options, parent: Option<File>) -> Result<(), String> {
    let repository = open(options)?;
    let file_system = CernvmFileSystem::new(repository).map_err(|error| error.to_string())?;

    let mut config = Config::default();
    config.mount_options = vec![
        MountOption::RO,
        MountOption::NoDev,
        MountOption::NoAtime,
        MountOption::FSName("cvmfs-compatible-client".into()),
    ];
    config.acl = SessionACL::All;
    // The library's catalogs panic as soon as two threads read them.
    config.n_threads = Some(1);
    let session = Session::new(Tolerant(file_system), &options.mountpoint, &config)
        .map_err(|error| format!("cannot mount on {}: {error}", options.mountpoint))?;

    unmount_on_signal(options.mountpoint.clone());
    if parent.is_some() {
        detach(options.log.as_deref())
            .map_err(|error| format!("cannot leave the terminal: {error}"))?;
    }
    enclose().map_err(|error| format!("cannot enclose itself in {}: {error}", options.cache))?;
    let session = session.spawn().map_err(|error| error.to_string())?;
    if let Some(mut parent) = parent {
        // A parent that is gone already does not matter to the mount.
        let _ = parent.write_all(&[1]);
    }
    session.join().map_err(|error| format!("the mount ended: {error}"))
}

/// Fetches manifest, whitelist and history, and checks the whole chain of signatures.
fn open(options: &Options) -> Result<Repository, String> {
    require_server(options)?;
    fs::create_dir_all(&options.cache)
        .and_then(|()| std::env::set_current_dir(&options.cache))
        .map_err(|error| format!("{}: {error}", options.cache))?;
    let servers: Vec<&str> = options.servers.iter().map(String::as_str).collect();
    // The cache is the working directory, see `enclose`.
    let mut fetcher =
        Fetcher::with_mirrors(&servers, ".", true).map_err(|error| error.to_string())?;
    if let Some(proxy) = &options.proxy {
        fetcher.set_proxy(proxy);
    }
    let repository = Repository::new(fetcher).map_err(|error| error.to_string())?;
    if repository.fqrn != options.repository {
        return Err(format!("the server serves {} there", repository.fqrn));
    }
    trust::verify(&options.keys, &repository.manifest.certificate)?;
    Ok(repository)
}

/// Fails at once when no server answers: the library would try for half a minute first.
fn require_server(options: &Options) -> Result<(), String> {
    let mut builder = reqwest::blocking::Client::builder().timeout(Duration::from_secs(5));
    if let Some(proxy) = &options.proxy {
        builder = builder.proxy(reqwest::Proxy::all(proxy).map_err(|error| error.to_string())?);
    }
    let client = builder.build().map_err(|error| error.to_string())?;
    let mut problems = Vec::new();
    for server in &options.servers {
        match client.get(format!("{server}/.cvmfspublished")).send() {
            Ok(response) if response.status().is_success() => return Ok(()),
            Ok(response) => problems.push(format!("{server} answers {}", response.status())),
            Err(error) => problems.push(error.to_string()),
        }
    }
    Err(problems.join("; "))
}

/// A session of its own, away from the caller's outputs (autofs waits until they are closed).
fn detach(log: Option<&str>) -> io::Result<()> {
    let output = match log {
        Some(path) => OpenOptions::new().create(true).append(true).open(path)?,
        None => OpenOptions::new().write(true).open("/dev/null")?,
    };
    let input = File::open("/dev/null")?;
    // SAFETY: plain system calls on descriptors that are open.
    unsafe {
        libc::setsid();
        for (from, to) in [(&input, 0), (&output, 1), (&output, 2)] {
            if libc::dup2(from.as_raw_fd(), to) < 0 {
                return Err(io::Error::last_os_error());
            }
        }
    }
    Ok(())
}

/// Makes the working directory, the cache, the root of this thread and those that it starts.
///
/// The library resolves every path of the repository on this machine's own file system first, so that
/// its `/bin/alienv` would be looked up as `/usr/bin/alienv`. In the cache no path is a link.
fn enclose() -> io::Result<()> {
    // SAFETY: plain system calls. Threads that run already keep their root.
    unsafe {
        if libc::unshare(libc::CLONE_FS) != 0 || libc::chroot(c".".as_ptr()) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    std::env::set_current_dir("/")
}

/// As the official client does: TERM takes the mount away instead of leaving a dead one.
fn unmount_on_signal(mountpoint: String) {
    // SAFETY: the set is initialised by sigemptyset; threads made from now on inherit the mask.
    let signals = unsafe {
        let mut signals = std::mem::zeroed();
        libc::sigemptyset(&mut signals);
        libc::sigaddset(&mut signals, libc::SIGTERM);
        libc::sigaddset(&mut signals, libc::SIGINT);
        libc::pthread_sigmask(libc::SIG_BLOCK, &signals, std::ptr::null_mut());
        signals
    };
    std::thread::spawn(move || {
        let mut signal = 0;
        let path = std::ffi::CString::new(mountpoint).expect("it has just been mounted");
        // SAFETY: both pointers outlive the calls.
        unsafe {
            libc::sigwait(&signals, &mut signal);
            libc::umount2(path.as_ptr(), libc::MNT_DETACH);
        }
    });
}
