;; The name of its SDK is longer than any.
(module
  (memory (export "memory") 2)
  (global (export "plugix_metadata") i32 (i32.const 16))
  (func (export "_initialize"))
  (data (i32.const 16) "plgx" "\01\00\00\00"
    "\40\00\00\00" "\02\00\00\00" ;; name
    "\40\00\00\00" "\02\00\00\00" ;; version
    "\40\00\00\00" "\02\00\00\00" ;; description
    "\00\00\00\00" "\01\00\01\00") ;; SDK
  (data (i32.const 64) "ok"))
