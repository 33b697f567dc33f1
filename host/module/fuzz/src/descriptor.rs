//! Custom sections. Any section is read or refused.

use plugix_abi::__private::{schema_of, write_plugin};
use plugix_abi::Interface;
use plugix_abi::interface::descriptor::{Descriptor, DescriptorError, Needs, read_interfaces, read_plugin};
use plugix_e2e_contract::extra::Extra;
use plugix_e2e_contract::host::Store;
use plugix_e2e_contract::lies::Liar;
use plugix_e2e_contract::typed::{Everything, Typed};
use plugix_fuzzing::{framed, kind};
use std::mem::discriminant;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let sections = [<dyn Typed>::DESCRIPTOR, <dyn Extra>::DESCRIPTOR, <dyn Store>::DESCRIPTOR, <dyn Liar>::DESCRIPTOR];
    // Without the length in front, which is put there again.
    let mut seeds: Vec<_> = sections.map(|section| section[4..].to_vec()).into();
    let plugin = write_plugin::<4096>("0.1.0", Needs { threads: 1, memory: 1 << 20 }, schema_of::<Everything>());
    let len = plugin.len();
    seeds.push(plugin.bytes()[4..len].to_vec());
    seeds
}

pub(crate) fn run(record: &[u8]) -> u64 {
    let section = framed(record);
    let interfaces = read_interfaces(&section);
    let plugin = read_plugin(&section);
    if let Ok(interfaces) = &interfaces {
        interfaces.iter().for_each(check);
        // The same twice is the same.
        assert_eq!(read_interfaces(&section.repeat(2)).as_ref(), Ok(interfaces));
    }
    // What stands in front of a record is read as well.
    let raw = read_interfaces(record).is_ok();
    let methods = interfaces.as_ref().map(|interfaces| interfaces.first().map_or(0, |found| found.methods.len()));
    let config = plugin.as_ref().map(|plugin| plugin.config.to_string().len().checked_ilog2());
    kind((methods.map_err(reason), config.map_err(reason), raw))
}

/// What the decoder vouches for.
fn check(interface: &Descriptor) {
    let mut names: Vec<_> = interface.methods.iter().map(|method| &method.name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), interface.methods.len(), "a method is there once");
    for method in &interface.methods {
        assert!(!format!("{:?}", method.returns).is_empty());
    }
}

fn reason(error: &DescriptorError) -> std::mem::Discriminant<DescriptorError> {
    discriminant(error)
}
