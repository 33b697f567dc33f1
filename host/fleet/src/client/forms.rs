//! The form that an interface has at the hosts. It may differ from the client's in an allowed way, and from host to host
//! while versions are exchanged.

use super::Fleet;
use crate::error::Error;
use crate::wire::failure::{Failure, FailureKind};
use crate::wire::headers::Header;
use crate::wire::subject::Address;
use async_nats::{Message, Request, RequestErrorKind};
use bytes::Bytes;
use plugix_abi::interface::Interface;
use plugix_abi::interface::descriptor::{Descriptor, read_interfaces};
use plugix_module::interface::{self, Rewrites};
use std::sync::Arc;
use std::time::Duration;

/// How long a host may take to say its form.
const PATIENCE: Duration = Duration::from_secs(5);

/// The methods by their places in the trait. `None` where the hosts lack an optional one.
pub(super) type Form = Box<[Option<Target>]>;

/// A method at the hosts.
#[derive(Debug)]
pub(super) struct Target {
    /// Its name there.
    pub(super) name: String,
    /// Its form there.
    pub(super) hash: u64,
    /// What differs from the client's form.
    pub(super) rewrites: Option<Arc<Rewrites>>,
}

impl Fleet {
    /// Asks a host which form an interface has.
    pub(super) async fn form<I: Interface + ?Sized>(&self, address: &Address) -> Result<Form, Error> {
        let there = self.interfaces(address).await?;
        let fits = interface::find::<I>(&there)?;
        let found = there.iter().find(|found| found.name == I::NAME);
        let methods = found.map_or(&[][..], |found| &found.methods);
        let target = |fit: interface::Fit| {
            let method = &methods[fit.method];
            Target { name: method.name.clone(), hash: method.hash, rewrites: fit.rewrites }
        };
        Ok(fits.into_iter().map(|fit| fit.map(target)).collect())
    }

    /// What a host says of an interface: the interfaces of its plugin. That is checked as what a plugin says.
    pub(super) async fn interfaces(&self, address: &Address) -> Result<Vec<Descriptor>, Error> {
        let message = self.ask(address, address.forms(), Request::new().timeout(Some(PATIENCE))).await?;
        let section = self.body(&message).await?;
        read_interfaces(&section).map_err(|problem| malformed(&problem.to_string()))
    }

    /// Sends a message to a subject of an address, and waits for the answer.
    pub(super) async fn ask(&self, address: &Address, subject: String, request: Request) -> Result<Message, Error> {
        let message = self.shared.connection.client().send_request(subject, request).await;
        message.map_err(|error| match error.kind() {
            RequestErrorKind::NoResponders => address.nobody(),
            _ => Error::transport(error),
        })
    }

    /// The body of an answer, wherever it is.
    pub(super) async fn body(&self, message: &Message) -> Result<Bytes, Error> {
        let headers = message.headers.as_ref();
        if let Some(failure) = Header::Failure.get(headers) {
            let failure = serde_json::from_str(failure).map_err(|error| malformed(&error.to_string()))?;
            return Err(Error::Failed(Box::new(failure)));
        }
        match Header::Object.get(headers) {
            None => Ok(message.payload.clone()),
            Some(name) => self.shared.objects.take(name).await.map_err(|problem| {
                Failure::new(FailureKind::TooLarge, format!("the answer's object can't be had: {problem}")).into()
            }),
        }
    }
}

impl Address {
    /// Nobody hears what is sent there.
    fn nobody(&self) -> Error {
        Error::NobodyServes { interface: self.interface_version(), plugin: self.plugin().map(str::to_owned) }
    }
}

pub(super) fn malformed(problem: &str) -> Error {
    Failure::new(FailureKind::Malformed, format!("a host has said something that it may not: {problem}")).into()
}
