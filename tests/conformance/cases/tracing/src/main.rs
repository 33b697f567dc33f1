//! Spans and events.

fn main() {
    tracing_subscriber::fmt().with_env_filter("info").init();
    let _span = tracing::info_span!("span", number = 1).entered();
    tracing::info!(text = "two", "event");
    println!("ok");
}
