//! Descriptors that can't be read, or whose claims are wrong. The host finds that before it compiles anything.

use super::DATA;
use anyhow::{Result, bail};
use plugix_e2e::{assert_matches, engine, module, with_invalid_code, with_section};
use plugix_e2e_contract::host::Store;
use plugix_e2e_contract::lies::Liar;
use plugix_e2e_contract::typed::Typed;
use plugix_host::abi::__private::write_interface;
use plugix_host::abi::Interface;
use plugix_host::abi::interface::descriptor::{DescriptorError, MAX_SECTION_LEN, section};
use plugix_host::abi::interface::{InterfaceInfo, MethodInfo, ReturnInfo, Shape};
use plugix_host::error::{CallError, InterfaceError, LoadError, ModuleError};
use plugix_host::{Error, Module, Plugin, Policy};
use serde_json::json;

/// The parrot with these bytes in a section. Its code can't be compiled.
fn load(name: &str, data: &[u8]) -> Result<Module, LoadError> {
    let wasm = module("lies", "parrot").and_then(|wasm| with_invalid_code(&wasm)).expect("a fixture");
    engine().load(with_section(wasm, name, data))
}

/// Why the section can't be read.
fn problem(name: &str, data: &[u8]) -> Result<DescriptorError> {
    match load(name, data) {
        Err(LoadError::Module(ModuleError::Descriptor { section, problem })) if section == name => Ok(problem),
        other => bail!("{other:?}"),
    }
}

/// A record of [`Liar`]'s with other methods.
fn claiming(methods: &[MethodInfo]) -> Vec<u8> {
    let info = InterfaceInfo { methods: methods.to_vec().leak(), ..*<dyn Liar>::INFO };
    let writer = write_interface::<{ 1 << 14 }>(&info);
    let len = writer.len();
    writer.bytes()[..len].to_vec()
}

#[test]
fn sections_that_end_too_early() -> Result<()> {
    let whole = <dyn Liar>::DESCRIPTOR;
    for section in [section::IMPLEMENTS, section::USES] {
        for len in 1..whole.len() {
            assert_eq!(problem(section, &whole[..len])?, DescriptorError::Truncated, "{len} bytes");
        }
    }
    load(section::IMPLEMENTS, whole)?;
    Ok(())
}

#[test]
fn sections_of_anything() -> Result<()> {
    for name in [section::PLUGIN, section::IMPLEMENTS, section::USES] {
        assert_eq!(problem(name, &[0; MAX_SECTION_LEN + 1])?, DescriptorError::TooLong { len: MAX_SECTION_LEN + 1 });
        assert_eq!(problem(name, &[6, 0, 0, 0, 2, 1, 0, 0, 0, 0])?, DescriptorError::UnknownFormat(2));
        assert_eq!(problem(name, &[0xff; 100])?, DescriptorError::Truncated);
    }
    // The longest section that is read may mean anything. It takes no more memory than its length.
    assert_matches!(problem(section::IMPLEMENTS, &vec![0; MAX_SECTION_LEN])?, DescriptorError::Truncated);
    Ok(())
}

#[test]
fn sections_of_one_name_are_one() -> Result<()> {
    let (start, end) = <dyn Liar>::DESCRIPTOR.split_at(100);
    let wasm = with_section(module("lies", "parrot")?, section::IMPLEMENTS, start);
    let module = engine().load(with_section(wasm, section::IMPLEMENTS, end))?;
    assert_eq!(module.info().implements.len(), 1);
    Ok(())
}

#[test]
fn methods_and_interfaces_that_are_there_twice() -> Result<()> {
    let method = <dyn Liar>::METHODS[1];
    let duplicate = DescriptorError::DuplicateMethod { interface: "Liar".into(), method: "number".into() };
    assert_eq!(problem(section::IMPLEMENTS, &claiming(&[method, method]))?, duplicate);
    let other = [<dyn Liar>::DESCRIPTOR, &claiming(&[method])].concat();
    assert_eq!(problem(section::IMPLEMENTS, &other)?, DescriptorError::DuplicateInterface("Liar".into()));
    let twice = <dyn Liar>::DESCRIPTOR.repeat(2);
    assert_eq!(load(section::IMPLEMENTS, &twice)?.info().implements.len(), 1, "the same twice is the same");
    Ok(())
}

#[test]
fn hashes_that_are_not_those_of_the_types() -> Result<()> {
    let mut section = <dyn Liar>::DESCRIPTOR.to_vec();
    let last = section.len() - 1;
    // The last method has no error. These bytes say that it has one, and its type is missing.
    section[last] = 1;
    assert_eq!(problem(section::IMPLEMENTS, &section)?, DescriptorError::Truncated);
    let flag = <dyn Liar>::METHODS[2];
    let hash = plugix_host::abi::interface::descriptor::hash_method(&flag).to_le_bytes();
    let mut section = claiming(&[flag]);
    let at = section.windows(8).position(|window| window == hash).expect("the hash is there");
    section[at] ^= 1;
    assert_eq!(problem(section::IMPLEMENTS, &section)?, DescriptorError::WrongHash("flag".into()));
    Ok(())
}

#[test]
fn elements_that_can_not_be() -> Result<()> {
    let points = <dyn Liar>::METHODS[5];
    let Shape::Pod { element, .. } = points.returns.value else { bail!("{points:?}") };
    let sizes = [(0, 4), (16, 0), (16, 3), (16, 32), (16, 1 << 31), (15, 2)];
    for (size, align) in sizes {
        let returns = ReturnInfo { value: Shape::Pod { element, size, align }, error: None };
        let section = claiming(&[MethodInfo { returns, ..points }]);
        assert_eq!(problem(section::IMPLEMENTS, &section)?, DescriptorError::NumberOutOfRange, "{size} {align}");
    }
    Ok(())
}

#[test]
fn methods_that_are_claimed_and_not_exported() -> Result<()> {
    let wasm = module("lies", "parrot")?;
    let plugin = |section: &[u8]| -> Result<Plugin> {
        Ok(Plugin::new(&engine().load(with_section(wasm.clone(), section::IMPLEMENTS, section))?, &Policy::new())?)
    };
    let typed = plugin(<dyn Typed>::DESCRIPTOR)?;
    let expected = InterfaceError::NotExported { interface: "Typed".into(), method: "everything".into() };
    assert_matches!(typed.bind::<dyn Typed>().err(), Some(Error::Interface(found)) if **found == expected);
    assert_matches!(typed.call_json("fraction", &json!([1.5])), Err(CallError::Failed(Error::NoSuchMethod { .. })));
    assert_matches!(typed.call::<_, f64>("fraction", &(1.5,)), Err(CallError::Failed(Error::NoSuchMethod { .. })));
    // The plugin's export can be called. Only its type is a lie.
    let text = <dyn Liar>::METHODS[3];
    let plugin = plugin(&claiming(&[MethodInfo { returns: <dyn Liar>::METHODS[1].returns, ..text }]))?;
    super::tell(&plugin, 0, DATA, 2, b"\xac\x02")?;
    assert_eq!(plugin.call_json("text", &json!([])).ok(), Some(json!(300)));
    assert_matches!(plugin.bind::<dyn Liar>().err(), Some(Error::Interface(error)) if matches!(**error, InterfaceError::MissingMethod { .. }));
    Ok(())
}

#[test]
fn host_functions_that_are_imported_otherwise_than_described() -> Result<()> {
    let wasm = module("lies", "caller")?;
    let with = |section: &[u8]| engine().load(with_section(wasm.clone(), section::USES, section));
    // The method is not described at all; the interface is described without it; it is described with numbers.
    assert_matches!(engine().load(&wasm[..]), Err(LoadError::UnknownImport { module, name }) if module == "plugix:Store" && name == "put");
    let info = InterfaceInfo { methods: &<dyn Store>::METHODS[1..], ..*<dyn Store>::INFO };
    let writer = write_interface::<4096>(&info);
    let len = writer.len();
    assert_matches!(with(&writer.bytes()[..len]), Err(LoadError::UnknownImport { name, .. }) if name == "put");
    let mut methods = <dyn Store>::METHODS.to_vec();
    methods[0].import = plugix_host::abi::interface::ImportKind::Scalar;
    let info = InterfaceInfo { methods: methods.leak(), ..*<dyn Store>::INFO };
    let writer = write_interface::<4096>(&info);
    let len = writer.len();
    assert_matches!(with(&writer.bytes()[..len]), Err(LoadError::ImportType { name, .. }) if name == "put");
    Ok(())
}
