;; Its metadata begins in its memory and ends outside. The last 8 bytes of the memory have the magic and the ABI.
(module
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const 65528))
  (func (export "_initialize"))
  (data (i32.const 65528) "plgx" "\01\00\00\00"))
