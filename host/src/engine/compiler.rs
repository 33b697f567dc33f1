//! The compiler: what it is told, and what its code depends on.

use crate::artifact::Origin;
use plugix_module::REWRITING;
use wasmer::sys::{EngineBuilder, Features, NativeEngineExt};
use wasmer_compiler_cranelift::Cranelift;
use wasmer_types::target::Target;

/// Switches one feature of WebAssembly.
type Switch = fn(&mut Features, bool) -> &mut Features;

/// What modules may use: all that the guest toolchain emits, and a second memory, which the host adds to each module
/// for its own use (a module of a plugin's has one at most).
const FEATURES: [(&str, Switch); 10] = [
    ("threads", Features::threads),
    ("reference-types", Features::reference_types),
    ("simd", Features::simd),
    ("relaxed-simd", Features::relaxed_simd),
    ("bulk-memory", Features::bulk_memory),
    ("multi-value", Features::multi_value),
    ("multi-memory", Features::multi_memory),
    ("tail-call", Features::tail_call),
    ("exceptions", Features::exceptions),
    ("extended-const", Features::extended_const),
];

/// An engine of wasmer's that compiles for such processors.
pub(super) fn engine(target: &Target) -> wasmer::Engine {
    let mut features = Features::none();
    for (_, switch) in FEATURES {
        switch(&mut features, true);
    }
    let builder = EngineBuilder::new(Cranelift::new()).set_features(Some(features));
    builder.set_target(Some(target.clone())).engine().into()
}

/// What the code of an engine depends on.
pub(super) fn origin(engine: &wasmer::Engine) -> Origin {
    let target = engine.target();
    let mut cpu: Vec<_> = target.cpu_features().iter().map(|feature| feature.to_string()).collect();
    cpu.sort();
    Origin {
        plugix: env!("CARGO_PKG_VERSION").to_owned(),
        rewriting: REWRITING,
        wasmer: wasmer_types::VERSION.to_owned(),
        target: target.triple().to_string(),
        cpu,
        compiler: format!("{} {}", engine.deterministic_id(), FEATURES.map(|(name, _)| name).join("+")),
    }
}
