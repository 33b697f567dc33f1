//! Who calls: signatures, and what is refused.

use crate::kit::*;
use plugix_fleet::serve::Server;
use plugix_fleet::{FailureKind, Fleet, Identity};
use plugix_nats::Server as Nats;
use std::sync::Arc;

#[test]
fn a_host_that_names_its_callers_takes_no_others() {
    let nats = Nats::start().unwrap();
    let (ours, theirs) = (Identity::generate(), Identity::generate());
    let fleet = connect(&nats.url());
    let server = Server::builder(&fleet, "one").callers([ours.caller()]).build().unwrap();
    let gates = Arc::default();
    let host = host_of(&server, &gates, 4);
    let known = ours.caller();
    let signing = |identity| Fleet::builder(&nats.url()).identity(identity).connect().unwrap();
    let work = signing(ours).bind::<dyn Work>().unwrap();
    assert_eq!(work.echo(b"ours").unwrap(), b"ours");
    assert_eq!(host.backend.calls.lock().unwrap()[0].caller, Some(known));
    let stranger = signing(theirs).bind::<dyn Work>().unwrap().echo(b"theirs").unwrap_err();
    assert_eq!(stranger.failure(), Some(FailureKind::Refused));
    assert!(stranger.to_string().contains("takes no calls from U"), "{stranger}");
    let unsigned = fleet.bind::<dyn Work>().unwrap().echo(b"whose").unwrap_err();
    assert_eq!(unsigned.failure(), Some(FailureKind::Refused));
    assert!(unsigned.to_string().contains("connect with an identity"), "{unsigned}");
    assert_eq!(host.backend.calls.lock().unwrap().len(), 1);
}

#[test]
fn keys_are_read_and_others_refused() {
    let identity = Identity::generate();
    assert_eq!(Identity::from_seed(&format!("{}\n", identity.seed())).unwrap().caller(), identity.caller());
    let account = "SAANRM6JVDEYZTR6DXCWUSDDJHGOHAFITXEQBSEZSY5JENTDVRZ6WNKTTY";
    for text in ["", "SU", "x", account, identity.caller().as_str()] {
        assert!(Identity::from_seed(text).is_err(), "{text}");
    }
    assert!(plugix_fleet::Caller::from_public_key(&identity.seed()).is_err());
    assert!(!format!("{identity:?}").contains(&identity.seed()));
}
