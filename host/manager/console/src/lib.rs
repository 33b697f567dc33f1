//! A web server that hosts plugins, and the page on which a person installs, grants, calls, reloads and stops them.
//!
//! The rooms, and what each knows nothing of:
//!
//! | room | has | knows nothing of |
//! |---|---|---|
//! | `meter`, `feed` | numbers for plots, and what happened | plugins |
//! | `installed`, `console` | plugins, their grants and their calls | HTTP |
//! | `view` | a plugin as JSON | who asks |
//! | `session` | who may ask | plugins |
//! | `assets` | the page | all else |
//! | `api`, `server` | requests and answers | what runs |

mod api;
mod assets;
mod console;
mod error;
mod feed;
mod installed;
mod meter;
mod server;
mod session;
mod view;

pub use console::Console;
pub use error::ConsoleError;
pub use server::Server;
