//! The functions that wasmer-wasix provides, as the engine itself lists them.

use super::info::{Import, ImportType, ModuleInfo};
use crate::runtime::PluginRuntime;
use crate::{Engine, LoadError};
use std::collections::HashMap;
use std::sync::Arc;
use wasmer::{Extern, FunctionType, Store, Type};
use wasmer_wasix::{WasiEnvBuilder, WasiVersion, generate_import_object_from_env};
use wasmparser::{FuncType, ValType};

/// The name and the type of each function, by module.
#[derive(Debug)]
pub(crate) struct WasiImports(HashMap<(String, String), FunctionType>);

impl WasiImports {
    /// Makes one environment that nothing runs in, and asks it what it would provide.
    pub(crate) fn collect(engine: &Engine) -> Self {
        let _guard = engine.io().enter();
        let runtime = PluginRuntime::idle(engine);
        let mut store = Store::new(engine.wasmer().clone());
        let env = WasiEnvBuilder::new("plugix")
            .runtime(Arc::new(runtime))
            .finalize(&mut store)
            .expect("an environment without mounts, arguments or variables can be made");
        let versions =
            [WasiVersion::Snapshot0, WasiVersion::Snapshot1, WasiVersion::Wasix32v1, WasiVersion::Wasix64v1];
        let mut functions = HashMap::new();
        for version in versions {
            for ((module, name), item) in &generate_import_object_from_env(&mut store, &env.env, version) {
                if let Extern::Function(function) = item {
                    functions.insert((module, name), function.ty(&store));
                }
            }
        }
        Self(functions)
    }

    /// Refuses a module that imports anything else than these functions, with these types, and its memory.
    pub(crate) fn check(&self, info: &ModuleInfo) -> Result<(), LoadError> {
        info.imports.iter().filter(|import| !import.is_memory()).try_for_each(|import| self.check_import(import))
    }

    fn check_import(&self, import: &Import) -> Result<(), LoadError> {
        let (module, name) = (import.module.clone(), import.name.clone());
        let Some(expected) = self.0.get(&(module.clone(), name.clone())) else {
            return Err(LoadError::UnknownImport { module, name });
        };
        match &import.ty {
            ImportType::Function(found) if same(expected, found) => Ok(()),
            ImportType::Function(found) => Err(LoadError::ImportType {
                module,
                name,
                expected: expected.to_string(),
                found: format!("{:?} -> {:?}", found.params(), found.results()),
            }),
            ImportType::Other(found) => Err(LoadError::ImportType {
                module,
                name,
                expected: expected.to_string(),
                found: format!("{found:?}"),
            }),
        }
    }
}

fn same(expected: &FunctionType, found: &FuncType) -> bool {
    let equal = |expected: &[Type], found: &[ValType]| {
        expected.len() == found.len() && expected.iter().zip(found).all(|(expected, found)| same_value(expected, found))
    };
    equal(expected.params(), found.params()) && equal(expected.results(), found.results())
}

/// System interfaces take and return numbers only.
fn same_value(expected: &Type, found: &ValType) -> bool {
    matches!(
        (expected, found),
        (Type::I32, ValType::I32) | (Type::I64, ValType::I64) | (Type::F32, ValType::F32) | (Type::F64, ValType::F64)
    )
}
