//! A download that goes on where it broke off. What is on disk is an allegation until it is checked as a whole.

use super::web::accepted;
use super::{FetchError, OnProgress, Progress, Web};
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, IF_RANGE, LAST_MODIFIED, RANGE};
use reqwest::{RequestBuilder, Response, StatusCode};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

/// What a download has to be.
pub(crate) struct Wanted<'a> {
    /// Its size, if it was named.
    pub(crate) size: Option<u64>,
    /// Whether what is behind the address can never be anything else: then no validator is needed to go on.
    pub(crate) is_immutable: bool,
    /// Whether these are the bytes.
    pub(crate) check: &'a (dyn Fn(&[u8]) -> Result<(), FetchError> + Sync),
}

/// A download on disk.
struct Partial {
    path: PathBuf,
    /// Says which version of a changing thing the file is the beginning of.
    validator: PathBuf,
    file: File,
    len: u64,
}

/// How long a validator is at most.
const VALIDATOR_MAX: usize = 1024;

impl Web {
    /// Downloads, or goes on with a download, in files whose names begin with `path`.
    ///
    /// # Errors
    /// [`FetchError`]. What is on disk stays there if going on may help.
    pub(crate) async fn download(
        &self,
        path: &Path,
        wanted: Wanted<'_>,
        progress: OnProgress<'_>,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Vec<u8>, FetchError> {
        let url = self.url(&request)?;
        let mut partial = Partial::open(path, &url)?;
        let mut retries = self.limits.retries;
        loop {
            let began = partial.len;
            let attempt = async {
                self.attempt(&mut partial, &wanted, progress, &request).await?;
                let bytes = partial.read()?;
                (wanted.check)(&bytes).map(|()| bytes)
            };
            match attempt.await {
                Ok(bytes) => {
                    partial.remove();
                    return Ok(bytes);
                }
                Err(error) if error.is_transient() && retries > 0 => retries -= 1,
                // The beginning may be of something else.
                Err(FetchError::OtherBytes { .. } | FetchError::OtherSize { .. }) if began > 0 && retries > 0 => {
                    retries -= 1;
                    partial.truncate()?;
                }
                Err(FetchError::BrokeOff { url, reason, .. }) => {
                    return Err(FetchError::BrokeOff { url, received: partial.len, reason });
                }
                Err(error) => {
                    use FetchError::{OtherBytes, OtherSize, TooLarge};
                    // What is too large or of other bytes never gets better.
                    if partial.len == 0 || matches!(error, TooLarge { .. } | OtherBytes { .. } | OtherSize { .. }) {
                        partial.remove();
                    }
                    return Err(error);
                }
            }
        }
    }

    fn url(&self, request: &impl Fn() -> RequestBuilder) -> Result<String, FetchError> {
        let built = request().build();
        built.map(|request| request.url().to_string()).map_err(|error| FetchError::Setup { what: error.to_string() })
    }

    async fn attempt(
        &self,
        partial: &mut Partial,
        wanted: &Wanted<'_>,
        progress: &mut (dyn FnMut(Progress) + Send),
        request: &impl Fn() -> RequestBuilder,
    ) -> Result<(), FetchError> {
        let validator = fs::read_to_string(&partial.validator).ok().filter(|text| is_header(text));
        if partial.len > 0 && validator.is_none() && !wanted.is_immutable {
            partial.truncate()?;
        }
        if wanted.size.is_some_and(|size| partial.len >= size) && partial.len > 0 {
            // It is all here, or too much.
            return if wanted.size == Some(partial.len) { Ok(()) } else { partial.truncate() };
        }
        let mut request = request();
        if partial.len > 0 {
            request = request.header(RANGE, format!("bytes={}-", partial.len));
            if let Some(validator) = &validator {
                request = request.header(IF_RANGE, validator);
            }
        }
        let response = self.send(request).await?;
        let url = response.url().to_string();
        match response.status() {
            StatusCode::PARTIAL_CONTENT if partial.len > 0 && continues(&response, partial.len) => {}
            StatusCode::RANGE_NOT_SATISFIABLE | StatusCode::PARTIAL_CONTENT => {
                partial.truncate()?;
                return Err(FetchError::BrokeOff { url, received: 0, reason: None });
            }
            _ => {
                partial.truncate()?;
                partial.keep_validator(response.headers())?;
            }
        }
        self.receive(accepted(response)?, partial, wanted, progress).await
    }

    async fn receive(
        &self,
        mut response: Response,
        partial: &mut Partial,
        wanted: &Wanted<'_>,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<(), FetchError> {
        let url = response.url().to_string();
        let total = response.content_length().map(|rest| rest.saturating_add(partial.len));
        self.check_size(&url, total.unwrap_or(0), total, wanted)?;
        progress(Progress { received: partial.len, total: wanted.size.or(total) });
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(&url, error))? {
            let len = partial.len.saturating_add(chunk.len() as u64);
            self.check_size(&url, len, None, wanted)?;
            if let Err(reason) = self.disk.append(&partial.file, &chunk) {
                return Err(FetchError::Partial { path: partial.path.clone(), reason });
            }
            partial.len = len;
            progress(Progress { received: len, total: wanted.size.or(total) });
        }
        match wanted.size.or(total) {
            Some(size) if partial.len < size => Err(FetchError::BrokeOff { url, received: partial.len, reason: None }),
            _ => Ok(()),
        }
    }

    /// Checks how much there is so far, and how much it is as a whole if that is known.
    fn check_size(&self, url: &str, sent: u64, total: Option<u64>, wanted: &Wanted<'_>) -> Result<(), FetchError> {
        let url = || url.to_owned();
        if sent > self.limits.module {
            return Err(FetchError::TooLarge { url: url(), sent, limit: self.limits.module });
        }
        match wanted.size {
            Some(named) if sent > named || total.is_some_and(|total| total != named) => {
                Err(FetchError::OtherSize { url: url(), sent, named })
            }
            _ => Ok(()),
        }
    }
}

/// Whether an answer begins where the file ends.
fn continues(response: &Response, len: u64) -> bool {
    let range = response.headers().get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
    let first = range.and_then(|range| range.strip_prefix("bytes ")).and_then(|range| range.split('-').next());
    first.and_then(|first| first.parse().ok()) == Some(len)
}

fn is_header(text: &str) -> bool {
    !text.is_empty() && text.len() <= VALIDATOR_MAX && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

impl Partial {
    /// Opens the files of a download, unless somebody else has them.
    fn open(path: &Path, url: &str) -> Result<Self, FetchError> {
        let (path, validator) = (path.with_extension("part"), path.with_extension("validator"));
        let fail = |reason| FetchError::Partial { path: path.clone(), reason };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(fail)?;
        }
        let opened = OpenOptions::new().read(true).append(true).create(true).open(&path);
        let file = opened.map_err(fail)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FetchError::InUse { url: url.to_owned() }),
            Err(TryLockError::Error(reason)) => return Err(fail(reason)),
        }
        let len = file.metadata().map_err(fail)?.len();
        Ok(Self { path, validator, file, len })
    }

    fn truncate(&mut self) -> Result<(), FetchError> {
        let truncated = remove(&self.validator).and_then(|()| self.file.set_len(0));
        self.len = 0;
        truncated.map_err(|reason| FetchError::Partial { path: self.path.clone(), reason })
    }

    /// Keeps what tells this version from others, before anything of it is kept.
    fn keep_validator(&self, headers: &HeaderMap) -> Result<(), FetchError> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| is_header(text));
        let strong = text(ETAG).filter(|tag| !tag.starts_with("W/"));
        let Some(validator) = strong.or_else(|| text(LAST_MODIFIED)) else { return Ok(()) };
        let kept = fs::write(&self.validator, validator);
        kept.map_err(|reason| FetchError::Partial { path: self.validator.clone(), reason })
    }

    fn read(&mut self) -> Result<Vec<u8>, FetchError> {
        let mut bytes = Vec::with_capacity(self.len.try_into().unwrap_or(0));
        let read = self.file.rewind().and_then(|()| (&self.file).take(self.len).read_to_end(&mut bytes));
        read.map(|_| bytes).map_err(|reason| FetchError::Partial { path: self.path.clone(), reason })
    }

    /// Removes the files. If that fails, the next download of the same begins with them and finds out.
    fn remove(&self) {
        let _ = remove(&self.validator).and_then(|()| remove(&self.path));
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Closing isn't enough: a process that another thread is just starting has the file open for a moment, too.
        let _ = self.file.unlock();
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
