//! What fuzzing looks at: a message of a process is an error of this host's, or is refused.

use super::{Failure, NotStarted, Tell};
use crate::error::{Chain, Error, ProtocolError, Site, StopReason, Symbols, Trap};
use crate::events::{Event, LimitKind};
use crate::output::StandardStream;

/// Messages of each kind that has more than numbers in it.
pub(crate) fn messages() -> Vec<Vec<u8>> {
    let site = Site::new("counter").with_thread(1);
    let breach = Error::from_breach(ProtocolError::ResultTooLarge { len: 2, limit: 1 }, site.clone());
    let trap = Error::Trap(Box::new(Trap { message: "unreachable".into(), frames: Vec::new(), site }));
    let dead = Error::Dead(Box::new(trap.clone()));
    let ended = [breach, trap, dead, Error::Stopped(StopReason::Cancelled)].map(|error| Tell::Ended((&error).into()));
    let others = [
        Tell::NotStarted(NotStarted::Refused("no".into())),
        Tell::Event(Event::LimitReached { limit: LimitKind::Memory, allowed: 1 }),
        Tell::Event(Event::Denied { operation: "connect to", target: "there".into() }),
        Tell::Output(StandardStream::Stderr, b"text".to_vec()),
        Tell::Side(1),
    ];
    let all = ended.into_iter().chain(others);
    all.map(|tell| postcard::to_allocvec(&tell).expect("messages can be encoded")).collect()
}

/// What a message comes to, without what differs from one to the next. `None` if it is refused.
pub(crate) fn hear(message: &[u8]) -> Option<String> {
    let (tell, rest) = postcard::take_from_bytes::<Tell>(message).ok()?;
    let of = |failure: Failure| {
        let error = failure.into_error(Symbols::NONE);
        assert!(!Chain(&error).to_string().is_empty(), "each error says something");
        format!("{:?}", std::mem::discriminant(&error))
    };
    let heard = match tell {
        Tell::Ended(failure) => of(failure),
        Tell::NotStarted(why) => format!("{:?}", std::mem::discriminant(&why.into_error(Symbols::NONE))),
        Tell::Event(event) => format!("{:?}", std::mem::discriminant(&event)),
        Tell::Started { .. } | Tell::Output(..) | Tell::Usage { .. } | Tell::Side(_) => "said".to_owned(),
    };
    rest.is_empty().then_some(heard)
}
