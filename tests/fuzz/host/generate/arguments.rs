//! System calls with arguments: most are what a program would give, and some are wild.

use super::super::table::{Call, Param};
use super::Generator;
use super::data::{self, near_the_end};

impl Generator {
    /// A call of one of the module's imports.
    pub(super) fn system_call(&mut self) -> String {
        let at = self.random.below(self.imports.len() as u32) as usize;
        let call = self.imports[at];
        let args = self.arguments(call);
        match call.result {
            None => format!("(call $i{at} {args})"),
            // An error number now and then says how to go on.
            Some("i32") if self.random.one_in(4) => format!("(local.set $a (call $i{at} {args}))"),
            Some(_) => format!("(drop (call $i{at} {args}))"),
        }
    }

    pub(super) fn arguments(&mut self, call: &Call) -> String {
        // The length that goes with the last path.
        let mut len = 0;
        call.params.iter().fold(String::new(), |args, param| {
            let value = self.argument(call, param, &mut len);
            let value = match param.ty {
                "i64" if value.starts_with("(i64") => value,
                "i64" => format!("(i64.extend_i32_u {value})"),
                _ => value,
            };
            args + " " + &value
        })
    }

    /// An expression of type `i32`, or of `i64` where the parameter has this type.
    fn argument(&mut self, call: &Call, param: &Param, len: &mut u32) -> String {
        if self.random.one_in(10) {
            return self.wild();
        }
        let is_path = call.name.starts_with("path_");
        match param.meaning {
            "fd" | "folder" | "file" | "set" => self.descriptor(),
            "from" | "to" if is_path || call.name.starts_with("fd_") => self.descriptor(),
            "path" | "old" | "new" | "target" | "host" | "name" => {
                let (at, its_len) = data::name(&mut self.random);
                *len = its_len;
                constant(at)
            }
            "len" | "old_len" | "new_len" | "target_len" if param.ty == "i32" && *len > 0 => constant(*len),
            "parts" => constant(data::PARTS_AT + 8 * self.random.below(data::PARTS)),
            "at" | "to" | "from" | "group" | "interface" => {
                constant(data::ADDRESSES_AT + 20 * self.random.below(data::ADDRESSES))
            }
            "asked" => constant(data::SUBSCRIPTIONS_AT + 48 * self.random.below(data::SUBSCRIPTIONS)),
            "event" => constant(data::EPOLL_AT),
            "word" => constant(data::WORDS_AT + 4 * self.random.below(8)),
            "time" | "timeout" if param.ty == "i32" => constant(data::TIMES_AT + 16 * self.random.below(data::TIMES)),
            "time" | "timeout" | "accessed" | "modified" => self.time(),
            "count" | "most" if param.ty == "i32" => constant(self.random.below(6)),
            "room" | "len" if param.ty == "i32" => constant(self.random.below(4_096)),
            "buffer" | "addresses" | "events" => constant(data::BUFFER_AT + self.random.below(1 << 14)),
            "result" | "read" | "written" | "used" | "told" | "sent" | "woken" | "reader" | "writer" | "first"
            | "second" | "out_flags" | "status" => self.result(),
            "rights" | "inheriting" => self.random.pick(&["(i64.const -1)", "(i64.const 0x1fffffff)"]).to_owned(),
            "offset" | "delta" | "size" | "cookie" => format!("(i64.const {})", self.random.below(1 << 14)),
            "signal" => constant(self.random.pick(&[1, 2, 10, 12, 15, 17, 18, 28])),
            // What there is no row for.
            "" => match self.random.below(5) {
                0 => self.result(),
                1 => constant(data::THREAD_AT),
                2 => constant(self.random.below(8)),
                3 => self.descriptor(),
                _ => constant(data::BUFFER_AT),
            },
            // Flags and kinds of something: few bits.
            _ if param.ty == "i64" => format!("(i64.const {})", self.random.below(1 << 10)),
            _ => constant(1 << self.random.below(6) >> 1 | self.random.below(3)),
        }
    }

    /// A descriptor that may be open.
    fn descriptor(&mut self) -> String {
        match self.random.below(8) {
            0..=3 => constant(self.random.below(9)),
            4 => self.wild(),
            _ => format!("(i32.load {})", self.result()),
        }
    }

    /// One of the places for what calls answer.
    pub(super) fn result(&mut self) -> String {
        constant(data::RESULTS_AT + 64 * self.random.below(4))
    }

    /// Nanoseconds, few unless waits without an end are wanted.
    fn time(&mut self) -> String {
        match self.random.below(4) {
            0 if self.patient => "(i64.const -1)".to_owned(),
            _ => format!("(i64.const {})", self.random.below(3_000_000)),
        }
    }

    /// An address or a number that is wrong most of the time.
    pub(super) fn wild(&mut self) -> String {
        match self.random.below(6) {
            0 | 1 => constant(near_the_end(&mut self.random, self.pages)),
            2 => "(local.get $a)".to_owned(),
            3 => "(local.get $b)".to_owned(),
            _ => constant(self.random.edge()),
        }
    }
}

pub(super) fn constant(value: u32) -> String {
    format!("(i32.const {value})")
}
