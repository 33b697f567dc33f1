//! The functions that wasmer-wasix provides, as wasmer-wasix itself lists them.

use super::runtime::PluginRuntime;
use super::signature::function_type;
use crate::error::LoadError;
use plugix_abi::import as abi;
use plugix_abi::interface::ImportKind;
use plugix_module::{Import, ModuleInfo};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::runtime::Handle;
use wasmer::{Extern, FunctionType, Type};
use wasmer_wasix::{Runtime as _, WasiEnvBuilder, WasiVersion, generate_import_object_from_env};

/// The name and the type of each function, by module.
#[derive(Debug)]
pub(crate) struct WasiImports(HashMap<(String, String), FunctionType>);

impl WasiImports {
    /// Makes one environment in which nothing runs, and asks it what it would provide.
    pub(crate) fn collect(engine: wasmer::Engine, io: &Handle) -> Self {
        let _guard = io.enter();
        let runtime = PluginRuntime::idle(engine, io);
        let mut store = runtime.new_store();
        let env = WasiEnvBuilder::new("plugix")
            .runtime(Arc::new(runtime))
            .finalize(&mut store)
            .expect("an environment without mounts, arguments or variables can be made");
        let versions = [WasiVersion::Snapshot0, WasiVersion::Snapshot1, WasiVersion::Wasix32v1, WasiVersion::Wasix64v1];
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

    /// The module and the name of each function.
    #[cfg(test)]
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.keys().map(|(module, name)| (module.as_str(), name.as_str()))
    }

    /// The modules that have a function of that name, and its types.
    #[cfg(test)]
    pub(super) fn types(&self, name: &str) -> impl Iterator<Item = (&str, &FunctionType)> {
        self.0.iter().filter(move |((_, other), _)| other == name).map(|((module, _), ty)| (module.as_str(), ty))
    }

    /// Refuses a module that imports anything else than these functions, with these types, the host's, and its memory.
    pub(crate) fn check(&self, info: &ModuleInfo) -> Result<(), LoadError> {
        info.imports.iter().filter(|import| !import.is_memory()).try_for_each(|import| {
            let unknown = || LoadError::UnknownImport { module: import.module.clone(), name: import.name.clone() };
            let expected = if import.is_host_function() {
                host_function(info, import).ok_or_else(unknown)?
            } else {
                let key = (import.module.clone(), import.name.clone());
                self.0.get(&key).cloned().ok_or_else(unknown)?
            };
            match function_type(import) {
                Some(found) if found == expected => Ok(()),
                _ => Err(LoadError::ImportType {
                    module: import.module.clone(),
                    name: import.name.clone(),
                    expected: expected.to_string(),
                    found: import.describe(),
                }),
            }
        })
    }
}

/// The type of a host function, as the plugin itself describes the interface. `None` if the plugin doesn't describe the
/// function.
fn host_function(info: &ModuleInfo, import: &Import) -> Option<FunctionType> {
    if import.module == abi::HOST {
        return match import.name.as_str() {
            abi::TAKE_RESULT => Some(FunctionType::new([Type::I32; 2], [Type::I32])),
            abi::PROVIDES => Some(FunctionType::new([Type::I32; 2], [Type::I32])),
            abi::STREAM_NEXT => Some(FunctionType::new([Type::I32; 3], [Type::I64])),
            abi::PANICKING | abi::SERVE => Some(FunctionType::new([], [])),
            abi::STREAM_DROP => Some(FunctionType::new([Type::I32], [])),
            _ => None,
        };
    }
    let interface = import.module.strip_prefix(abi::INTERFACE_PREFIX)?;
    let interface = info.uses.iter().find(|uses| uses.name == interface)?;
    let method = interface.methods.iter().find(|method| method.name == import.name)?;
    Some(match method.import {
        ImportKind::Frame => FunctionType::new([Type::I32; 4], [Type::I64]),
        ImportKind::Scalar => FunctionType::new(vec![Type::I64; method.args.len()], [Type::I64]),
    })
}
