//! The connection to the servers: where they are, and who this program is to them.

mod jobs;
mod threads;

pub use threads::Blocking;

use crate::client::Fleet;
use crate::error::{ConnectError, Error, chain};
use crate::wire::identity::Identity;
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, Request, ServerAddr};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use threads::Threads;
use tokio::runtime::Handle;

/// How long a first connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How often the servers are asked whether they live. A connection that is silent for two such times is made anew.
const PING: Duration = Duration::from_secs(2);

/// How long a server may take to say that nobody has a subject. It says nothing if the program may not ask.
const ROUND_TRIP: Duration = Duration::from_secs(1);

/// How many messages may wait for a task of this program. What comes beyond that is dropped: its caller finds that nobody runs
/// the call.
const WAITING: usize = 4096;

/// Who the program is to the servers.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Login {
    /// Nobody in particular.
    #[default]
    Anonymous,
    /// A user with a password.
    User {
        /// The user's name.
        name: String,
        /// The password.
        password: String,
    },
    /// A token.
    Token(String),
    /// The seed of a user's nkey.
    NKey(String),
    /// A file of credentials, as `nsc` makes it.
    Credentials(PathBuf),
}

/// A connection that is about to be made.
#[derive(Clone, Debug)]
pub struct Builder {
    servers: String,
    name: Option<String>,
    login: Login,
    roots: Vec<PathBuf>,
    certificate: Option<(PathBuf, PathBuf)>,
    identity: Option<Arc<Identity>>,
    deadline: Duration,
}

/// A connection, and the threads that it has.
pub(crate) struct Connection {
    client: Client,
    threads: Threads,
    pub(crate) identity: Option<Arc<Identity>>,
}

impl Builder {
    pub(crate) fn new(servers: &str) -> Self {
        let deadline = Duration::from_secs(30);
        let (name, roots, certificate) = (None, Vec::new(), None);
        Self {
            servers: servers.to_owned(),
            name,
            login: Login::Anonymous,
            roots,
            certificate,
            identity: None,
            deadline,
        }
    }

    /// Sets the name that the servers' tools show for the connection.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets who the program is to the servers. By default it is nobody in particular.
    #[must_use]
    pub fn login(mut self, login: Login) -> Self {
        self.login = login;
        self
    }

    /// Adds a file with certificates (PEM) that the servers' ones may be signed by. The connection is encrypted then.
    #[must_use]
    pub fn root_certificate(mut self, file: impl Into<PathBuf>) -> Self {
        self.roots.push(file.into());
        self
    }

    /// Sets the files with the program's own certificate and key (PEM), for servers that ask for one.
    #[must_use]
    pub fn client_certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.certificate = Some((certificate.into(), key.into()));
        self
    }

    /// Signs each call with this key. Hosts that name their callers take no others.
    #[must_use]
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = Some(Arc::new(identity));
        self
    }

    /// Sets how long a call may take, unless its client says otherwise. The default is 30 seconds.
    #[must_use]
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = limit;
        self
    }

    /// Connects. Lost connections are made again, for as long as the [`Fleet`] lives.
    ///
    /// # Errors
    /// [`Error::Connect`] with what keeps the program from the servers.
    ///
    /// # Panics
    /// When it is called on a thread of an asynchronous executor, which it would block.
    pub fn connect(self) -> Result<Fleet, Error> {
        let deadline = self.deadline;
        Ok(Fleet::new(Connection::open(self).map_err(Arc::new)?, deadline))
    }
}

impl Connection {
    fn open(builder: Builder) -> Result<Self, ConnectError> {
        let threads = Threads::start().map_err(|error| file("the threads of the connection", &error))?;
        let addresses = builder.servers.split(',').map(str::trim).map(|server| {
            let wrong = |problem| ConnectError::Address { server: server.to_owned(), problem };
            server.parse::<ServerAddr>().map_err(|error| wrong(chain(&error)))
        });
        let addresses = addresses.collect::<Result<Vec<_>, _>>()?;
        let options = threads.handle().block_on(options(&builder))?;
        let client = threads.handle().block_on(options.connect(addresses)).map_err(|error| {
            let (servers, problem) = (builder.servers.clone(), chain(&error));
            match error.kind() {
                ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
                    ConnectError::Refused { servers, login: builder.login.describe(), problem }
                }
                ConnectErrorKind::Tls => ConnectError::Tls { servers, problem },
                _ => ConnectError::Unreachable { servers, problem },
            }
        })?;
        Ok(Self { client, threads, identity: builder.identity })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Waits until the server has taken what was sent before: it answers at once that nobody has this subject. (The
    /// library's `flush` only waits until it is sent.)
    pub(crate) async fn round_trip(&self) {
        let question = Request::new().timeout(Some(ROUND_TRIP));
        let _ = self.client.send_request(self.client.new_inbox(), question).await;
    }

    /// Where the connection's tasks run.
    pub(crate) fn handle(&self) -> &Handle {
        self.threads.handle()
    }

    /// What runs one kind of jobs that block.
    pub(crate) fn blocking(&self) -> Blocking {
        self.threads.blocking()
    }
}

async fn options(builder: &Builder) -> Result<ConnectOptions, ConnectError> {
    let mut options = ConnectOptions::new()
        .connection_timeout(CONNECT)
        .ping_interval(PING)
        .max_reconnects(None)
        .subscription_capacity(WAITING)
        .name(builder.name.as_deref().unwrap_or("plugix"))
        .event_callback(|event| async move {
            match event {
                Event::Connected => tracing::info!("connected to a server of the fleet"),
                Event::Disconnected => tracing::warn!("the connection to the fleet's servers is lost"),
                other => tracing::warn!(event = %other, "the connection to the fleet's servers"),
            }
        });
    options = match &builder.login {
        Login::Anonymous => options,
        Login::User { name, password } => options.user_and_password(name.clone(), password.clone()),
        Login::Token(token) => options.token(token.clone()),
        Login::NKey(seed) => options.nkey(seed.trim().to_owned()),
        Login::Credentials(path) => {
            let text = read(path, "the file of credentials").await?;
            options
                .credentials(&text)
                .map_err(|error| file(&format!("the credentials in {}", path.display()), &error))?
        }
    };
    for root in &builder.roots {
        read(root, "the root certificate").await?;
        options = options.add_root_certificates(root.clone()).require_tls(true);
    }
    if let Some((certificate, key)) = &builder.certificate {
        read(certificate, "the certificate").await?;
        read(key, "the certificate's key").await?;
        options = options.add_client_certificate(certificate.clone(), key.clone()).require_tls(true);
    }
    Ok(options)
}

/// A file that has to be there. The client's own error wouldn't name it.
async fn read(path: &Path, what: &str) -> Result<String, ConnectError> {
    let text = std::fs::read_to_string(path);
    text.map_err(|error| file(&format!("{what} {}", path.display()), &error))
}

fn file(what: &str, error: &std::io::Error) -> ConnectError {
    ConnectError::File { what: what.to_owned(), problem: error.to_string() }
}

impl Login {
    fn describe(&self) -> &'static str {
        match self {
            Self::Anonymous => "a program that says nothing of who it is",
            Self::User { .. } => "the user and the password",
            Self::Token(_) => "the token",
            Self::NKey(_) => "the nkey",
            Self::Credentials(_) => "the credentials",
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without secrets.
        f.write_str(self.describe())
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}
