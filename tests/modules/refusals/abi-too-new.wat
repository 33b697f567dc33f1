;; Was built for ABI 1.1, where the host knows 1.0.
(module
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const 16))
  (func (export "_initialize"))
  (data (i32.const 16) "plgx" "\01\00\01\00"))
