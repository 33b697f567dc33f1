//! What a call costs, against bare wasmer calls of an equal module. Run by `cargo xtask bench`.

use anyhow::Result;
use plugix_e2e::bench::{Report, Unit, compare, seconds};
use plugix_e2e::guest;
use plugix_e2e_contract::bench::Bench;
use plugix_e2e_contract::host::Adder;
use plugix_host::{Plugin, Policy};
use std::hint::black_box;
use std::time::Duration;
use wasmer::sys::EngineBuilder;
use wasmer::{Function, Instance, Module, Store, TypedFunction, imports};
use wasmer_compiler_cranelift::Cranelift;

const MIB: usize = 1 << 20;
const POINTS: u32 = 1_000_000;

struct HostAdder;

impl Adder for HostAdder {
    fn add(&self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }
}

/// The same functions as the plugin's, without anything of ours.
const BARE: &str = r#"(module
    (import "host" "add" (func $add (param i32 i32) (result i32)))
    (func (export "nothing"))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "call_host") (param $count i32) (result i32) (local $sum i32) (local $i i32)
        (block $done (loop $next
            (br_if $done (i32.eq (local.get $i) (local.get $count)))
            (local.set $sum (call $add (local.get $sum) (local.get $i)))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br $next)))
        (local.get $sum)))"#;

struct Bare {
    store: Store,
    nothing: TypedFunction<(), ()>,
    add: TypedFunction<(u32, u32), u32>,
    call_host: TypedFunction<u32, u32>,
}

impl Bare {
    fn new() -> Result<Self> {
        let mut store = Store::new(EngineBuilder::new(Cranelift::new()).engine());
        let module = Module::new(&store, wat::parse_str(BARE)?)?;
        let add = Function::new_typed(&mut store, |a: u32, b: u32| a.wrapping_add(b));
        let instance = Instance::new(&mut store, &module, &imports! { "host" => { "add" => add } })?;
        Ok(Self {
            nothing: instance.exports.get_typed_function(&store, "nothing")?,
            add: instance.exports.get_typed_function(&store, "add")?,
            call_host: instance.exports.get_typed_function(&store, "call_host")?,
            store,
        })
    }
}

fn main() -> Result<()> {
    let plugin = Plugin::builder(&guest("bench"))
        // With a deadline for each call, as a host would have it.
        .policy(Policy::new().call_deadline(Duration::from_secs(60)))
        .config(&POINTS)
        .provide(<dyn Adder>::provider(HostAdder))
        .start()?;
    let ours = plugin.bind::<dyn Bench>()?;
    let mut bare = Bare::new()?;
    let small = [7_u8; 64];
    let large = vec![7_u8; MIB];
    let mut report = Report::new("calls");

    let pair = compare(
        4000,
        || ours.nothing().expect("the call works"),
        || bare.nothing.call(&mut bare.store).expect("the call works"),
    );
    report.ratio("typed call without arguments / bare call", Unit::Nanoseconds, pair, 1.15);

    let pair = compare(
        4000,
        || black_box(ours.add(black_box(1), black_box(2)).expect("the call works")),
        || black_box(bare.add.call(&mut bare.store, black_box(1), black_box(2)).expect("the call works")),
    );
    report.ratio("two integers in, one out / bare", Unit::Nanoseconds, pair, 1.5);

    let pair = compare(
        2000,
        || black_box(ours.echo(black_box(&small)).expect("the call works")),
        || bare.nothing.call(&mut bare.store).expect("the call works"),
    );
    report.ratio("echo of 64 B / bare call without arguments", Unit::Nanoseconds, pair, 5.0);

    let mut copies = (vec![0_u8; MIB], vec![0_u8; MIB]);
    let pair = compare(
        4,
        || black_box(ours.echo(black_box(&large)).expect("the call works")),
        || {
            copies.0.copy_from_slice(black_box(&large));
            copies.1.copy_from_slice(black_box(&copies.0));
            black_box(&copies);
        },
    );
    report.ratio("echo of 1 MiB / one memcpy each way", Unit::Microseconds, pair, 3.0);

    const CALLS: u32 = 1000;
    let pair = compare(
        6,
        || black_box(ours.call_host(black_box(CALLS)).expect("the call works")),
        || black_box(bare.call_host.call(&mut bare.store, black_box(CALLS)).expect("the call works")),
    )
    .per(CALLS);
    report.ratio("guest calls host with two integers / bare", Unit::Nanoseconds, pair, 1.25);

    // The time that the plugin itself needs is taken off. What is left is the host's reading.
    let source = ours.points(POINTS)?;
    let read = compare(
        1,
        || black_box(ours.points(black_box(POINTS)).expect("the call works")),
        || {
            black_box(ours.make_points(black_box(POINTS)).expect("the call works"));
            black_box(source.to_vec());
        },
    );
    let made = seconds(1, || black_box(ours.make_points(black_box(POINTS)).expect("the call works")));
    let pair = read.less(made);
    report.ratio("host reads a PodVec of 1 M structs of 16 B / memcpy", Unit::Microseconds, pair, 1.43); // 70 % of its speed
    report.finish()
}
