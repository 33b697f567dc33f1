;; Was built for ABI 0.9, where the host needs 1.0.
(module
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const 16))
  (func (export "_initialize"))
  (data (i32.const 16) "plgx" "\00\00\09\00"))
