//! All system calls that there are. Their names and types come from the engine, which the host compares imports with.
//! What an argument means comes from the host's own rows: there each argument has a name.

use anyhow::{Context as _, Result, ensure};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use tokio::runtime::Runtime;
use wasmer::{Extern, Store, Type};
use wasmer_wasix::runtime::task_manager::tokio::TokioTaskManager;
use wasmer_wasix::{PluggableRuntime, WasiEnvBuilder, WasiVersion, generate_import_object_from_env};

/// The host's rows.
const ROWS: &str = include_str!("../../../host/src/running/system_calls/calls.rs");

pub(super) struct Call {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) params: Vec<Param>,
    /// `i32` or `i64`, if it returns something.
    pub(super) result: Option<&'static str>,
}

pub(super) struct Param {
    /// `i32` or `i64`.
    pub(super) ty: &'static str,
    /// The argument's name in the host's row, or nothing: the host has no row for what it closes, and for what
    /// wasmer-wasix does.
    pub(super) meaning: &'static str,
}

/// The table.
pub(super) fn calls() -> &'static [Call] {
    static CALLS: LazyLock<Vec<Call>> = LazyLock::new(|| collect().expect("the engine lists its calls"));
    &CALLS
}

/// The names of each row's arguments, by the row's name and its own namespace.
type Rows = HashMap<(&'static str, Option<&'static str>), Vec<&'static str>>;

fn rows() -> Result<Rows> {
    let (_, rows) = ROWS.split_once("\ncalls! {\n").context("the host's rows begin with `calls!`")?;
    let (rows, _) = rows.split_once("\n}").context("the host's rows end")?;
    let row = |line: &'static str| {
        let (name, rest) = line.trim().split_once('(')?;
        // How it is made stands before the name of some.
        let name = name.rsplit_once(']').map_or(name, |(_, name)| name);
        let (args, _) = rest.split_once(')')?;
        let (name, namespace) = match name.trim().split_once(" in ") {
            Some((name, namespace)) => (name, Some(namespace.trim_matches('"'))),
            None => (name.trim(), None),
        };
        let args = args.split(',').filter_map(|arg| Some(arg.split_once(':')?.0.trim()));
        Some(((name, namespace), args.collect()))
    };
    rows.lines().map(|line| row(line).with_context(|| format!("no row: {line}"))).collect()
}

fn collect() -> Result<Vec<Call>> {
    let rows = rows()?;
    let io = Runtime::new()?;
    let _io = io.enter();
    let mut store = Store::default();
    let mut runtime = PluggableRuntime::new(Arc::new(TokioTaskManager::new(io.handle().clone())));
    runtime.set_engine(store.engine().clone());
    let env = WasiEnvBuilder::new("fuzz").runtime(Arc::new(runtime)).finalize(&mut store)?;
    let versions = [WasiVersion::Snapshot0, WasiVersion::Snapshot1, WasiVersion::Wasix32v1, WasiVersion::Wasix64v1];
    let mut calls: Vec<Call> = Vec::new();
    for version in versions {
        for ((namespace, name), item) in &generate_import_object_from_env(&mut store, &env.env, version) {
            let Extern::Function(function) = item else { continue };
            if calls.iter().any(|call| (&call.namespace, &call.name) == (&namespace, &name)) {
                continue;
            }
            let ty = function.ty(&store);
            let meanings = rows.get(&(&name, Some(&namespace))).or_else(|| rows.get(&(&name, None)));
            if let Some(meanings) = meanings {
                ensure!(meanings.len() == ty.params().len(), "{namespace}.{name} has another type than its row");
            }
            let meaning = |at: usize| meanings.map_or("", |meanings| meanings[at]);
            let params = ty.params().iter().enumerate();
            let params =
                params.map(|(at, ty)| Ok(Param { ty: text(*ty)?, meaning: meaning(at) })).collect::<Result<_>>()?;
            let result = ty.results().first().map(|ty| text(*ty)).transpose()?;
            calls.push(Call { namespace, name, params, result });
        }
    }
    // The engine has no order of its own.
    calls.sort_by(|one, other| (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name)));
    Ok(calls)
}

fn text(ty: Type) -> Result<&'static str> {
    match ty {
        Type::I32 => Ok("i32"),
        Type::I64 => Ok("i64"),
        other => anyhow::bail!("a system call with {other}"),
    }
}

#[test]
fn each_row_of_the_host_is_in_the_table() -> Result<()> {
    for ((name, namespace), args) in rows()? {
        let is_it = |call: &&Call| call.name == name && namespace.is_none_or(|namespace| namespace == call.namespace);
        let known = calls()
            .iter()
            .filter(is_it)
            .any(|call| call.params.iter().map(|param| param.meaning).eq(args.iter().copied()));
        ensure!(known, "{name} in {namespace:?}");
    }
    ensure!(calls().len() > 300, "{}", calls().len());
    Ok(())
}
