;; A program whose memory is shared, as many compilers have it, and whose threads would have nowhere to begin. It exits
;; with 1 if it could start one, and otherwise with the error of WASI's call; the error of WASIX's must be the same.
(module
  (import "env" "memory" (memory 1 2 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasix_32v1" "thread_spawn_v2" (func $spawn_v2 (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (func (export "_start")
    (local $error i32)
    (local.set $error (i32.sub (i32.const 0) (call $spawn (i32.const 64))))
    (if (i32.lt_s (local.get $error) (i32.const 0)) (then (call $proc_exit (i32.const 1))))
    (if (i32.ne (call $spawn_v2 (i32.const 64) (i32.const 0)) (local.get $error)) (then (unreachable)))
    (call $proc_exit (local.get $error))))
