//! LLVM: the compiler of those who ship compiled modules.
//!
//! wasmer links its code into an ELF image (`experimental_artifact`). Only so does the code keep where its instructions come
//! from, and its calls of the engine's functions go through pointers that the host can set (`artifact/raise.rs`). Hosts load
//! the image without LLVM.

use crate::error::LoadError;
use std::num::NonZero;
use wasmer::sys::CompilerConfig;

/// The compiler, which compiles so many functions at the same time.
///
/// Loads and stores stay volatile, as wasmer has them. Otherwise LLVM would leave out reads that nobody uses, and with them
/// the checks that make a plugin stoppable.
#[cfg(feature = "llvm")]
pub(super) fn compiler(threads: NonZero<usize>) -> Result<Box<dyn CompilerConfig>, LoadError> {
    let mut compiler = wasmer_compiler_llvm::LLVM::new();
    compiler.num_threads(threads);
    compiler.experimental_artifact(true);
    Ok(Box::new(compiler))
}

/// # Errors
/// [`LoadError::NoOptimizer`]: this program was built without LLVM.
#[cfg(not(feature = "llvm"))]
pub(super) fn compiler(_: NonZero<usize>) -> Result<Box<dyn CompilerConfig>, LoadError> {
    Err(LoadError::NoOptimizer)
}

#[cfg(all(test, feature = "llvm"))]
mod tests {
    use crate::code::{Compiler, Cpu, Optimization, Stopping};

    /// Hosts without LLVM have to know it.
    #[test]
    fn its_name_is_the_one_in_origins() {
        let compiler = Compiler::new(Cpu::Baseline, Optimization::Full).unwrap();
        let name = compiler.compiling_engine().unwrap().deterministic_id();
        let origin = compiler.origin_of(Stopping::Possible);
        assert_eq!(origin.compiler.split_once(' ').unwrap().0, name);
    }
}
