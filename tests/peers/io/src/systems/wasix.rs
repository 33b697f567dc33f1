//! Stock wasmer with wasmer-wasix: its own files, network and task manager, and nothing that limits it.

use super::FOLDER;
use anyhow::{Context as _, Result, ensure};
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Runtime;
use virtual_fs::MountFileSystem;
use virtual_fs::host_fs::FileSystem;
use wasmer::sys::{EngineBuilder, Features};
use wasmer::{Engine, Module, Store};
use wasmer_compiler_cranelift::Cranelift;
use wasmer_wasix::runtime::task_manager::tokio::TokioTaskManager;
use wasmer_wasix::{PluggableRuntime, WasiEnvBuilder, WasiError};

pub(super) fn prepare(module: &Path, folder: &Path, args: &[String]) -> Result<impl Fn() -> Result<()> + use<>> {
    let mut features = Features::default();
    features.threads(true).exceptions(true);
    let engine: Engine = EngineBuilder::new(Cranelift::new()).set_features(Some(features)).engine().into();
    let module = Module::new(&engine, std::fs::read(module)?)?;
    let io = Runtime::new()?;
    let entered = io.enter();
    let mut runtime = PluggableRuntime::new(Arc::new(TokioTaskManager::new(io.handle().clone())));
    runtime.set_engine(engine.clone());
    drop(entered);
    let (runtime, folder, args) = (Arc::new(runtime), folder.to_owned(), args.to_vec());
    Ok(move || {
        let _io = io.enter();
        let mut store = Store::new(engine.clone());
        let files = MountFileSystem::new();
        files.mount(Path::new(FOLDER), Arc::new(FileSystem::new(io.handle().clone(), &folder)?))?;
        let builder = WasiEnvBuilder::new("work").runtime(runtime.clone()).mount_fs(files);
        let builder = builder.args(&args).preopen_dir("/")?;
        let (instance, _env) = builder.instantiate(module.clone(), &mut store)?;
        let start = instance.exports.get_typed_function::<(), ()>(&store, "_start").context("no program")?;
        match start.call(&mut store) {
            Ok(()) => Ok(()),
            Err(error) => match error.downcast::<WasiError>() {
                Ok(WasiError::Exit(code)) => {
                    ensure!(code.is_success(), "it ends with {code}");
                    Ok(())
                }
                Ok(other) => Err(other.into()),
                Err(trap) => Err(trap.into()),
            },
        }
    })
}
