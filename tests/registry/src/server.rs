//! A web server that answers as a test says: wrongly, partly, endlessly, never.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// A request, as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `PUT` and so on.
    pub method: String,
    /// The path with the query.
    pub path: String,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer, which needn't be a right one.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    claims: Option<u64>,
    then: Then,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Close,
    /// The connection stays, and nothing comes any more.
    Hold,
    /// The body comes again and again.
    Endless,
}

/// A server on this machine. It ends when it is dropped.
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    stops: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Request {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Where the asked range begins, if the request asks for one.
    pub fn range(&self) -> Option<usize> {
        self.header("range")?.strip_prefix("bytes=")?.split('-').next()?.parse().ok()
    }

    fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next()?, words.next()?);
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            match line.trim_end().split_once(':') {
                Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
                None => break,
            }
        }
        let mut request = Self { method, path, headers, body: Vec::new() };
        let length = request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        request.body = vec![0; length];
        reader.read_exact(&mut request.body).ok()?;
        Some(request)
    }
}

impl Answer {
    /// An answer with this status and body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), claims: None, then: Then::Close }
    }

    /// The part of a body from `first` on, as a server that knows ranges sends it.
    pub fn part(body: &[u8], first: usize) -> Self {
        let range = format!("bytes {first}-{}/{}", body.len().saturating_sub(1), body.len());
        Self::new(206, &body[first.min(body.len())..]).header("content-range", &range)
    }

    /// Leads elsewhere.
    pub fn redirect(to: &str) -> Self {
        Self::new(307, "").header("location", to)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Says that the body has this many bytes.
    #[must_use]
    pub fn claims(mut self, bytes: u64) -> Self {
        self.claims = Some(bytes);
        self
    }

    /// After the body nothing comes any more, and the connection stays.
    #[must_use]
    pub fn hold(mut self) -> Self {
        self.then = Then::Hold;
        self
    }

    /// The body comes again and again, without a word on its size.
    #[must_use]
    pub fn endless(mut self) -> Self {
        self.then = Then::Endless;
        self
    }

    /// Sends it. If the other side has gone away, that is the test's intent.
    fn send(&self, mut stream: &TcpStream, is_head: bool) {
        let mut head = format!("HTTP/1.1 {} Status\r\nconnection: close\r\n", self.status);
        if self.then != Then::Endless {
            head += &format!("content-length: {}\r\n", self.claims.unwrap_or(self.body.len() as u64));
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let _ = stream.write_all(format!("{head}\r\n").as_bytes());
        if is_head {
            return;
        }
        let mut sent = stream.write_all(&self.body);
        while self.then == Then::Endless && sent.is_ok() {
            sent = stream.write_all(&self.body);
        }
        let _ = stream.flush();
        if self.then == Then::Hold {
            // Until the other side closes it.
            let _ = stream.read_to_end(&mut Vec::new());
        }
    }
}

impl Server {
    /// A server on 127.0.0.1.
    ///
    /// # Panics
    /// If there is no port to be had.
    pub fn new(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::at([127, 0, 0, 1].into(), answer)
    }

    /// A server on another address of this machine.
    ///
    /// # Panics
    /// If there is no port to be had.
    pub fn at(address: IpAddr, answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((address, 0)).expect("this machine has a port");
        let address = listener.local_addr().expect("it is bound");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stops = Arc::new(AtomicBool::new(false));
        let (kept, ends) = (requests.clone(), stops.clone());
        let answer = Arc::new(answer);
        let run = move || {
            for stream in listener.incoming() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                let (answer, kept) = (answer.clone(), kept.clone());
                // It ends with its connection.
                thread::spawn(move || {
                    let Ok(stream) = stream else { return };
                    let Some(request) = Request::read(&stream) else { return };
                    kept.lock().expect("no test panics with it").push(request.clone());
                    answer(&request).send(&stream, request.method == "HEAD");
                });
            }
        };
        Self { address, requests, stops, thread: Some(thread::spawn(run)) }
    }

    /// The host and the port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The address of something on it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests so far.
    ///
    /// # Panics
    /// If a thread of the server has panicked.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no test panics with it").clone()
    }

    /// Forgets the requests so far.
    ///
    /// # Panics
    /// If a thread of the server has panicked.
    pub fn forget_requests(&self) {
        *self.requests.lock().expect("no test panics with it") = Vec::new();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stops.store(true, Ordering::SeqCst);
        // The thread waits for a connection.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
