//! The command line.

const USAGE: &str = "usage: cvmfs-compatible-client [--foreground] --server URL... --key FILE... \
--cache DIRECTORY [--proxy URL] [--log FILE] REPOSITORY MOUNTPOINT";

pub struct Options {
    /// Stay in the foreground, with the caller's outputs.
    pub foreground: bool,
    /// Where the repository is served, best first, the repository's name included.
    pub servers: Vec<String>,
    /// Public keys (PEM), one of which must have signed the whitelist.
    pub keys: Vec<String>,
    /// This repository's own cache directory; made when missing.
    pub cache: String,
    pub proxy: Option<String>,
    /// Takes what is written after the mount stands.
    pub log: Option<String>,
    pub repository: String,
    pub mountpoint: String,
}

impl Options {
    pub fn from_arguments(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = arguments;
        let (mut foreground, mut servers, mut keys) = (false, Vec::new(), Vec::new());
        let (mut cache, mut proxy, mut log) = (None, None, None);
        let mut positional = Vec::new();
        while let Some(argument) = arguments.next() {
            if argument == "--foreground" {
                foreground = true;
                continue;
            }
            if !argument.starts_with("--") {
                positional.push(argument);
                continue;
            }
            let value =
                arguments.next().ok_or_else(|| format!("{argument} needs a value; {USAGE}"))?;
            match argument.as_str() {
                "--server" => servers.push(value.trim_end_matches('/').to_string()),
                "--key" => keys.push(absolute(value)?),
                "--cache" => cache = Some(absolute(value)?),
                "--proxy" => proxy = Some(value),
                "--log" => log = Some(absolute(value)?),
                _ => return Err(format!("unknown option {argument}; {USAGE}")),
            }
        }
        let [repository, mountpoint] =
            <[String; 2]>::try_from(positional).map_err(|_| USAGE.to_string())?;
        if servers.is_empty() || keys.is_empty() {
            return Err(format!("a server and a public key are needed; {USAGE}"));
        }
        let cache = cache.ok_or_else(|| format!("a cache directory is needed; {USAGE}"))?;
        let mountpoint = absolute(mountpoint)?;
        Ok(Self { foreground, servers, keys, cache, proxy, log, repository, mountpoint })
    }
}

/// The working directory changes before the paths are used.
fn absolute(path: String) -> Result<String, String> {
    let absolute = std::path::absolute(&path).map_err(|error| format!("{path}: {error}"))?;
    absolute.into_os_string().into_string().map_err(|_| format!("{path} is not UTF-8"))
}
