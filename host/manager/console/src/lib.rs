//! A web server that hosts plugins, and the page on which a person installs, grants, calls, reloads and stops them.
//!
//! The rooms, and what each knows nothing of:
//!
//! | room | has | knows nothing of |
//! |---|---|---|
//! | `meter`, `feed` | numbers for plots, and what happened | plugins |
//! | `uploads` | modules, signatures and configurations as files | what is installed |
//! | `answers`, `console` | plugins, their grants and their calls | HTTP |
//! | `view` | a plugin as JSON | who asks |
//! | `session` | who may ask | plugins |
//! | `assets` | the page | all else |
//! | `api`, `server` | requests and answers | what runs |

mod answers;
mod api;
mod assets;
mod console;
mod error;
mod feed;
mod meter;
mod server;
mod session;
mod uploads;
mod view;

pub use console::{Console, Upload};
pub use error::ConsoleError;
pub use server::Server;
