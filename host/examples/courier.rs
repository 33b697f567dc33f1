//! What a policy allows, and what a plugin sees of the rest: `courier <module>`. `cargo xtask demo courier` builds the
//! plugin and runs this.

use courier_interface::Courier;
use plugix_host::policy::{Access, Network};
use plugix_host::{Engine, Plugin, Policy};
use std::io::Read as _;
use std::net::TcpListener;
use std::{fs, thread};

fn main() -> anyhow::Result<()> {
    let module = Engine::new()?.load_file(std::env::args_os().nth(1).expect("a module"))?;
    let letters = tempfile::tempdir()?;
    fs::write(letters.path().join("greeting.txt"), "Hello from the sandbox!")?;

    let post_office = TcpListener::bind("127.0.0.1:0")?;
    let address = post_office.local_addr()?.to_string();
    let receiver = thread::spawn(move || {
        let mut letter = String::new();
        post_office.accept()?.0.read_to_string(&mut letter).map(|_| letter)
    });

    // ANCHOR: policy
    let policy = Policy::new()
        .mount(letters.path(), "/letters", Access::ReadOnly)
        .network(Network::new().connect_tcp(&address)?);
    let plugin = Plugin::builder(&module)
        .policy(policy)
        .on_event(|plugin, event| println!("event: {plugin} {event}"))
        .start()?;
    // ANCHOR_END: policy
    let courier = plugin.bind::<dyn Courier>()?;

    // ANCHOR: calls
    println!("{} bytes were sent", courier.deliver("/letters/greeting.txt", &address)?);
    println!("{:?} has arrived", receiver.join().expect("the receiver doesn't panic")?);

    for (file, address) in [("/etc/passwd", &*address), ("/letters/greeting.txt", "192.0.2.1:25")] {
        match courier.deliver(file, address) {
            Ok(_) => println!("{file} was sent to {address}"),
            Err(error) => println!("{error}"),
        }
    }
    // ANCHOR_END: calls
    println!("{} operations were denied", plugin.usage().denials);
    Ok(())
}
