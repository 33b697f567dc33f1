;; Its version lies outside of its memory.
(module
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const 16))
  (func (export "_initialize"))
  (data (i32.const 16) "plgx" "\01\00\00\00"
    "\40\00\00\00" "\02\00\00\00" ;; name
    "\00\00\01\00" "\01\00\00\00" ;; version
    "\40\00\00\00" "\02\00\00\00" ;; description
    "\40\00\00\00" "\02\00\00\00") ;; SDK
  (data (i32.const 64) "ok"))
