;; Traps in its start function, which runs before anything else.
(module
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const 16))
  (func $start unreachable)
  (start $start)
  (func (export "_initialize")))
