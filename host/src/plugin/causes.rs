//! A cause is told once: by `source()`, and not also by the text of the error that it caused.

use crate::error::{
    ArtifactError, CacheError, Chain, ChildError, DumpError, Error, LoadError, ModuleError, ProtocolError, Site,
    StopReason,
};
use crate::plugin::pool::TakeError;
#[cfg(feature = "toml")]
use crate::policy::PolicyError;
use plugix_abi::interface::descriptor::DescriptorError;
use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Whether an error has a cause to tell. A new variant belongs here. If it has a cause, it belongs among the errors
/// below as well.
trait HasCause: StdError + 'static {
    fn has_cause(&self) -> bool;
}

impl HasCause for Error {
    fn has_cause(&self) -> bool {
        match self {
            Self::NotStarted(_) | Self::Protocol { .. } | Self::Stopped(_) | Self::Dead(_) => true,
            Self::NoSuchMethod { .. } | Self::AmbiguousMethod { .. } | Self::NotProvided { .. } => false,
            Self::Arguments(_) | Self::BadArguments { .. } | Self::WrongResultType { .. } => false,
            Self::Overloaded(_) | Self::Interface(_) | Self::NotShareable { .. } | Self::Busy => false,
            Self::Panic(_) | Self::Trap(_) | Self::Exited { .. } | Self::Process(_) => false,
        }
    }
}

impl HasCause for LoadError {
    fn has_cause(&self) -> bool {
        match self {
            Self::Start(_) | Self::Io { .. } => true,
            Self::Artifact(error) => error.has_cause(),
            Self::Cache(error) => error.has_cause(),
            Self::Child(error) => matches!(error, ChildError::Start { .. }),
            Self::Module(error) => matches!(error, ModuleError::Descriptor { .. } | ModuleError::Requests(_)),
            Self::IsArtifact | Self::Cpu { .. } | Self::CompileTime { .. } => false,
            Self::Compiler(_) | Self::NoOptimizer => false,
            Self::Engine(_) | Self::UnknownImport { .. } | Self::ImportType { .. } => false,
            Self::NeedsMemory { .. } | Self::NeedsThreads { .. } | Self::NeedsTable { .. } | Self::NotACommand => false,
            Self::WrongMagic { .. } | Self::AbiTooNew { .. } | Self::AbiTooOld { .. } => false,
            Self::Metadata { .. } | Self::Interface(_) | Self::Refused { .. } => false,
            Self::Configuration { .. } | Self::Policy { .. } | Self::Link { .. } => false,
            Self::Process(_) | Self::Wall { .. } | Self::Isolation { .. } => false,
        }
    }
}

impl HasCause for ArtifactError {
    fn has_cause(&self) -> bool {
        match self {
            Self::Io { .. } => true,
            Self::NotAnArtifact { .. } | Self::OtherFormat { .. } | Self::Damaged { .. } | Self::Engine(_) => false,
            Self::OtherVersion { .. } | Self::OtherTarget { .. } | Self::OtherCpu { .. } => false,
            Self::OtherConfiguration { .. } => false,
        }
    }
}

impl HasCause for CacheError {
    fn has_cause(&self) -> bool {
        match self {
            Self::Io { .. } => true,
            Self::NoFolder | Self::OthersCanWrite { .. } | Self::NotOurs { .. } => false,
        }
    }
}

impl HasCause for DumpError {
    fn has_cause(&self) -> bool {
        match self {
            Self::Io { .. } => true,
            Self::Full { .. } | Self::Busy { .. } | Self::Slow { .. } => false,
        }
    }
}

impl HasCause for TakeError {
    fn has_cause(&self) -> bool {
        match self {
            Self::Load(_) => true,
            Self::Overloaded(_) => false,
        }
    }
}

#[cfg(feature = "toml")]
impl HasCause for PolicyError {
    fn has_cause(&self) -> bool {
        match self {
            Self::Read { .. } => true,
            Self::Text(_) | Self::Config(_) => false,
        }
    }
}

fn denied() -> io::Error {
    io::ErrorKind::PermissionDenied.into()
}

/// One error for each cause.
fn with_causes() -> Vec<Box<dyn HasCause + Send + Sync>> {
    let (what, path) = ("read it".to_owned(), PathBuf::from("plugix.toml"));
    let breach = Error::from_breach(ProtocolError::NotAsked, Site::new("counter"));
    vec![
        Box::new(Error::NotStarted(Arc::new(ModuleError::NoMemory.into()))),
        Box::new(Error::Stopped(StopReason::Cancelled)),
        Box::new(Error::Dead(Box::new(Error::Stopped(StopReason::Unloaded)))),
        Box::new(Error::Dead(Box::new(breach.clone()))),
        Box::new(LoadError::Module(ModuleError::Descriptor {
            section: "plugix.implements",
            problem: DescriptorError::Truncated,
        })),
        Box::new(LoadError::Start(breach.clone())),
        Box::new(LoadError::Io { what: what.clone(), source: denied() }),
        Box::new(LoadError::from(ArtifactError::Io { what: what.clone(), source: denied() })),
        Box::new(LoadError::from(CacheError::Io { what: what.clone(), source: denied() })),
        Box::new(ArtifactError::Io { what: what.clone(), source: denied() }),
        Box::new(CacheError::Io { what: what.clone(), source: denied() }),
        Box::new(DumpError::Io { what, source: denied() }),
        Box::new(TakeError::from(LoadError::Start(breach.clone()))),
        #[cfg(feature = "toml")]
        Box::new(PolicyError::Read { path, source: denied() }),
        Box::new(breach),
    ]
}

#[test]
fn each_cause_is_told_once() {
    for error in with_causes() {
        assert!(error.has_cause(), "{error:?}");
        let chain = Chain(&*error).to_string();
        let mut told: &dyn StdError = &*error;
        while let Some(cause) = told.source() {
            let (text, of_cause) = (told.to_string(), cause.to_string());
            assert!(!text.contains(&of_cause), "{text:?} tells its cause, {of_cause:?}");
            assert_eq!(chain.matches(&of_cause).count(), 1, "{chain}");
            told = cause;
        }
        assert_eq!(chain, format!("{:#}", anyhow::Error::from_boxed(error)));
    }
}
