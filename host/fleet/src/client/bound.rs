//! Carries the calls of a typed client to a fleet.

use super::attempt::Answer;
use super::body::{Body, DECODED};
use super::forms::Form;
use super::retry::{Next, Tries};
use super::{Calls, Fleet};
use crate::error::Error;
use crate::wire::subject::Address;
use bytes::Bytes;
use plugix_abi::interface::{
    Bind, Caller, EncodeArgs, FailureOf, Interface, Method, MethodInfo, Return as _, ReturnOf, Shape, ValueOf,
};
use plugix_module::interface::Rewrites;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;

/// An interface that hosts of a fleet have. All clones and all threads may call at once.
#[derive(Clone, Debug)]
pub struct FleetBound {
    calls: Calls,
    address: Address,
    /// What was last heard of the form at the hosts.
    form: Arc<Mutex<Arc<Form>>>,
}

/// Why a method with a stream isn't called.
const NO_STREAMS: &str =
    "it returns a stream, which is pulled by many calls to one plugin: streams stay in one machine";

/// Finds interfaces in a fleet.
pub(super) struct Binding<'a>(pub(super) &'a Calls);

impl Bind for Binding<'_> {
    type Caller = FleetBound;
    type Error = Error;

    fn bind<I: Interface + ?Sized>(&self) -> Result<FleetBound, Error> {
        let calls = self.0.clone();
        let address = Address::new(I::NAME, I::VERSION.major, calls.plugin.as_deref())?;
        let form = calls.fleet.block_on(calls.fleet.form::<I>(&address))?;
        Ok(FleetBound { calls, address, form: Arc::new(Mutex::new(Arc::new(form))) })
    }

    fn is_other_version(error: &Error) -> bool {
        match error {
            Error::NobodyServes { .. } => true,
            Error::Interface(error) => error.is_other_version(),
            _ => false,
        }
    }
}

impl Fleet {
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.shared.connection.handle().block_on(future)
    }
}

impl Caller for FleetBound {
    type Error = Error;

    fn call<I, const METHOD: usize, A>(&self, args: &A) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Error>>
    where
        I: Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        let method = &I::METHODS[METHOD];
        if let Shape::Stream(_) = method.returns.value {
            return Err(Error::Arguments { method: method.name, problem: NO_STREAMS.to_owned() }.into());
        }
        let mut encoded = Vec::new();
        args.encode(&mut encoded)
            .map_err(|error| Error::Arguments { method: method.name, problem: error.to_string() })?;
        let form = async |address: &Address| self.calls.fleet.form::<I>(address).await;
        let (answer, rewrites) = self.calls.fleet.block_on(self.exchange(METHOD, method, encoded.into(), form))?;
        let wrong = |problem| Error::Answer { method: method.name, problem };
        let rewrites = rewrites.as_deref();
        match answer.is_error {
            false => {
                let body = Body(&answer.body, rewrites.and_then(|rewrites| rewrites.value.as_ref()));
                Ok(ReturnOf::<I, METHOD>::value(body).map_err(|error| wrong(error.to_string()))?)
            }
            true => {
                let body = Body(&answer.body, rewrites.and_then(|rewrites| rewrites.error.as_ref()));
                Err(ReturnOf::<I, METHOD>::error(body).map_err(|error| wrong(error.to_string()))?)
            }
        }
    }

    fn provides<I: Interface + ?Sized>(&self, method: usize) -> bool {
        self.form()[method].is_some()
    }

    fn is_not_provided(error: &Error) -> bool {
        matches!(error, Error::NotProvided { .. })
    }
}

impl FleetBound {
    /// Calls until there is an answer, or until the call may not go out again. `ask` asks for the form at an address.
    async fn exchange(
        &self,
        place: usize,
        method: &'static MethodInfo,
        args: Bytes,
        ask: impl AsyncFn(&Address) -> Result<Form, Error>,
    ) -> Result<(Answer, Option<Arc<Rewrites>>), Error> {
        let end = Instant::now() + self.calls.deadline;
        let mut tries = Tries::default();
        // The host whose form was just learnt. Any other one may have another form again.
        let mut there = None;
        loop {
            let address = there.take().unwrap_or_else(|| self.address.clone());
            let form = self.form();
            let Some(target) = &form[place] else {
                return Err(Error::NotProvided { method: method.name, since: method.since });
            };
            let args = rewritten(method, &args, target.rewrites.as_deref())?;
            let error = match self.calls.attempt(&address, target, &args, end).await {
                Ok(answer) => return Ok((answer, target.rewrites.clone())),
                Err(error) => error,
            };
            match tries.after(&error, method.repeatable) {
                Next::GiveUp => return Err(error),
                // Nothing has run, so the error says more than that it was too late.
                Next::Again(pause) if Instant::now() + pause >= end => return Err(error),
                Next::Again(pause) => tokio::time::sleep(pause).await,
                // Boxed, since this is rare and its future is large.
                Next::AskForm => there = Box::pin(self.learn(&error, &ask)).await?,
            }
        }
    }

    /// Learns the form at the host that has another one. Returns where that is, if it is there still.
    async fn learn(
        &self,
        error: &Error,
        ask: &impl AsyncFn(&Address) -> Result<Form, Error>,
    ) -> Result<Option<Address>, Error> {
        let Error::Failed(failure) = error else { return Ok(None) };
        let there = self.address.at(&failure.plugin, &failure.host)?;
        let (form, there) = match ask(&there).await {
            Err(Error::NobodyServes { .. }) => (ask(&self.address).await?, None),
            form => (form?, Some(there)),
        };
        *self.lock() = Arc::new(form);
        Ok(there)
    }

    fn form(&self) -> Arc<Form> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Arc<Form>> {
        self.form.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The arguments in the form of the hosts.
fn rewritten(method: &MethodInfo, args: &Bytes, rewrites: Option<&Rewrites>) -> Result<Bytes, Error> {
    let Some(rewrites) = rewrites else { return Ok(args.clone()) };
    let rewritten = rewrites.arguments(args, DECODED);
    let rewritten = rewritten.map_err(|error| Error::Arguments { method: method.name, problem: error.to_string() })?;
    Ok(rewritten.map_or_else(|| args.clone(), Bytes::from))
}
