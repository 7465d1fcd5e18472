//! The part of reqwest's blocking interface that the cvmfs library calls, over plain HTTP/1.0:
//! GET, one proxy, a time limit, no TLS, no redirects, one connection a request. CernVM-FS needs
//! no more: its objects are signed or named by their hash, so they travel over plain HTTP.

use std::fmt;
use std::io;

/// What went wrong, as a sentence.
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

// The cvmfs library shows errors to people with {:?}.
impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl std::error::Error for Error {}

impl Error {
    fn io(doing: &str, authority: &str, error: io::Error) -> Self {
        Self(format!("{doing} {authority}: {error}"))
    }
}

/// A proxy, as host:port.
pub struct Proxy {
    authority: String,
}

impl Proxy {
    pub fn all(url: &str) -> Result<Self, Error> {
        let (authority, _) = split_url(url)?;
        Ok(Self { authority })
    }
}

#[derive(Clone, Copy)]
pub struct StatusCode(u16);

impl StatusCode {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.0)
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// "http://host[:port]/path" as ("host:port", "/path").
fn split_url(url: &str) -> Result<(String, &str), Error> {
    let rest = url
        .strip_prefix("http://")
        .ok_or_else(|| Error(format!("{url} is not a http:// address, the only kind supported")))?;
    let (authority, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, "/"),
    };
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let authority = if has_port { authority.to_string() } else { format!("{authority}:80") };
    Ok((authority, path))
}

pub mod blocking {
    use super::{split_url, Error, Proxy, StatusCode};
    use std::collections::HashMap;
    use std::io::{self, BufRead, BufReader, Read, Write};
    use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
    use std::sync::{LazyLock, Mutex};
    use std::time::Duration;

    pub struct Client {
        timeout: Duration,
        proxy: Option<String>,
    }

    pub struct ClientBuilder(Client);

    pub struct RequestBuilder<'a> {
        client: &'a Client,
        url: String,
    }

    pub struct Response {
        status: StatusCode,
        length: Option<u64>,
        body: Vec<u8>,
    }

    impl ClientBuilder {
        pub fn timeout(mut self, timeout: Duration) -> Self {
            self.0.timeout = timeout;
            self
        }

        pub fn proxy(mut self, proxy: Proxy) -> Self {
            self.0.proxy = Some(proxy.authority);
            self
        }

        pub fn build(self) -> Result<Client, Error> {
            Ok(self.0)
        }
    }

    impl Client {
        pub fn builder() -> ClientBuilder {
            ClientBuilder(Client { timeout: Duration::from_secs(30), proxy: None })
        }

        pub fn get(&self, url: impl AsRef<str>) -> RequestBuilder<'_> {
            RequestBuilder { client: self, url: url.as_ref().to_string() }
        }
    }

    impl RequestBuilder<'_> {
        pub fn send(self) -> Result<Response, Error> {
            let (authority, path) = split_url(&self.url)?;
            // A proxy is asked for the whole address, the server for the path alone.
            let (peer, target) = match &self.client.proxy {
                Some(proxy) => (proxy.as_str(), self.url.as_str()),
                None => (authority.as_str(), path),
            };
            let stream = connect(peer, self.client.timeout)?;
            let request = format!(
                "GET {target} HTTP/1.0\r\nHost: {authority}\r\nUser-Agent: cvmfs-compatible-client\r\n\r\n"
            );
            (&stream)
                .write_all(request.as_bytes())
                .map_err(|error| Error::io("asking", peer, error))?;
            read_response(stream, peer)
        }
    }

    impl Response {
        pub fn status(&self) -> StatusCode {
            self.status
        }

        pub fn content_length(&self) -> Option<u64> {
            self.length
        }

        pub fn bytes(self) -> Result<Vec<u8>, Error> {
            Ok(self.body)
        }

        pub fn text(self) -> Result<String, Error> {
            Ok(String::from_utf8_lossy(&self.body).into_owned())
        }
    }

    /// Names are resolved once: the client gives up its view of /etc after the mount.
    fn addresses(peer: &str) -> io::Result<Vec<SocketAddr>> {
        static KNOWN: LazyLock<Mutex<HashMap<String, Vec<SocketAddr>>>> = LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().expect("no thread panics while it holds this");
        if let Some(addresses) = known.get(peer) {
            return Ok(addresses.clone());
        }
        let addresses: Vec<SocketAddr> = peer.to_socket_addrs()?.collect();
        known.insert(peer.to_string(), addresses.clone());
        Ok(addresses)
    }

    fn connect(peer: &str, timeout: Duration) -> Result<TcpStream, Error> {
        let failed = |error| Error::io("connecting to", peer, error);
        let mut last = Error(format!("{peer} has no address"));
        for address in addresses(peer).map_err(failed)? {
            match TcpStream::connect_timeout(&address, timeout) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(timeout)).map_err(failed)?;
                    stream.set_write_timeout(Some(timeout)).map_err(failed)?;
                    return Ok(stream);
                }
                Err(error) => last = failed(error),
            }
        }
        Err(last)
    }

    fn read_response(stream: TcpStream, peer: &str) -> Result<Response, Error> {
        let failed = |error| Error::io("reading from", peer, error);
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).map_err(failed)?;
        let status = line
            .strip_prefix("HTTP/1.")
            .and_then(|rest| rest.split_whitespace().nth(1))
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| Error(format!("{peer} does not answer in HTTP")))?;
        let mut length = None;
        loop {
            line.clear();
            reader.read_line(&mut line).map_err(failed)?;
            if line.trim_end().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':') {
                if name.eq_ignore_ascii_case("content-length") {
                    length = value.trim().parse().ok();
                }
            }
        }
        let mut body = Vec::new();
        reader.read_to_end(&mut body).map_err(failed)?;
        if length.is_some_and(|length| length != body.len() as u64) {
            return Err(Error(format!("{peer} broke off its answer after {} bytes", body.len())));
        }
        Ok(Response { status: StatusCode(status), length, body })
    }
}
