//! Words of a folder of texts, which the plugin may read but not change.

use crate::compare::compare;
use crate::table::Row;
use crate::{Demo, texts};
use plugix_host::error::CallError;
use plugix_host::policy::Access;
use plugix_host::{Plugin, Policy};
use word_count_interface::WordCount;

pub(crate) fn run(demo: &Demo) -> anyhow::Result<Row> {
    let texts = tempfile::tempdir()?;
    let bytes = texts::write(texts.path())?;
    let policy = Policy::new().mount(texts.path(), "/texts", Access::ReadOnly);
    let plugin = Plugin::new(&demo.module("word_count")?, &policy)?;
    let counter = plugin.bind::<dyn WordCount>()?;

    match counter.count("/letters", demo.threads) {
        Err(CallError::Returned(error)) => println!("  a folder that isn't mounted: {error}"),
        other => anyhow::bail!("the plugin should fail to read a folder that isn't mounted, but: {other:?}"),
    }

    let times = compare(demo.threads, |threads| counter.count("/texts", threads))?;
    let total: u64 = times.result.values().sum();
    let (most_frequent, often) = times.result.iter().max_by_key(|(_, times)| **times).expect("there are words");
    let what = format!("count {} MB of texts", bytes / 1_000_000);
    let result = format!("{total} words, {often} of them “{most_frequent}”");
    Ok(Row::new("word-count", what, result, &times))
}
