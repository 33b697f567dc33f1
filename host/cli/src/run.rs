//! `plugix run`.

mod call;
mod denials;
mod dump;
mod failure;
mod measure;
mod profile;

use crate::{advice, load, methods, policy, program};
use anyhow::{Result, anyhow, bail, ensure};
use plugix_host::module::Form;
use std::path::PathBuf;
use std::process::ExitCode;
use tracing::level_filters::LevelFilter;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix run words.wasm                         # a program runs; of a plugin, the methods are listed\n  \
    plugix run words.wasm count '[\"/books\", 2]' --policy plugix.toml\n  \
    plugix run words.wasm Words/count '{\"folder\": \"/books\", \"threads\": 2}'\n  \
    plugix run words.wasm load @arguments.json    # from a file; `-` is standard input\n  \
    plugix run words.wasm --config '{\"language\": \"en\"}' count '[]'\n  \
    plugix run words.wasm greet '[\"ada\"]' --fake answers.toml --time\n  \
    plugix run words.wasm count '[\"/books\", 2]' --profile count.svg\n  \
    plugix run words.wasm count '[\"/books\", 2]' --dump dumps\n  \
    plugix run words.wasm count '[\"/books\", 2]' --isolated\n\n\
    The result is printed in JSON on standard output. What the plugin prints and logs is told on standard error.\n\
    The exit code is 3 if the method returned an error, and 4 if the plugin failed. `plugix --help` has all codes.\n\n\
    A file of answers, for interfaces that the plugin calls (TOML, or the same in JSON):\n\n    \
    [People.full_name]             # interface and method\n    \
    returns = \"Ada Lovelace\"       # each time; leave it out for `()` and `None`\n\n    \
    [[People.age]]                 # one after the other; the last one stays\n    \
    returns = 36\n    \
    [[People.age]]\n    \
    error = \"Unknown\"              # the method's own error\n    \
    [[People.age]]\n    \
    fails = \"nobody listens\"       # the call itself fails")]
pub(crate) struct Args {
    /// The module: WebAssembly, or a compiled module that you trust
    module: PathBuf,
    /// The method to call: `method` or `interface/method`; leave it out for a program, or to see which there are
    method: Option<String>,
    /// The method's arguments in JSON: an array in their order, or an object with their names; `@file`, or `-`
    #[arg(default_value = "[]")]
    arguments: String,
    /// What the module may do, in TOML; by default what `plugix.toml` beside the module says, else it may compute
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The plugin's configuration in JSON, instead of the policy's; `@file`, or `-`
    #[arg(long, value_name = "JSON")]
    config: Option<String>,
    /// Answer what the plugin calls of its host's as this file says, in TOML or JSON, and tell each call
    #[arg(long, value_name = "FILE")]
    fake: Option<PathBuf>,
    /// Tell how long the start and the call took, their processor time, and how much memory the plugin had
    #[arg(long)]
    time: bool,
    /// Write where the processor time of the start and the call went, by thread and function: a flame graph if the
    /// file's name ends in `.svg`, else text for tools that make them
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// If it traps or is stopped, write a core dump into this folder: its memory, and where its threads were
    #[arg(long, value_name = "FOLDER")]
    dump: Option<PathBuf>,
    /// Run the plugin in a process of its own, which has nothing but what the policy names
    #[arg(long, requires = "method", conflicts_with_all = ["profile", "dump"])]
    isolated: bool,
    /// Show the plugin's functions that were running when it panicked or trapped
    #[arg(long)]
    backtrace: bool,
    /// The records of the plugin's log that are shown: `off`, `error`, `warn`, `info`, `debug` or `trace`
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log: LevelFilter,
    /// Run a compiled module; it is machine code, and can do all that you can
    #[arg(long)]
    trust: bool,
    #[command(flatten)]
    cache: load::CacheArgs,
}

impl Args {
    /// Whether a method is called, and no program run.
    pub(crate) fn calls_a_method(&self) -> bool {
        self.method.is_some()
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let policy = policy::find(args.policy.as_deref(), &args.module)?;
    let engine = args.cache.engine()?;
    let load = if args.trust { load::trusted_module } else { load::module };
    let module = load(&engine, &args.module)?;
    match (&args.method, module.info().form) {
        (None, Form::Command) => {
            ensure!(args.fake.is_none(), "`--fake` is for plugins, and this is a program: it calls no interfaces");
            profile::during(args, &module, || dump::during(args, |dumps| program::run(&module, policy.policy, dumps)))
        }
        (Some(_), Form::Command) => bail!("a program has no methods; its arguments are the policy's `args`"),
        (None, _) => Err(match methods::page(module.info()) {
            Some(methods) => anyhow!("name a method:\n\n{methods}"),
            None => anyhow!("{}: it has no methods: {}", args.module.display(), advice::NO_INTERFACE),
        }),
        (Some(method), _) => profile::during(args, &module, || {
            dump::during(args, |dumps| call::run(args, &module, policy, method, dumps))
        }),
    }
}
