;; Its metadata is somebody else's.
(module
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const 16))
  (func (export "_initialize"))
  (data (i32.const 16) "nope" "\01\00\00\00"))
