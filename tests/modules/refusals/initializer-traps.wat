;; Traps in its initializer.
(module
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const 16))
  (func $init (export "_initialize") unreachable))
