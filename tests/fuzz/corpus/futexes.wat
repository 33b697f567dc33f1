;; seed 2035 has its policy
;; futex_wait with a timeout of zero: waits for a moment, and leaves its waker
(module
  (import "env" "memory" (memory 16 4096 shared))
  (export "wasi_thread_start" (func $wts))
  (import "wasix_32v1" "futex_wait" (func $fw (param i32 i32 i32 i32) (result i32)))
  (global (export "plugix_metadata") i32 (i32.const 0))
  (func $wts (param i32 i32))
  (func (export "_initialize")
    (i32.store8 (i32.const 2048) (i32.const 1))
    (loop $l (drop (call $fw (i32.const 1024) (i32.const 0) (i32.const 2048) (i32.const 4096))) (br $l))))
