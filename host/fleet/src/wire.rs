//! What crosses the network, as text and bytes. Each of these is an allegation of whoever sent it.

pub(crate) mod failure;
pub(crate) mod headers;
pub(crate) mod identity;
pub(crate) mod request;
pub(crate) mod subject;
