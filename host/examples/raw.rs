//! A module that knows nothing of Plugix: its exports are called by their types.

use plugix_host::raw::RawPlugin;
use plugix_host::{Engine, Error, Policy};

const MODULE: &str = r#"(module
    (memory (export "memory") 1)
    (func (export "divide") (param i32 i32) (result i32)
        (i32.div_s (local.get 0) (local.get 1))))"#;

fn main() -> anyhow::Result<()> {
    let module = Engine::new()?.load(wat::parse_str(MODULE)?)?;
    let mut plugin = RawPlugin::new(&module, &Policy::new())?;
    println!("85 / 2 = {}", plugin.call::<(i32, i32), i32>("divide", (85, 2))?);
    match plugin.call::<(i32, i32), i32>("divide", (85, 0)) {
        Err(Error::Trap(trap)) => println!("85 / 0: {trap}"),
        other => println!("85 / 0: {other:?}"),
    }
    Ok(())
}
