//! A plugin in the plugin.

use wasmi::{Engine, Linker, Module, Store};

fn main() {
    let wasm = wat::parse_str(
        r#"(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))"#,
    );
    let engine = Engine::default();
    let module = Module::new(&engine, &wasm.unwrap()[..]).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module).unwrap();
    let add = instance.get_typed_func::<(i32, i32), i32>(&store, "add").unwrap();
    assert_eq!(add.call(&mut store, (40, 2)).unwrap(), 42);
    println!("ok");
}
