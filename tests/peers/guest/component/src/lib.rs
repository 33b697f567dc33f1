//! The work as a WebAssembly component.

#[allow(missing_docs, unreachable_pub)] // generated
mod bindings {
    wit_bindgen::generate!({ path: "wit", world: "worker", pub_export_macro: true });
}

use bindings::exports::peers::work::work::{Fields, Guest, Point};
use peers_work::{self as work, Record};

struct Worker;

bindings::export!(Worker with_types_in bindings);

impl Guest for Worker {
    fn empty() {}

    fn add(a: u32, b: u32) -> u32 {
        work::add(a, b)
    }

    fn echo(bytes: Vec<u8>) -> Vec<u8> {
        work::echo(&bytes)
    }

    fn change(fields: Fields) -> Fields {
        let Fields { id, kind, x, y, level, visible, name, note, owner, samples } = fields;
        let record = Record { id, kind, x, y, level, visible, name, note, owner, samples };
        let Record { id, kind, x, y, level, visible, name, note, owner, samples } = record.changed();
        Fields { id, kind, x, y, level, visible, name, note, owner, samples }
    }

    fn sum(points: Vec<Point>) -> f64 {
        // Of one layout: the vector is kept.
        let points: Vec<_> = points.into_iter().map(|Point { x, y, z, w }| work::Point { x, y, z, w }).collect();
        work::sum(&points)
    }

    fn points(count: u32) -> Vec<Point> {
        work::points(count).into_iter().map(|work::Point { x, y, z, w }| Point { x, y, z, w }).collect()
    }

    fn strings(count: u32) -> Vec<String> {
        work::strings(count)
    }

    fn reverse(vectors: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
        work::reversed(vectors)
    }

    fn call_host(count: u32) -> u32 {
        work::call_host(count, bindings::host_add)
    }

    fn compute(rounds: u32) -> u64 {
        work::compute(rounds)
    }

    fn endless() -> u64 {
        work::endless()
    }
}
