;; Spawns threads over a memory that can't be shared. wasmer-wasix warns of each attempt.
(module
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const 0))
  (func (export "wasi_thread_start") (param i32 i32))
  (func (export "_initialize") (local $left i32)
    (local.set $left (i32.const 5000))
    (loop $again
      (drop (call $spawn (i32.const 64)))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))
