//! Bars for what several threads do.

use indicatif::{InMemoryTerm, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::thread;

fn main() {
    let terminal = InMemoryTerm::new(10, 60);
    let bars = MultiProgress::with_draw_target(ProgressDrawTarget::term_like(Box::new(terminal.clone())));
    let style = ProgressStyle::with_template("{msg} {pos}/{len} [{bar:10}]").unwrap().progress_chars("#-");
    thread::scope(|scope| {
        for number in 0..3 {
            let bar =
                bars.add(ProgressBar::new(100).with_style(style.clone()).with_message(format!("thread {number}")));
            scope.spawn(move || {
                (0..100).for_each(|_| bar.inc(1));
                bar.finish();
            });
        }
    });
    let lines = (0..3).map(|number| format!("thread {number} 100/100 [##########]")).collect::<Vec<_>>().join("\n");
    assert_eq!(terminal.contents(), lines);
    // Standard output is no terminal, and nothing is drawn there.
    let bar = ProgressBar::new(1);
    assert!(bar.is_hidden());
    bar.finish();
    println!("ok");
}
