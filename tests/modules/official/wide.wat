;; A program with arithmetic of 128 bits, which Rust's `u128` is with the official toolchain. It exits with 42.
(module
  (import "env" "memory" (memory 1 65536 shared))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (func (export "_start")
    (local $low i64) (local $high i64)
    ;; (2^64 - 1)^2 = 2^128 - 2^65 + 1, and 2^65 more is 1 in 128 bits.
    (i64.mul_wide_u (i64.const -1) (i64.const -1))
    (i64.add128 (i64.const 0) (i64.const 2))
    (i64.sub128 (i64.const -41) (i64.const -1))
    (local.set $high)
    (local.set $low)
    (if (i64.ne (local.get $high) (i64.const 0)) (then (unreachable)))
    (call $proc_exit (i32.wrap_i64 (local.get $low)))))
