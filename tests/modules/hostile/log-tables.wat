;; Spawns threads whose instances have no room for their tables. wasmer-wasix reports each instance as an error.
(module
  (import "env" "memory" (memory 1 1 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (table 60 funcref)
  (global (export "plugix_metadata") i32 (i32.const 0))
  (func (export "wasi_thread_start") (param i32 i32))
  (func (export "_initialize") (local $left i32)
    (local.set $left (i32.const 500))
    (loop $again
      (drop (call $spawn (i32.const 64)))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))
